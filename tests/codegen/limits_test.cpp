// SPDX-License-Identifier: MIT
// Shapes that break code generators: deep, wide, and demanding of registers. Each loads, or is
// refused by a diagnostic of ours.
#include <gtest/gtest.h>

#include "tests/codegen/object_view.h"
#include "tests/harness/kernel_runner.h"

namespace fwc::test {
namespace {

void expect_loads(const std::string& filter) {
  FWC_NEEDS_KERNEL();
  const Object object = compile_or_fail(filter);
  ASSERT_FALSE(object.bytes.empty());
  const auto program = KernelProgram::load(object.bytes, Direction::egress);
  if (const auto* refused = std::get_if<std::string>(&program))
    ADD_FAILURE() << refused->substr(refused->size() -
                                     std::min<std::size_t>(refused->size(), 2000));
}

std::string repeat(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(Limits, RightDeepArithmeticNeedsNoStack) {
  std::string text;
  for (int i = 0; i < 90; ++i) text += "len * " + std::to_string(i + 3) + " ^ (";
  expect_loads(text + "len" + repeat(")", 90) + " == 7");
}

TEST(Limits, LeftDeepArithmetic) {
  expect_loads("len" + repeat(" + ttl", 150) + " == 7");
}

TEST(Limits, NestedParity) {
  expect_loads(repeat("udp ^^ (tcp ^^ (", 40) + "icmp" + repeat("))", 40));
}

TEST(Limits, NestedConditionals) {
  expect_loads(repeat("(udp ? src_port : ", 60) + "ttl" + repeat(")", 60) + " == 7");
}

TEST(Limits, ManyValuesWantedTwice) {
  std::string text = "udp";
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 120; ++i) text += " && len * " + std::to_string(i + 3) + " != 12345678";
  expect_loads(text);
}

TEST(Limits, AThousandAlternatives) {
  std::string text = "icmp";
  for (int i = 0; i < 1000; ++i) text += " || udp && dst_port == " + std::to_string(i + 1);
  expect_loads(text);
}

TEST(Limits, AThousandPrefixes) {
  std::string text = "dst_ip in {";
  for (int i = 0; i < 1000; ++i)
    text +=
        (i ? ", " : "") + std::to_string(11 + i / 250) + "." + std::to_string(i % 250) + ".7.0/24";
  expect_loads(text + "}");
}

TEST(Limits, TwentyThousandNumbersInAChain) {
  std::string text = "icmp";
  for (int i = 0; i < 20000; ++i) text += " || len == " + std::to_string(i * 7 + 1);
  expect_loads(text);
}

TEST(Limits, ClausesThatNothingGroups) {
  std::string text = "icmp";
  for (int i = 0; i < 150; ++i)
    text += " || tcp.syn && len * ttl == " + std::to_string(i) + " && dst_port > " +
            std::to_string(i % 900);
  expect_loads(text);
}

TEST(Limits, TooManyClausesAreADiagnostic) {
  std::string text = "icmp";
  for (int i = 0; i < 6000; ++i) text += " || len * ttl == " + std::to_string(i * 7 + 1);
  const CompileResult result = compile(text);
  EXPECT_FALSE(result.object.has_value());
  ASSERT_FALSE(result.diagnostics.empty());
  EXPECT_EQ(result.diagnostics.back().code, "too-complex");
}

}  // namespace
}  // namespace fwc::test
