// SPDX-License-Identifier: MIT
// Printing: only the parentheses that are needed, and the same tree when it is read again.
#include <gtest/gtest.h>

#include <random>

#include "tests/grammar/tree.h"

namespace fwc {
namespace {

/// A filter without what printing does not keep.
ast::Filter bare(ast::Filter filter) {
  for (ast::Node& node : filter.nodes) {
    node.span = {};
    node.parenthesized = false;
  }
  for (ast::Declaration& d : filter.declarations) d.name_span = d.type_span = {};
  return filter;
}

std::string printed(std::string_view text) {
  return print(parsed(text));
}

TEST(Print, UsesSymbolsAndFewParentheses) {
  EXPECT_EQ(printed("not udp or(dst_port==53)"), "!udp || dst_port == 53");
  EXPECT_EQ(printed("(a and b) or c xor d"), "a && b || c ^^ d");
  EXPECT_EQ(printed("(a or b) or c"), "(a || b) || c");
  EXPECT_EQ(printed("(a or b) and c"), "(a || b) && c");
  EXPECT_EQ(printed("(a + b) + c"), "a + b + c");
  EXPECT_EQ(printed("a - (b - c)"), "a - (b - c)");
  EXPECT_EQ(printed("(a + b) * -(c)"), "(a + b) * -c");
  EXPECT_EQ(printed("-(-(a))"), "--a");
  EXPECT_EQ(printed("!(a == b)"), "!(a == b)");
}

TEST(Print, Conditionals) {
  EXPECT_EQ(printed("a?b:(c?d:e)"), "a ? b : c ? d : e");
  EXPECT_EQ(printed("(a?b:c)?(d?e:f):g"), "(a ? b : c) ? d ? e : f : g");
  EXPECT_EQ(printed("(a ? b : c) || d"), "(a ? b : c) || d");
  EXPECT_EQ(printed("a ? ::1 : ::2"), "a ? ::1 : ::2");
}

TEST(Print, Membership) {
  EXPECT_EQ(printed("x in{1,2..3,10.0.0.0/8}"), "x in {1, 2..3, 10.0.0.0/8}");
  EXPECT_EQ(printed("x not  in (1|2)..3"), "x not in (1 | 2)..3");
  EXPECT_EQ(printed("x in {(1|2)..3, (a || b), (c ? d : e)}"),
            "x in {(1 | 2)..3, (a || b), (c ? d : e)}");
  EXPECT_EQ(printed("x in (1 == 2)"), "x in (1 == 2)");
  EXPECT_EQ(printed("(a in b) in (c in d)"), "a in b in (c in d)");
  EXPECT_EQ(printed("x in {}"), "x in {}");
  EXPECT_EQ(printed("x in {(y in 1)..2, y in 1..2}"), "x in {(y in 1)..2, y in 1..2}");
}

TEST(Print, Declarations) {
  EXPECT_EQ(printed("let $a:int=1 in 0..9;let $b=(1==1);$a"),
            "let $a: int = 1 in 0..9; let $b = (1 == 1); $a");
}

TEST(Print, OneNode) {
  const ast::Filter filter = parsed("a && (b || c)");
  EXPECT_EQ(print(filter, filter.root - 1), "b || c");
}

/// Random trees with every kind of node, made in the order in which the parser makes them.
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  ast::Filter filter() {
    filter_ = {};
    for (int n = below(3); n > 0; --n) declaration();
    filter_.root = expression(5);
    return std::move(filter_);
  }

 private:
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  template <std::size_t N>
  std::string one_of(const char* const (&texts)[N]) {
    return texts[below(N)];
  }

  ast::NodeId add(decltype(ast::Node::value) value) {
    filter_.nodes.push_back({.value = std::move(value), .span = {}});
    return static_cast<ast::NodeId>(filter_.nodes.size() - 1);
  }

  ast::NodeId leaf() {
    switch (below(5)) {
      case 0: return add(ast::Integer{one_of({"0", "53", "0x1f", "0b1", "1'000", "1_0"})});
      case 1:
        return add(ast::Address{one_of({"1.2.3.4", "::", "fe80::1", "1.2", "1:2:3:4:5:6:7:8"})});
      case 2: return add(ast::Prefix{one_of({"10.0.0.0", "2001:db8::"}), one_of({"8", "32"})});
      case 3: return add(ast::Variable{one_of({"a", "in", "limit_1"})});
      default: return add(ast::Name{one_of({"udp", "tcp.flags", "orange", "a.in", "fade", "_"})});
    }
  }

