// SPDX-License-Identifier: MIT
// Whether two programs in the kernel are the same filter.
#include "fwc/runtime/comparison.h"

#include <gtest/gtest.h>

#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

using runtime::LoadedObject;

class ComparisonTest : public SandboxTest {};

bool same(const LoadedObject& a, const LoadedObject& b) {
  const auto equal = runtime::same_filter(*a.programs().front(), *b.programs().front());
  EXPECT_TRUE(equal) << equal.error().message;
  return equal && *equal;
}

/// More networks than a program compares one by one, so that they stand in a table.
std::string networks(int last) {
  std::string text = "dst_ip in {";
  for (int i = 0; i < 200; ++i) text += "10." + std::to_string(i) + ".7.0/24, ";
  return text + "192.0.2." + std::to_string(last) + "}";
}

TEST_F(ComparisonTest, TheSameTextIsTheSameFilter) {
  EXPECT_TRUE(same(load_plain(Programs::egress, 53), load_plain(Programs::egress, 53)));
  EXPECT_TRUE(same(load_port(Programs::egress, 53), load_port(Programs::egress, 53)));
}

TEST_F(ComparisonTest, OtherInstructionsAreAnotherFilter) {
  EXPECT_FALSE(same(load_plain(Programs::egress, 53), load_plain(Programs::egress, 54)));
  EXPECT_FALSE(same(load_plain(Programs::egress, 53), load_port(Programs::egress, 53)));
}

TEST_F(ComparisonTest, AnotherDirectionIsAnotherFilter) {
  EXPECT_FALSE(same(load_plain(Programs::egress, 53), load_plain(Programs::ingress, 53)));
}

TEST_F(ComparisonTest, OtherTablesAreAnotherFilter) {
  const LoadedObject one = load_filter(networks(1));
  EXPECT_TRUE(same(one, load_filter(networks(1))));
  EXPECT_FALSE(same(one, load_filter(networks(2))));
}

TEST_F(ComparisonTest, WithoutPrivilegesItCannotBeSaid) {
  const LoadedObject one = load_port(Programs::egress, 53);
  EXPECT_EQ(in_child([&] {
              drop_capabilities();
              const runtime::Program& program = *one.programs().front();
              return runtime::same_filter(program, program) ? 1 : 0;
            }),
            0);
}

}  // namespace
}  // namespace fwc::test
