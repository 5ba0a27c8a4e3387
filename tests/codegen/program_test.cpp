// SPDX-License-Identifier: MIT
// Properties of the instructions: what they cost and what they do not contain. Not their text,
// which changes with every version of the back end.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>

#include "tests/codegen/object_view.h"

namespace fwc::test {
namespace {

constexpr const char* kExample = "icmp || (udp && dst_port == 53) || (tcp && dst_port == 80)";

std::vector<bpf_insn> program_of(std::string_view filter, const CompileOptions& options = {}) {
  return ObjectView(compile_or_fail(filter, options)).instructions("fwc_egress");
}

bool is_call(const bpf_insn& insn) {
  return insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == 0;
}

std::ptrdiff_t calls_of(const std::vector<bpf_insn>& program, int helper) {
  return std::count_if(program.begin(), program.end(),
                       [&](const bpf_insn& insn) { return is_call(insn) && insn.imm == helper; });
}

/// Comparisons of two registers as 64-bit numbers: those of a packet pointer with data_end are the
/// only ones in a filter that compares fields with constants.
std::ptrdiff_t register_comparisons(const std::vector<bpf_insn>& program) {
  return std::count_if(program.begin(), program.end(), [](const bpf_insn& insn) {
    const int op = BPF_OP(insn.code);
    return BPF_CLASS(insn.code) == BPF_JMP && BPF_SRC(insn.code) == BPF_X && op != BPF_CALL &&
           op != BPF_EXIT && op != BPF_JA;
  });
}

TEST(Program, OfTheExampleIsSmall) {
  EXPECT_LE(program_of(kExample).size(), 120u);
}

TEST(Program, OfATenPortSetIsSmall) {
  const std::size_t base = program_of("udp").size();
  const auto set =
      program_of("udp && dst_port in {22, 53, 80, 123, 443, 993, 3306, 5432, 8000..8999, 9418}");
  EXPECT_LE(set.size(), base + 40);
}

TEST(Program, OfFalseReadsNothing) {
  EXPECT_LE(program_of("false").size(), 2u);
}

TEST(Program, ChecksEachHeaderOnce) {
  // IPv4 header, IPv6 header, transport header; the two others are of lengths, on the slow path.
  const auto program = program_of(kExample);
  EXPECT_LE(register_comparisons(program), 5);
}

TEST(Program, CopiesBytesInFourPlacesOnly) {
  // What the walk reads of the network header, extension header, transport header, and with that the
  // network header that the filter reads: however many fields it reads.
  const char* many =
      "tcp.syn && tcp.ack && src_port == 1 && dst_port == 2 && ttl == 3 && src_ip == 10.0.0.1 && "
      "dst_ip == 10.0.0.2 && len == 60";
  EXPECT_EQ(calls_of(program_of(many), BPF_FUNC_skb_load_bytes), 4);
  EXPECT_EQ(calls_of(program_of(kExample), BPF_FUNC_skb_load_bytes), 3);
}

TEST(Program, CallsNoHelperOnTheFastPath) {
  // Along the path that falls through or jumps without a call: some exit must be reachable.
  const auto program = program_of(kExample);
  std::vector<bool> seen(program.size());
  std::vector<std::size_t> todo{0};
  bool exits = false;
  while (!todo.empty()) {
    const std::size_t at = todo.back();
    todo.pop_back();
    if (at >= program.size() || seen[at]) continue;
    seen[at] = true;
    const bpf_insn& insn = program[at];
    if (is_call(insn)) continue;
    const int op = BPF_OP(insn.code);
    const bool jumps = BPF_CLASS(insn.code) == BPF_JMP || BPF_CLASS(insn.code) == BPF_JMP32;
    if (jumps && op == BPF_EXIT) {
      exits = true;
      continue;
    }
    if (jumps) todo.push_back(at + 1 + insn.off);
    if (!jumps || op != BPF_JA) todo.push_back(at + 1 + (insn.code == (BPF_LD | BPF_IMM | BPF_DW)));
  }
  EXPECT_TRUE(exits);
}

TEST(Program, DoesNotAskWhatItKnows) {
  // Behind `udp` the protocol is known: the port costs no second test of it.
  const auto program = program_of("udp && dst_port == 53");
  const auto tests_of_udp = std::count_if(program.begin(), program.end(), [](const bpf_insn& insn) {
    const int type = BPF_CLASS(insn.code);
    return (type == BPF_JMP || type == BPF_JMP32) && BPF_SRC(insn.code) == BPF_K && insn.imm == 17;
  });
  EXPECT_EQ(tests_of_udp, 1);
}

/// The walk swaps the word of a fragment header, and the comparison nothing.
TEST(Program, ComparesAConstantInNetworkOrder) {
  const auto swaps_of = [](const char* filter) {
    const auto program = program_of(filter);
    return std::count_if(program.begin(), program.end(), [](const bpf_insn& insn) {
      return BPF_OP(insn.code) == BPF_END && BPF_CLASS(insn.code) == BPF_ALU;
    });
  };
  EXPECT_EQ(swaps_of("udp && dst_port == 53"), swaps_of("udp"));
}

TEST(Program, LooksUpCountersInOnePlaceAndForEachCountRule) {
  const auto program = program_of(kExample, {.counters = true});
  EXPECT_EQ(calls_of(program, BPF_FUNC_map_lookup_elem), 1);
  constexpr const char* kRules = "count ip; allow udp; drop tcp; count len > 9; default allow;";
  EXPECT_EQ(calls_of(program_of(kRules, {.counters = true}), BPF_FUNC_map_lookup_elem), 3);
  EXPECT_EQ(calls_of(program_of(kExample), BPF_FUNC_map_lookup_elem), 0);
}

/// A program that is not to log or to be audited holds no code for it.
TEST(Program, HoldsWhatItTellsOnlyWhereAskedFor) {
  const auto counted = program_of(kExample, {.counters = true});
  const auto logs = program_of(kExample, {.counters = true, .log = Logged::dropped});
  const auto audited = program_of(kExample, {.counters = true, .audit = true});
  for (const auto& quiet : {program_of(kExample), counted, audited}) {
    EXPECT_EQ(calls_of(quiet, BPF_FUNC_ringbuf_reserve), 0);
    EXPECT_EQ(calls_of(quiet, BPF_FUNC_ktime_get_boot_ns), 0);
    EXPECT_EQ(calls_of(quiet, BPF_FUNC_skb_load_bytes), 3);
  }
  EXPECT_EQ(calls_of(logs, BPF_FUNC_ringbuf_reserve), 1);
  EXPECT_EQ(calls_of(logs, BPF_FUNC_ringbuf_submit), 1);
  EXPECT_LE(counted.size(), program_of(kExample).size() + 60);
  EXPECT_GT(audited.size(), counted.size());
}

/// A count rule is asked by nobody where nothing is counted.
TEST(Program, CountRulesCostNothingWithoutCounters) {
  const auto plain = program_of("drop udp && dst_port == 53; default allow;");
  const auto counting = program_of(
      "count fragment && ttl < 9; drop udp && dst_port == 53; count tcp.syn; default allow;");
  EXPECT_EQ(counting.size(), plain.size());
}

TEST(Program, OfAnExpressionIsThatOfItsPolicy) {
  for (const std::string text : {kExample, "false", "true", "dst_ip in {10.0.0.0/8, ::1}"})
    EXPECT_EQ(program_of(text).size(), program_of("allow " + text + "; default drop;").size());
}

}  // namespace
}  // namespace fwc::test
