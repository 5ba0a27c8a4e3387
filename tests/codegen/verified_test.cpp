// SPDX-License-Identifier: MIT
// How much the verifier walks: a few times the program, whatever the filter says.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/codegen/object_view.h"
#include "tests/corpus/corpus_filters.h"
#include "tests/harness/expression.h"
#include "tests/harness/kernel_runner.h"
#include "tests/sets/clauses.h"

namespace fwc::test {
namespace {

struct Cost {
  std::size_t instructions = 0;
  std::size_t verified = 0;
};

std::optional<Cost> cost_of(const std::string& text) {
  const CompileResult compiled = compile(text);
  if (!compiled.object) return std::nullopt;
  auto loaded = KernelProgram::load(compiled.object->bytes, Direction::egress);
  if (const auto* log = std::get_if<std::string>(&loaded)) {
    ADD_FAILURE() << text << "\n" << *log;
    return std::nullopt;
  }
  const auto& program = std::get<KernelProgram>(loaded);
  return Cost{program.instructions(), program.verified()};
}

/// How many times the instructions of a program are verified.
class Ratios {
 public:
  void add(const std::string& text) {
    const auto cost = cost_of(text);
    if (!cost) return;
    const double ratio =
        static_cast<double>(cost->verified) / static_cast<double>(cost->instructions);
    sum_ += ratio;
    ++count_;
    if (ratio <= worst_) return;
    worst_ = ratio;
    worst_text_ = text;
  }

  void expect_within(double mean, double worst) const {
    ASSERT_GT(count_, 0u);
    std::printf("%.2f on average of %zu filters, %.2f at worst\n", sum_ / count_, count_, worst_);
    EXPECT_LE(sum_ / count_, mean);
    EXPECT_LE(worst_, worst) << worst_text_.substr(0, 1000);
  }

 private:
  double sum_ = 0;
  std::size_t count_ = 0;
  double worst_ = 0;
  std::string worst_text_;
};

/// Some 461 on Linux 6.18, half of them in the loop over extension headers.
TEST(Verified, IsSmallForASmallFilter) {
  FWC_NEEDS_KERNEL();
  const auto cost = cost_of("icmp || (udp && dst_port == 53) || (tcp && dst_port == 80)");
  ASSERT_TRUE(cost);
  EXPECT_LE(cost->instructions, 120u);
  EXPECT_LE(cost->verified, 4 * cost->instructions);
}

TEST(Verified, IsAFewTimesTheProgramForSensibleFilters) {
  FWC_NEEDS_KERNEL();
  Ratios ratios;
  for (const CorpusFilter& filter : corpus_filters()) ratios.add(filter.text);
  ratios.expect_within(3.6, 4.7);
}

TEST(Verified, IsAFewTimesTheProgramForRandomFilters) {
  FWC_NEEDS_KERNEL();
  Dice dice(20261126);
  Ratios ratios;
  for (int i = 0; i < 200; ++i) ratios.add(random_filter(dice).text());
  ratios.expect_within(3.4, 5.5);
}

TEST(Verified, IsAFewTimesTheProgramForLongFilters) {
  FWC_NEEDS_KERNEL();
  Dice dice(20261126);
  Ratios ratios;
  for (int i = 0; i < 20; ++i) ratios.add(random_clauses(dice, 100));
  ratios.add(port_clauses(1000));
  ratios.add(mixed_clauses(1000));
  for (const std::size_t count : {48, 300, 2048}) ratios.add(rule_clauses(count));
  for (int i = 0; i < 5; ++i) ratios.add(random_rules(dice, 200));
  std::string alternatives = "icmp";
  std::string conjunctions = "ttl > 3";
  std::string choice;
  std::string parity = "tcp";
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i + 1);
    alternatives += " || udp && len * ttl == " + n + " && dst_port > " + n;
    conjunctions += " && (len != " + n + " || ttl * 3 != " + n + " || src_port < " + n + ")";
    if (i < 60) choice += "(dst_port == " + n + " && len > " + n + ") ? ttl > " + n + " : ";
    if (i < 60) parity += " ^^ (dst_port == " + n + ")";
  }
  for (const std::string& text : {alternatives, conjunctions, choice + "udp", parity})
    ratios.add(text);
  ratios.expect_within(2.8, 4);
}

}  // namespace
}  // namespace fwc::test
