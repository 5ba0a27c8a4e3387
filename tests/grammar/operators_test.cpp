// SPDX-License-Identifier: MIT
// Precedence and associativity, all of it derived from the table of operators, and spellings.
#include <gtest/gtest.h>

#include "tests/grammar/tree.h"

namespace fwc {
namespace {

std::string name_of(const OperatorRow& r) {
  return r.op == Operator::not_in ? "not-in" : std::string(r.symbol);
}

std::string tree(const OperatorRow& r, const std::string& a, const std::string& b) {
  return "(" + name_of(r) + " " + a + " " + b + ")";
}

/// What `a first b second c` must be by the table.
std::string expected_pair(const OperatorRow& first, const OperatorRow& second) {
  if (first.op == second.op && first.kind == OperatorKind::logical)
    return "(" + name_of(first) + " a b c)";
  return first.precedence >= second.precedence ? tree(second, tree(first, "a", "b"), "c")
                                               : tree(first, "a", tree(second, "b", "c"));
}

TEST(Operators, EveryPairFollowsTheTable) {
  int pairs = 0;
  for (const OperatorRow& first : kOperators)
    for (const OperatorRow& second : kOperators) {
      if (first.unary || second.unary) continue;
      for (const std::string_view space : {" ", "\n", " /* */ "}) {
        const std::string blank(space);
        const std::string text = "a" + blank + std::string(first.symbol) + blank + "b" + blank +
                                 std::string(second.symbol) + blank + "c";
        EXPECT_EQ(shape(text), expected_pair(first, second)) << text;
      }
      ++pairs;
    }
  EXPECT_EQ(pairs, 21 * 21);
}

TEST(Operators, EveryTripleOfPrecedencesFollowsTheTable) {
  for (const OperatorRow& x : kOperators)
    for (const OperatorRow& y : kOperators)
      for (const OperatorRow& z : kOperators) {
        if (x.unary || y.unary || z.unary) continue;
        if (x.precedence <= y.precedence || z.precedence <= y.precedence) continue;
        const std::string text = "a " + std::string(x.symbol) + " b " + std::string(y.symbol) +
                                 " c " + std::string(z.symbol) + " d";
        EXPECT_EQ(shape(text), tree(y, tree(x, "a", "b"), tree(z, "c", "d"))) << text;
      }
}

TEST(Operators, EveryUnaryBindsTighterThanEveryBinary) {
  for (const OperatorRow& unary : kOperators)
    for (const OperatorRow& binary : kOperators) {
      if (!unary.unary || binary.unary) continue;
      const std::string u(unary.symbol);
      const std::string operand = "(" + u + " ";
      EXPECT_EQ(shape(u + "a " + std::string(binary.symbol) + " b"),
                tree(binary, operand + "a)", "b"));
      EXPECT_EQ(shape("a " + std::string(binary.symbol) + " " + u + " b"),
                tree(binary, "a", operand + "b)"));
    }
}

TEST(Operators, UnariesNest) {
  EXPECT_EQ(shape("!~-+a"), "(! (~ (- (+ a))))");
  EXPECT_EQ(shape("not not a"), "(! (! a))");
  EXPECT_EQ(shape("- -1"), "(- (- 1))");
  EXPECT_EQ(shape("a--1"), "(- a (- 1))");
  EXPECT_EQ(shape("a<-1"), "(< a (- 1))");
}

TEST(Operators, NeedNoBlanks) {
  EXPECT_EQ(shape("a<<1<2"), "(< (<< a 1) 2)");
  EXPECT_EQ(shape("a&&b&c"), "(&& a (& b c))");
  EXPECT_EQ(shape("a||b|c"), "(|| a (| b c))");
  EXPECT_EQ(shape("a^^b^c"), "(^^ a (^ b c))");
  EXPECT_EQ(shape("a!=!b"), "(!= a (! b))");
}

TEST(Operators, WordsAreTheSameOperators) {
  for (const OperatorRow& r : kOperators) {
    if (r.word.empty()) continue;
    const std::string left = r.unary ? "" : "a ";
    EXPECT_EQ(shape(left + std::string(r.word) + " b"), shape(left + std::string(r.symbol) + " b"));
  }
  EXPECT_EQ(shape("a or b || c"), "(|| a b c)");
  EXPECT_EQ(shape("a not /* really */\n in b"), "(not-in a b)");
}

TEST(Operators, WordsEndWhereTheIdentifierEnds) {
  EXPECT_EQ(shape("orange or android"), "(|| orange android)");
  EXPECT_EQ(shape("inside in index"), "(in inside index)");
  EXPECT_EQ(shape("notable"), "notable");
  EXPECT_EQ(shape("not(a)"), "(! [a])");
  EXPECT_EQ(shape("(a)and(b)"), "(&& [a] [b])");
  EXPECT_EQ(shape("a.in.not"), "a.in.not");
  EXPECT_EQ(shape("letter"), "letter");
}

TEST(Operators, ReservedWordsAreNoNames) {
  for (const std::string word : {"let", "in", "not", "and", "or", "xor"})
    EXPECT_TRUE(std::holds_alternative<SyntaxError>(parse(word))) << word;
}

TEST(Operators, ChainsStayWideAndKeepParentheses) {
  EXPECT_EQ(shape("a || b || c || d"), "(|| a b c d)");
  EXPECT_EQ(shape("a && b || c && d && e"), "(|| (&& a b) (&& c d e))");
  EXPECT_EQ(shape("(a || b) || c"), "(|| [(|| a b)] c)");
  EXPECT_EQ(shape("a || (b || c)"), "(|| a [(|| b c)])");
  EXPECT_EQ(shape("a ^^ b ^^ c || d"), "(|| (^^ a b c) d)");
  EXPECT_EQ(shape("(((a)))"), "[a]");
}

TEST(Operators, ConditionalIsLoosestAndAssociatesToTheRight) {
  EXPECT_EQ(shape("a || b ? c : d"), "(? (|| a b) c d)");
  EXPECT_EQ(shape("a ? b : c || d"), "(? a b (|| c d))");
  EXPECT_EQ(shape("a ? b : c ? d : e"), "(? a b (? c d e))");
  EXPECT_EQ(shape("a ? b ? c : d : e"), "(? a (? b c d) e)");
  EXPECT_EQ(shape("(a ? b : c) ? d : e"), "(? [(? a b c)] d e)");
  EXPECT_EQ(shape("a?1:2"), "(? a 1 2)");
  EXPECT_EQ(shape("a?b:c?d:e"), "(? a b (? c d e))");
}

TEST(Operators, MembershipTakesSetsRangesPrefixesAndOperands) {
  EXPECT_EQ(shape("x in {1, 2..3, 10.0.0.0/8}"), "(in x { 1 (.. 2 3) @10.0.0.0/8 })");
  EXPECT_EQ(shape("x in {}"), "(in x { })");
  EXPECT_EQ(shape("x in 1..2"), "(in x (.. 1 2))");
  EXPECT_EQ(shape("x in 10.0.0.0/8"), "(in x @10.0.0.0/8)");
  EXPECT_EQ(shape("x in y"), "(in x y)");
  EXPECT_EQ(shape("x in $y"), "(in x $y)");
  EXPECT_EQ(shape("x in 1 + 1..2 << 3 == b"), "(== (in x (.. (+ 1 1) (<< 2 3))) b)");
  EXPECT_EQ(shape("x in {1 | 2, 3 & 4..-5}"), "(in x { (| 1 2) (.. (& 3 4) (- 5)) })");
  EXPECT_EQ(shape("x in {(a || b)}"), "(in x { [(|| a b)] })");
  EXPECT_EQ(shape("x in (1)..(2)"), "(in x (.. [1] [2]))");
  EXPECT_EQ(shape("x in {1} && y not in {2}"), "(&& (in x { 1 }) (not-in y { 2 }))");
}

TEST(Operators, FiltersOfTheExample) {
  EXPECT_EQ(shape("icmp || (udp && dst_port == 53)"), "(|| icmp [(&& udp (== dst_port 53))])");
  EXPECT_EQ(shape("!udp || dst_port == 53"), "(|| (! udp) (== dst_port 53))");
}

}  // namespace
}  // namespace fwc