  Operator operator_of(bool unary, bool logical) {
    for (;;) {
      const OperatorRow& r = kOperators[static_cast<std::size_t>(below(kOperators.size()))];
      if (r.kind == OperatorKind::membership || r.unary != unary) continue;
      if (unary || (r.kind == OperatorKind::logical) == logical) return r.op;
    }
  }

  ast::NodeId expression(int depth) {
    if (depth == 0 || below(6) == 0) return leaf();
    switch (below(8)) {
      case 0: return unary(depth);
      case 1: return conditional(depth);
      case 2: return membership(depth);
      case 3:
      case 4: return chain(depth);
      default: return binary(depth);
    }
  }

  ast::NodeId unary(int depth) {
    const ast::NodeId operand = expression(depth - 1);
    return add(ast::Unary{.op = operator_of(true, false), .operand = operand});
  }

  ast::NodeId binary(int depth) {
    const ast::NodeId lhs = expression(depth - 1);
    const ast::NodeId rhs = expression(depth - 1);
    return add(ast::Binary{.op = operator_of(false, false), .lhs = lhs, .rhs = rhs});
  }

  ast::NodeId chain(int depth) {
    ast::Chain chain{.op = operator_of(false, true), .operands = {}};
    for (int n = 2 + below(3); n > 0; --n) chain.operands.push_back(expression(depth - 1));
    return add(std::move(chain));
  }

  ast::NodeId conditional(int depth) {
    const ast::NodeId condition = expression(depth - 1);
    const ast::NodeId then_value = expression(depth - 1);
    const ast::NodeId else_value = expression(depth - 1);
    return add(ast::Conditional{condition, then_value, else_value});
  }

  ast::NodeId range(int depth) {
    const ast::NodeId low = expression(depth - 1);
    const ast::NodeId high = expression(depth - 1);
    return add(ast::Range{.low = low, .high = high});
  }

  ast::NodeId set(int depth) {
    ast::Set set;
    for (int n = below(4); n > 0; --n)
      set.elements.push_back(below(3) == 0 ? range(depth - 1) : expression(depth - 1));
    return add(std::move(set));
  }

  ast::NodeId membership(int depth) {
    const ast::NodeId value = expression(depth - 1);
    depth = depth < 2 ? 2 : depth;
    const int kind = below(3);
    const ast::NodeId right = kind == 0   ? set(depth)
                              : kind == 1 ? range(depth - 1)
                                          : expression(depth - 1);
    return add(ast::Membership{.negated = below(2) == 0, .value = value, .set = right});
  }

  void declaration() {
    ast::Declaration d;
    d.name = one_of({"a", "limit"});
    if (below(2) == 0) d.type = one_of({"int", "bool"});
    d.value = expression(2);
    if (below(2) == 0) d.bounds = range(2);
    filter_.declarations.push_back(std::move(d));
  }

  std::mt19937 random_;
  ast::Filter filter_;
};

TEST(Print, RandomTreesComeBack) {
  for (std::uint32_t seed = 0; seed < 20000; ++seed) {
    const ast::Filter filter = Generator(seed).filter();
    const std::string text = print(filter);
    const ast::Filter again = bare(parsed(text));
    ASSERT_EQ(again, filter) << "seed " << seed << ": " << text;
    ASSERT_EQ(print(again), text);
  }
}

TEST(Print, NoParenthesesCanBeLeftOut) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    const ast::Filter filter = Generator(seed).filter();
    const std::string text = print(filter);
    // In a set the ends of a range get some that could be left out.
    if (text.find("..") != std::string::npos) continue;
    for (std::size_t open = text.find('('); open != std::string::npos;
         open = text.find('(', open + 1)) {
      std::size_t close = open;
      for (int level = 0; level != 0 || close == open; ++close)
        level += text[close] == '(' ? 1 : text[close] == ')' ? -1 : 0;
      std::string fewer = text;
      fewer[open] = fewer[close - 1] = ' ';
      const auto result = parse(fewer);
      if (const auto* same = std::get_if<ast::Filter>(&result)) {
        EXPECT_NE(bare(*same), filter) << text << "\n" << fewer;
      }
    }
  }
}

}  // namespace
}  // namespace fwc
