// SPDX-License-Identifier: MIT
// What each node of a checked filter means, on trees built by hand.
#include "compiler/eval/evaluate.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/eval/tree.h"
#include "tests/harness/packet_builder.h"

namespace fwc::test {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

const TestPacket kUdp = Ipv4{} / Udp{.src_port = 40000, .dst_port = 53} / Payload{4};
const TestPacket kIcmp = Ipv4{} / Icmp{};
const TestPacket kTcp6 = Ipv6{} / Tcp{.dst_port = 443, .flags = 0x12};

bool judge(Tree& tree, const TestPacket& packet) {
  return evaluate(tree.filter(), packet.view());
}

// --- arithmetic
// -----------------------------------------------------------------------------------

struct Sum {
  ArithmeticOp op;
  std::int64_t lhs, rhs, result;
};

class Calculation : public testing::TestWithParam<Sum> {};

TEST_P(Calculation, GivesTheResult) {
  const Sum& sum = GetParam();
  Tree tree;
  const NodeId value = tree.arithmetic(sum.op, tree.integer(sum.lhs), tree.integer(sum.rhs));
  tree.equal(value, tree.integer(sum.result));
  EXPECT_TRUE(judge(tree, kUdp)) << sum.lhs << " and " << sum.rhs << " do not give " << sum.result;
}

INSTANTIATE_TEST_SUITE_P(
    Evaluate, Calculation,
    testing::Values(
        Sum{ArithmeticOp::add, 2, 3, 5}, Sum{ArithmeticOp::add, kMax, 1, kMin},
        Sum{ArithmeticOp::subtract, 2, 3, -1}, Sum{ArithmeticOp::subtract, kMin, 1, kMax},
        Sum{ArithmeticOp::subtract, 0, kMin, kMin}, Sum{ArithmeticOp::multiply, -3, 5, -15},
        Sum{ArithmeticOp::multiply, kMax, 2, -2}, Sum{ArithmeticOp::divide, 7, 2, 3},
        Sum{ArithmeticOp::divide, -7, 2, -3}, Sum{ArithmeticOp::divide, 7, -2, -3},
        Sum{ArithmeticOp::divide, 7, 0, 0}, Sum{ArithmeticOp::divide, kMin, -1, kMin},
        Sum{ArithmeticOp::modulo, 7, 3, 1}, Sum{ArithmeticOp::modulo, -7, 3, -1},
        Sum{ArithmeticOp::modulo, 7, -3, 1}, Sum{ArithmeticOp::modulo, -7, 0, -7},
        Sum{ArithmeticOp::modulo, kMin, -1, 0}, Sum{ArithmeticOp::bit_and, 12, 10, 8},
        Sum{ArithmeticOp::bit_or, 12, 10, 14}, Sum{ArithmeticOp::bit_xor, 12, -1, -13},
        Sum{ArithmeticOp::shift_left, 1, 63, kMin}, Sum{ArithmeticOp::shift_left, 3, 64, 3},
        Sum{ArithmeticOp::shift_left, 3, -63, 6}, Sum{ArithmeticOp::shift_right, -8, 1, -4},
        Sum{ArithmeticOp::shift_right, kMin, 63, -1}, Sum{ArithmeticOp::shift_right, 8, 65, 4}));

TEST(Evaluate, ArithmeticOnAnAbsentValueIsAbsent) {
  for (const ArithmeticOp op : {ArithmeticOp::add, ArithmeticOp::multiply, ArithmeticOp::bit_and}) {
    for (const bool left : {false, true}) {
      Tree tree;
      const NodeId port = tree.field("dst_port");
      const NodeId zero = tree.integer(0);
      const NodeId value = tree.arithmetic(op, left ? port : zero, left ? zero : port);
      tree.compare(ComparisonOp::less_equal, value, tree.integer(kMax));
      EXPECT_FALSE(judge(tree, kIcmp));
      EXPECT_TRUE(judge(tree, kUdp));
    }
  }
}

// --- comparisons and sets
// -------------------------------------------------------------------------

TEST(Evaluate, ComparisonsAreSignedAndFalseOfAbsentValues) {
  struct Row {
    ComparisonOp op;
    std::int64_t rhs;
    bool verdict;
  };
  for (const Row& r :
       {Row{ComparisonOp::equal, 53, true}, Row{ComparisonOp::equal, 54, false},
        Row{ComparisonOp::less, 53, false}, Row{ComparisonOp::less, 54, true},
        Row{ComparisonOp::less_equal, 53, true}, Row{ComparisonOp::less_equal, -1, false}}) {
    Tree tree;
    const NodeId compared = tree.compare(r.op, tree.field("dst_port"), tree.integer(r.rhs));
    EXPECT_EQ(judge(tree, kUdp), r.verdict);
    EXPECT_FALSE(judge(tree, kIcmp));
    tree.negated(compared);
    EXPECT_EQ(judge(tree, kUdp), !r.verdict);
    EXPECT_TRUE(judge(tree, kIcmp)) << "`!=` is the exact negation of `==`";
  }
}

TEST(Evaluate, MembersLieInAnIntervalWithBothEnds) {
  const ValueSet set{.integers = {{10, 20}, {53, 53}, {100, 200}}, .ipv4 = {}, .ipv6 = {}};
  for (const auto& [port, verdict] : {std::pair{9, false},
                                      {10, true},
                                      {20, true},
                                      {21, false},
                                      {53, true},
                                      {54, false},
                                      {200, true},
                                      {201, false}}) {
    Tree tree;
    tree.member(tree.field("dst_port"), set);
    EXPECT_EQ(judge(tree, Ipv4{} / Udp{.dst_port = static_cast<std::uint16_t>(port)}), verdict)
        << port;
  }
  Tree tree;
  tree.member(tree.field("dst_port"), set);
  EXPECT_FALSE(judge(tree, kIcmp));
  Tree empty;
  empty.member(empty.field("dst_port"), ValueSet{});
  EXPECT_FALSE(judge(empty, kUdp));
}

TEST(Evaluate, AddressesBelongToTheirFamily) {
  const ValueSet set{
      .integers = {},
      .ipv4 = {{0x0a000000, 0x0affffff}},
      .ipv6 = {{U128{0x20010db800000000, 0}, U128{0x20010db8ffffffff, ~std::uint64_t{0}}}}};
  Tree tree;
  tree.member(tree.field("src_ip"), set);
  EXPECT_TRUE(judge(tree, Ipv4{.src = 0x0aff0001} / Udp{}));
  EXPECT_FALSE(judge(tree, Ipv4{.src = 0x0b000000} / Udp{}));
  EXPECT_TRUE(judge(tree, Ipv6{} / Udp{}));
  EXPECT_FALSE(judge(tree, Ipv6{.src = {0x2001, 0xdb9}} / Udp{}));
  EXPECT_FALSE(judge(tree, Ipv6{.src = {0, 0, 0, 0, 0, 0xffff, 0x0a00, 1}} / Udp{}));
}

TEST(Evaluate, AnIpv4AddressNeverEqualsAnIpv6One) {
  Tree tree;
  tree.equal(tree.field("dst_ip"), tree.address({Family::ipv4, {0, 1}}));
  EXPECT_TRUE(judge(tree, Ipv4{.dst = 1} / Udp{}));
  EXPECT_FALSE(judge(tree, Ipv6{.dst = {0, 0, 0, 0, 0, 0, 0, 1}} / Udp{}));
}

// --- logic
// ----------------------------------------------------------------------------------------

TEST(Evaluate, LogicIsTwoValued) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    const auto with = [bits](LogicalOp op) {
      Tree tree;
      tree.logical(op, {tree.boolean(bits & 1), tree.boolean(bits & 2), tree.boolean(bits & 4)});
      return judge(tree, kUdp);
    };
    EXPECT_EQ(with(LogicalOp::all), bits == 7);
    EXPECT_EQ(with(LogicalOp::any), bits != 0);
    EXPECT_EQ(with(LogicalOp::odd), bits == 1 || bits == 2 || bits == 4 || bits == 7);
  }
}

