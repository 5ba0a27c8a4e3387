// SPDX-License-Identifier: MIT
#include "compiler/check/suggest.h"

#include <gtest/gtest.h>

#include <array>

namespace fwc {
namespace {

TEST(EditDistance, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("tcp", "tpc"), 1U);
  EXPECT_EQ(edit_distance("dst_port", "dst_prot"), 1U);
  EXPECT_EQ(edit_distance("TCP", "tcp"), 0U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);  // no edit inside a swapped pair
}

TEST(Nearest, OnlyWhatIsNear) {
  constexpr std::array<std::string_view, 6> known = {"tcp",      "udp",       "dst_port",
                                                     "src_port", "tcp.flags", "fragment"};
  EXPECT_EQ(nearest("tpc", known), "tcp");
  EXPECT_EQ(nearest("udpp", known), "udp");
  EXPECT_EQ(nearest("dst_prot", known), "dst_port");
  EXPECT_EQ(nearest("frag", known), "fragment");
  EXPECT_EQ(nearest("flags", known), "tcp.flags");
  EXPECT_EQ(nearest("x", known), std::nullopt);
  EXPECT_EQ(nearest("abc", known), std::nullopt);
  EXPECT_EQ(nearest(std::string(1 << 20, 't'), known), std::nullopt);
}

}  // namespace
}  // namespace fwc
