// SPDX-License-Identifier: MIT
// Names, variables, integers, addresses, and the blanks between them.
#include <gtest/gtest.h>

#include "tests/grammar/tree.h"

namespace fwc {
namespace {

TEST(Literals, IntegersAreKeptAsText) {
  for (const std::string text : {"0", "53", "0x1f", "0o17", "0b101", "1_000", "1'000", "010",
                                 "0xZZ", "12abc", "99999999999999999999999"}) {
    const ast::Filter filter = parsed(text);
    EXPECT_EQ(filter.at(filter.root).value, decltype(ast::Node::value)(ast::Integer{text}));
  }
}

TEST(Literals, Names) {
  for (const std::string text : {"udp", "tcp.flags", "_", "a1.b2._c", "true", "false", "UDP"}) {
    const ast::Filter filter = parsed(text);
    EXPECT_EQ(filter.at(filter.root).value, decltype(ast::Node::value)(ast::Name{text}));
  }
  EXPECT_EQ(shape("$limit"), "$limit");
  EXPECT_EQ(shape("$in"), "$in");
}

TEST(Literals, BytesAreKeptAsText) {
  for (const std::string text : {"\"GET \"", "\"\"", "\"a # b // c /* d\"", "\"\\\"\\\\\"",
                                 "hex\"0d 0a\"", "\"\xc3\xa9\"", "\"\\q\"", "hex\"zz\""})
    EXPECT_EQ(shape(text), text);
  EXPECT_EQ(shape("hex == \"x\""), "(== hex \"x\")");
}

TEST(Literals, Slices) {
  EXPECT_EQ(shape("payload[0]"), "(slice payload 0)");
  EXPECT_EQ(shape("payload[0:4] == \"GET \""), "(== (slice payload 0 4) \"GET \")");
  EXPECT_EQ(shape("payload [ 1 + 2 : 4 ] # x"), "(slice payload (+ 1 2) 4)");
  EXPECT_EQ(shape("a[b ? 1 : 2 : c]"), "(slice a (? b 1 2) c)");
  EXPECT_EQ(shape("a ? b[0:1] : c[2]"), "(? a (slice b 0 1) (slice c 2))");
  EXPECT_EQ(shape("!a[0] && b[1] in {c[2], \"x\"}"),
            "(&& (! (slice a 0)) (in (slice b 1) { (slice c 2) \"x\" }))");
}

TEST(Literals, EthernetAddresses) {
  EXPECT_EQ(shape("00:1b:21:0a:0b:0c"), "@00:1b:21:0a:0b:0c");
  EXPECT_EQ(shape("aa:bb:cc:dd:ee:ff == a"), "(== @aa:bb:cc:dd:ee:ff a)");
  EXPECT_EQ(shape("a in 00:1b:21:00:00:00/24"), "(in a @00:1b:21:00:00:00/24)");
  EXPECT_EQ(shape("a ? 11:22"), "(? a 11 22)");
  EXPECT_EQ(shape("1:2:3:4:5:6:7:8"), "@1:2:3:4:5:6:7:8");
  EXPECT_EQ(shape("aa:bb:cc:dd:ee:ff:11:22"), "@aa:bb:cc:dd:ee:ff:11:22");
  EXPECT_EQ(shape("aa:bb:cc:dd:ee::ff"), "@aa:bb:cc:dd:ee::ff");
}

TEST(Literals, AddressesAreKeptAsText) {
  for (const std::string text :
       {"1.2.3.4", "1.2.3", "1.2.3.999", "1.2.3.4.5", "1.2.3.", "1.5", "0x7f.1", "::", "::1",
        "1::", "2001:db8::1", "fe80::1", "dead::beef", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8",
        "a:b:c:d:e:f:a:b", "2001:db8::g1", "::1::2", "1:2:3:4:5:6:7:8:9"}) {
    const ast::Filter filter = parsed(text);
    EXPECT_EQ(filter.at(filter.root).value, decltype(ast::Node::value)(ast::Address{text})) << text;
    EXPECT_EQ(filter.nodes.size(), 1U) << text;
  }
}

TEST(Literals, PrefixesAreAttached) {
  EXPECT_EQ(shape("10.0.0.0/8"), "@10.0.0.0/8");
  EXPECT_EQ(shape("2001:db8::/32"), "@2001:db8::/32");
  EXPECT_EQ(shape("1:2:3:4:5:6:7:8/128"), "@1:2:3:4:5:6:7:8/128");
  EXPECT_EQ(shape("10.0.0.0/255.0.0.0"), "@10.0.0.0/255.0.0.0");
  EXPECT_EQ(shape("10.0.0.0 / 8"), "(/ @10.0.0.0 8)");
  EXPECT_EQ(shape("10/8"), "(/ 10 8)");
  EXPECT_EQ(shape("10.0.0.0/x"), "(/ @10.0.0.0 x)");
  EXPECT_EQ(shape("10.0.0.0//8"), "@10.0.0.0");
}

TEST(Literals, RangesDoNotSwallowDots) {
  EXPECT_EQ(shape("x in 1..2"), "(in x (.. 1 2))");
  EXPECT_EQ(shape("x in 0x1f..0x2f"), "(in x (.. 0x1f 0x2f))");
  EXPECT_EQ(shape("x in 1.2.3.4..1.2.3.9"), "(in x (.. @1.2.3.4 @1.2.3.9))");
  EXPECT_EQ(shape("x in ::1..::ff"), "(in x (.. @::1 @::ff))");
  EXPECT_EQ(shape("x in ::ffff:1.2.3.4..::ff"), "(in x (.. @::ffff:1.2.3.4 @::ff))");
  EXPECT_EQ(shape("x in 1.0.0.0/8..2"), "(in x (.. @1.0.0.0/8 2))");
  EXPECT_EQ(shape("x in a..b"), "(in x (.. a b))");
  EXPECT_EQ(shape("x in a.b..$c"), "(in x (.. a.b $c))");
}

TEST(Literals, ColonsOfConditionals) {
  EXPECT_EQ(shape("a ? 1:2"), "(? a 1 2)");
  EXPECT_EQ(shape("a?fade:dead"), "(? a fade dead)");
  EXPECT_EQ(shape("a ? ::1 : ::2"), "(? a @::1 @::2)");
  EXPECT_EQ(shape("a?b?c?1:2:3:4"), "(? a (? b (? c 1 2) 3) 4)");
}

TEST(Blanks, AreCommentsAndWhiteSpace) {
  EXPECT_EQ(shape(" \t\r\n\v\f a \n&&\r\n b "), "(&& a b)");
  EXPECT_EQ(shape("# first\na # second\n&& // third\nb//"), "(&& a b)");
  EXPECT_EQ(shape("/**/a/* x */&&/* * / \n */b/***/"), "(&& a b)");
  EXPECT_EQ(shape("a # && b"), "a");
  EXPECT_EQ(shape("a // && b"), "a");
  EXPECT_EQ(shape("a /* // */ && b"), "(&& a b)");
  EXPECT_EQ(shape("a # /*\n&& b"), "(&& a b)");
  EXPECT_EQ(shape("a // naïve ≠ “x” 日本語 🎉\n&& b /* € */"), "(&& a b)");
}

}  // namespace
}  // namespace fwc