TEST(Evaluate, AnAbsentBoolIsFalseAsAConditionAndAbsentAsAnInt) {
  Tree condition;
  condition.negated(condition.field("tcp.syn"));
  EXPECT_TRUE(judge(condition, kUdp));
  EXPECT_FALSE(judge(condition, kTcp6));

  Tree number;
  number.equal(number.as_integer(number.field("tcp.syn")), number.integer(0));
  EXPECT_FALSE(judge(number, kUdp));
  EXPECT_FALSE(judge(number, kTcp6));
  EXPECT_TRUE(judge(number, Ipv4{} / Tcp{.flags = 0}));
}

TEST(Evaluate, AnIntIsTrueWhereItIsPresentAndNotZero) {
  Tree tree;
  tree.as_boolean(tree.field("src_port"));
  EXPECT_TRUE(judge(tree, kUdp));
  EXPECT_FALSE(judge(tree, Ipv4{} / Udp{.src_port = 0}));
  EXPECT_FALSE(judge(tree, kIcmp));
}

TEST(Evaluate, AConditionalHasValueAndPresenceOfTheChosenArm) {
  Tree tree;
  const NodeId chosen =
      tree.conditional(tree.field("udp"), tree.field("dst_port"), tree.field("icmp.type"));
  tree.compare(ComparisonOp::less, chosen, tree.integer(100));
  EXPECT_TRUE(judge(tree, kUdp));
  EXPECT_TRUE(judge(tree, kIcmp));
  EXPECT_FALSE(judge(tree, kTcp6)) << "the chosen arm is absent";
}

