// SPDX-License-Identifier: MIT
// How much the verifier walks: linear in the program beyond the header walk, whatever the filter
// says.
#include <gtest/gtest.h>

#include "tests/codegen/object_view.h"
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

/// The walk over up to eight extension headers costs the verifier some thousand instructions
/// whatever the filter is, and its ends are followed apart in short filters. The rest is linear.
constexpr std::size_t kOfTheWalk = 40'000;
constexpr std::size_t kMostPerInstruction = 30;

void expect_linear(const std::string& text) {
  const auto cost = cost_of(text);
  if (!cost) return;
  EXPECT_LE(cost->verified, kOfTheWalk + kMostPerInstruction * cost->instructions)
      << cost->instructions << " instructions of " << text.substr(0, 1000);
}

/// Some 610 on Linux 6.18; 1,015 where the walk branches on what a fragment header is.
TEST(Verified, IsSmallForASmallFilter) {
  FWC_NEEDS_KERNEL();
  const auto cost = cost_of("icmp || (udp && dst_port == 53) || (tcp && dst_port == 80)");
  ASSERT_TRUE(cost);
  EXPECT_LE(cost->instructions, 120u);
  EXPECT_LE(cost->verified, 6 * cost->instructions);
}

TEST(Verified, IsLinearForRandomFilters) {
  FWC_NEEDS_KERNEL();
  Dice dice(20261126);
  for (int i = 0; i < 150; ++i) expect_linear(random_filter(dice).text());
  for (int i = 0; i < 20; ++i) expect_linear(random_clauses(dice, 100));
}

TEST(Verified, IsLinearForLongFilters) {
  FWC_NEEDS_KERNEL();
  expect_linear(port_clauses(1000));
  expect_linear(mixed_clauses(1000));
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
  expect_linear(alternatives);
  expect_linear(conjunctions);
  expect_linear(choice + "udp");
  expect_linear(parity);
}

}  // namespace
}  // namespace fwc::test
