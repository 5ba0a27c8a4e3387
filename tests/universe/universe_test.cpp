// SPDX-License-Identifier: MIT
// Every expression of up to four atoms over six atoms, on every packet of a small table. The right
// answer is a truth table of bit operations over what the atoms alone say.
//
// What is complete where:
//   up to 2 atoms   every tree by the evaluator; in the kernel, but for the order of operands
//   3 atoms         every tree by the evaluator; in the kernel each function of the rows once
//   4 atoms         every tree but for the order of operands, by the evaluator, in shares of which
//                   a run takes one; in the kernel each function once, in shares too
//
// FWC_UNIVERSE=I/N takes share I of N; 0/1 takes all.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <unordered_set>

#include "compiler/codegen/emit.h"
#include "compiler/eval/evaluate.h"
#include "tests/harness/kernel_runner.h"
#include "tests/harness/packet_builder.h"
#include "tests/universe/expressions.h"

namespace fwc::test {
namespace {

const std::vector<std::string> kAtoms = {
    "tcp",     "dst_port == 53", "dst_port != 80", "tcp.syn", "src_ip in {10.0.0.0/8, ::1}",
    "len > 60"};

/// Packets for each combination of what the atoms ask, absent fields among them.
std::vector<TestPacket> candidates() {
  std::vector<TestPacket> all;
  const auto add = [&all](const Header& network) {
    for (const std::uint16_t port : {53, 80, 9999})
      for (const std::size_t payload : {0, 80}) {
        for (const std::uint8_t flags : {0x02, 0x10})
          all.push_back(Stack{{network, Tcp{.dst_port = port, .flags = flags}, Payload{payload}}});
        all.push_back(Stack{{network, Udp{.dst_port = port}, Payload{payload}}});
        all.push_back(Stack{{network, Icmp{}, Payload{payload}}});
      }
  };
  for (const std::uint32_t source : {0x0a000001u, 0x0b000001u}) {
    add(Ipv4{.src = source});
    add(Ipv4{.src = source, .fragment_offset = 8});
  }
  add(Ipv6{.src = {0, 0, 0, 0, 0, 0, 0, 1}});
  add(Ipv6{});
  return all;
}

Filter parsed(const std::string& text) {
  ParseResult result = parse_filter(text);
  EXPECT_TRUE(result.filter) << text;
  return *result.filter;
}

/// A packet for each combination of verdicts of the atoms that any packet gives: what an expression
/// says of a packet depends on nothing else.
struct Table {
  std::vector<TestPacket> packets;
  std::vector<Atom> atoms;

  TruthTable rows() const { return (TruthTable{1} << packets.size()) - 1; }
};

Table small_table() {
  Table table;
  for (const std::string& text : kAtoms) table.atoms.push_back({text, 0});
  std::unordered_set<TruthTable> seen;
  for (const TestPacket& packet : candidates()) {
    TruthTable says = 0;
    for (std::size_t i = 0; i < kAtoms.size(); ++i)
      says |= TruthTable{evaluate(parsed(kAtoms[i]).checked(), packet.view())} << i;
    if (!seen.insert(says).second) continue;
    for (std::size_t i = 0; i < kAtoms.size(); ++i)
      table.atoms[i].table |= (says >> i & 1) << table.packets.size();
    table.packets.push_back(packet);
  }
  return table;
}

struct Share {
  std::size_t number = 0;
  std::size_t of = 1;

  bool has(std::size_t index) const { return index % of == number; }
};

/// The share that the environment names, else the first of so many.
Share share_of(std::size_t otherwise) {
  Share share{.number = 0, .of = otherwise};
  if (const char* text = std::getenv("FWC_UNIVERSE"))
    std::sscanf(text, "%zu/%zu", &share.number, &share.of);
  return share;
}

class SmallUniverse : public testing::Test {
 protected:
  TruthTable by_evaluator(const std::string& text) const {
    const Filter filter = parsed(text);
    TruthTable verdicts = 0;
    for (std::size_t i = 0; i < table_.packets.size(); ++i)
      verdicts |= TruthTable{evaluate(filter.checked(), table_.packets[i].view())} << i;
    return verdicts;
  }