TEST(Evaluate, ABoolArmIsACondition) {
  Tree tree;
  const NodeId chosen =
      tree.conditional(tree.boolean(true), tree.field("tcp.syn"), tree.boolean(true));
  tree.equal(tree.as_integer(chosen), tree.integer(0));
  EXPECT_TRUE(judge(tree, kUdp)) << "an absent arm counts as false, and false is 0";
}

// --- the packet
// -----------------------------------------------------------------------------------

TEST(Evaluate, AMalformedPacketIsDroppedWhateverTheFilterSays) {
  Tree tree;
  tree.boolean(true);
  EXPECT_TRUE(judge(tree, kUdp));
  EXPECT_FALSE(judge(tree, truncated(kUdp, 27)));
  EXPECT_TRUE(judge(tree, with_ethertype(truncated(kUdp, 3), 0x0806)));
}

TEST(Evaluate, ProtocolTestsAreFalseAndOtherFieldsAbsentOutsideIp) {
  for (const FieldRow& f : kFields) {
    if (f.type == Type::address) continue;
    Tree tree;
    const NodeId value = tree.field(f.name);
    const NodeId number = f.type == Type::boolean ? tree.as_integer(value) : value;
    tree.compare(ComparisonOp::less_equal, tree.integer(0), number);
    // The packet comes without a link layer, as on a cgroup.
    const bool present =
        f.present == "every packet" && !std::holds_alternative<LinkFact>(f.source);
    EXPECT_EQ(judge(tree, with_context(with_ethertype(kUdp, 0x0806), {})), present) << f.name;
  }
}

TEST(Evaluate, LengthCountsFromTheNetworkHeader) {
  Tree tree;
  tree.equal(tree.field("len"), tree.integer(32));
  EXPECT_TRUE(judge(tree, kUdp));
  EXPECT_TRUE(judge(tree, with_ethertype(kUdp, 0x88b5)));
  EXPECT_FALSE(judge(tree, kIcmp));
}

TEST(Evaluate, VariablesHaveTheirDefaultUntilTheyAreGiven) {
  Tree tree;
  tree.declare(
      {.name = "limit", .type = Type::integer, .initial = 32, .minimum = 0, .maximum = 9000});
  tree.declare({.name = "on", .type = Type::boolean, .initial = 1, .minimum = 0, .maximum = 1});
  const NodeId small = tree.compare(ComparisonOp::less_equal, tree.field("len"), tree.variable(0));
  tree.logical(LogicalOp::all, {small, tree.variable(1)});
  EXPECT_TRUE(judge(tree, kUdp));
  const std::array<std::int64_t, 1> lower = {31};
  EXPECT_FALSE(evaluate(tree.filter(), kUdp.view(), lower));
  const std::array<std::int64_t, 2> off = {100, 0};
  EXPECT_FALSE(evaluate(tree.filter(), kUdp.view(), off));
}

}  // namespace
}  // namespace fwc::test
