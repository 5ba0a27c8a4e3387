// SPDX-License-Identifier: MIT
// Grouped clauses in the kernel against the evaluator, which walks the tree as written; and what
// long filters cost.
#include <gtest/gtest.h>

#include <cstdlib>

#include "compiler/eval/evaluate.h"
#include "compiler/plan/alternatives.h"
#include "tests/harness/corpus.h"
#include "tests/harness/kernel_runner.h"
#include "tests/sets/clauses.h"

namespace fwc::test {
namespace {

struct Both {
  Filter filter;
  KernelProgram program;
};

std::optional<Both> make(const std::string& text) {
  ParseResult parsed = parse_filter(text);
  CompileResult compiled = compile(text);
  if (!parsed.filter || !compiled.object) {
    for (const Diagnostic& d : compiled.diagnostics)
      if (d.error) ADD_FAILURE() << render(d, text, "clauses");
    return std::nullopt;
  }
  auto loaded = KernelProgram::load(compiled.object->bytes, Direction::egress);
  if (const auto* log = std::get_if<std::string>(&loaded)) {
    ADD_FAILURE() << text << "\n" << *log;
    return std::nullopt;
  }
  return Both{*parsed.filter, std::move(std::get<KernelProgram>(loaded))};
}

/// FWC_SEED and FWC_EXPRESSIONS set the seed and the size of a run.
std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::strtoull(value, nullptr, 0) : otherwise;
}

TEST(Clauses, AgreeWithTheEvaluator) {
  FWC_NEEDS_KERNEL();
  Dice dice(from_environment("FWC_SEED", 20261126));
  const std::uint64_t rounds = from_environment("FWC_EXPRESSIONS", 60);
  const std::vector<TestPacket> corpus = packet_corpus();
  std::size_t passed = 0;
  std::size_t all = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::string text = random_clauses(dice, 2 + dice.below(round % 10 == 0 ? 400 : 40));
    const auto both = make(text);
    ASSERT_TRUE(both.has_value());
    for (int i = 0; i < 150; ++i) {
      const TestPacket packet = dice.one_in(4) ? dice.of(corpus) : random_packet(dice);
      if (!is_runnable(packet.view())) continue;
      const bool expected = evaluate(both->filter.checked(), packet.view());
      ++all;
      passed += expected;
      ASSERT_EQ(both->program.run(packet.view()), expected) << text << "\n"
                                                            << testing::PrintToString(packet);
    }
  }
  EXPECT_GT(passed * 10, all);
  EXPECT_LT(passed * 10, all * 9);
}

/// The largest number has none after it, and is a key like others.
TEST(Clauses, MayAskForTheLargestNumber) {
  FWC_NEEDS_KERNEL();
  std::string text = "udp";
  for (int i = 0; i < 12; ++i)
    text += " || cookie == " + std::to_string(9223372036854775807 - i) + " && src_ip in 10.0." +
            std::to_string(i) + ".0/24";
  const auto both = make(text);
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->program.run(TestPacket(Ipv4{} / Udp{}).view()), 1);
}

/// Far below linear: the tables grow, the program does not.
TEST(Clauses, OfAThousandAreAFewLookups) {
  FWC_NEEDS_KERNEL();
  for (const auto& clauses : {port_clauses, mixed_clauses}) {
    const auto few = make(clauses(100));
    const auto many = make(clauses(1000));
    ASSERT_TRUE(few && many);
    EXPECT_LE(many->program.instructions(), few->program.instructions() + 100);
    EXPECT_LE(many->program.instructions(), 500u);
  }
}

TEST(Clauses, AreGroupedByWhatTheyAsk) {
  const auto kinds = [](const std::string& text) {
    const ParseResult parsed = parse_filter(text);
    const CheckedFilter& filter = parsed.filter->checked();
    const auto& chain = std::get<Logical>(filter.at(filter.expression()).value);
    std::string letters;
    for (const plan::Alternative& each : plan::group(filter, chain.operands))
      letters += "skn"[each.index()];
    return letters;
  };
  EXPECT_EQ(kinds("dst_port == 1 || dst_port == 2 || dst_port in 5..9"), "s");
  EXPECT_EQ(kinds("udp && dst_port == 1 || tcp && dst_port == 2"), "nn");
  EXPECT_EQ(kinds("udp && dst_port == 1 || icmp || udp && dst_port == 2"), "sn");
  EXPECT_EQ(kinds("ttl == 1 || (ttl == 4 || len == 7) || len > 9"), "ss");
  EXPECT_EQ(kinds(mixed_clauses(20)), "kk");
}

}  // namespace
}  // namespace fwc::test