  TruthTable by_kernel(const std::string& text) const {
    const auto object = emit(parsed(text).checked(), {});
    const auto* bytes = std::get_if<std::vector<std::byte>>(&object);
    if (!bytes) return ~TruthTable{0};
    const auto loaded = KernelProgram::load(*bytes, Direction::egress);
    const auto* program = std::get_if<KernelProgram>(&loaded);
    if (!program) return ~TruthTable{0};
    TruthTable verdicts = 0;
    for (std::size_t i = 0; i < table_.packets.size(); ++i)
      verdicts |= TruthTable{program->run(table_.packets[i].view()) == 1} << i;
    return verdicts;
  }

  /// False, with a failure, where the verdicts are not those of the truth table.
  bool expect(const SmallExpression& e, TruthTable verdicts, const char* engine) {
    ++judged_;
    if (verdicts == e.table) return true;
    ADD_FAILURE() << engine << " on " << universe_.text(e) << ": rows " << std::hex << verdicts
                  << ", not " << e.table;
    return ++failures_ < 10;
  }

  void evaluate_all(std::size_t size, bool ordered, Share share) {
    std::size_t index = 0;
    universe_.each(size, ordered, [&](const SmallExpression& e) {
      if (failures_ < 10 && share.has(index++))
        expect(e, by_evaluator(universe_.text(e)), "evaluator");
    });
    report("evaluator", size, share, index);
  }

  /// The first expression of each function of the rows that has not been seen with fewer atoms.
  void run_functions(std::size_t size, Share share) {
    std::size_t index = 0;
    universe_.each(size, true, [&](const SmallExpression& e) {
      if (functions_.insert(e.table).second && failures_ < 10 && share.has(index++))
        expect(e, by_kernel(universe_.text(e)), "kernel");
    });
    report("kernel, each function once", size, share, index);
  }

  void report(const char* engine, std::size_t size, Share share, std::size_t of) {
    std::cout << engine << ": " << judged_ << " of " << of << " expressions of " << size
              << " atoms on " << table_.packets.size() << " packets, share " << share.number << "/"
              << share.of << "\n";
    judged_ = 0;
  }

  Table table_ = small_table();
  Universe universe_{table_.atoms, table_.rows()};
  std::unordered_set<TruthTable> functions_;
  std::size_t judged_ = 0;
  std::size_t failures_ = 0;
};

TEST_F(SmallUniverse, TheTableTellsTheAtomsApart) {
  EXPECT_GE(table_.packets.size(), 20u);
  EXPECT_LT(table_.packets.size(), 64u);
  for (const Atom& a : table_.atoms) {
    EXPECT_NE(a.table, 0u) << a.text;
    EXPECT_NE(a.table, table_.rows()) << a.text;
    for (const Atom& b : table_.atoms) EXPECT_TRUE(&a == &b || a.table != b.table) << a.text;
  }
  std::size_t two = 0;
  universe_.each(2, false, [&two](const SmallExpression&) { ++two; });
  EXPECT_EQ(two, 12u * 12u * 3u * 2u);
}

TEST_F(SmallUniverse, EveryTreeOfUpToThreeAtomsByTheEvaluator) {
  for (const std::size_t size : {1, 2, 3}) evaluate_all(size, false, {});
}

TEST_F(SmallUniverse, TreesOfFourAtomsByTheEvaluator) {
  evaluate_all(4, true, share_of(20));
}

TEST_F(SmallUniverse, EveryTreeOfUpToTwoAtomsInTheKernel) {
  FWC_NEEDS_KERNEL();
  for (const std::size_t size : {1, 2}) {
    std::size_t trees = 0;
    universe_.each(size, true, [&](const SmallExpression& e) {
      ++trees;
      if (failures_ < 10) expect(e, by_kernel(universe_.text(e)), "kernel");
    });
    report("kernel", size, {}, trees);
  }
}

TEST_F(SmallUniverse, FunctionsOfUpToFourAtomsInTheKernel) {
  FWC_NEEDS_KERNEL();
  for (const std::size_t size : {1, 2, 3, 4}) run_functions(size, share_of(100));
}

}  // namespace
}  // namespace fwc::test
