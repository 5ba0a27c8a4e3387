// SPDX-License-Identifier: MIT
// Where each node stands in the text: exact, without blanks around.
#include <gtest/gtest.h>

#include <vector>

#include "tests/grammar/tree.h"

namespace fwc {
namespace {

/// The pieces of the text that the nodes cover, in the order of the nodes.
std::vector<std::string> pieces(const std::string& text) {
  std::vector<std::string> all;
  for (const ast::Node& node : parsed(text).nodes)
    all.push_back(text.substr(node.span.begin, node.span.end - node.span.begin));
  return all;
}

using Pieces = std::vector<std::string>;

TEST(Spans, Operands) {
  for (const std::string text : {"udp", "tcp.flags", "$x", "0x1f", "1.2.3.4", "::1", "1.0.0.0/8"})
    EXPECT_EQ(pieces(" /* é */ " + text + " # x"), Pieces{text});
}

TEST(Spans, BinaryCoversBothOperands) {
  EXPECT_EQ(pieces("  a + b  "), (Pieces{"a", "b", "a + b"}));
  EXPECT_EQ(pieces("a+b*c"), (Pieces{"a", "b", "c", "b*c", "a+b*c"}));
}

TEST(Spans, ParenthesesBelongToTheOuterNode) {
  EXPECT_EQ(pieces("( a )"), (Pieces{"a"}));
  EXPECT_EQ(pieces("(a + b) * c"), (Pieces{"a", "b", "a + b", "c", "(a + b) * c"}));
  EXPECT_EQ(pieces("a * ( (b) )"), (Pieces{"a", "b", "a * ( (b) )"}));
  EXPECT_EQ(pieces("! (a)"), (Pieces{"a", "! (a)"}));
}

TEST(Spans, Chains) {
  EXPECT_EQ(pieces("a || (b) or c "), (Pieces{"a", "b", "c", "a || (b) or c"}));
  EXPECT_EQ(pieces("(a) && (b)"), (Pieces{"a", "b", "(a) && (b)"}));
}

TEST(Spans, Others) {
  EXPECT_EQ(pieces(" - - 1 "), (Pieces{"1", "- 1", "- - 1"}));
  EXPECT_EQ(pieces("(a) ? b : (c) "), (Pieces{"a", "b", "c", "(a) ? b : (c)"}));
  EXPECT_EQ(pieces("x in { 1 , 2 .. 3 } "),
            (Pieces{"x", "1", "2", "3", "2 .. 3", "{ 1 , 2 .. 3 }", "x in { 1 , 2 .. 3 }"}));
  EXPECT_EQ(pieces("(x) not in 1 .. (2)"),
            (Pieces{"x", "1", "2", "1 .. (2)", "(x) not in 1 .. (2)"}));
}

TEST(Spans, ChildrenComeBeforeTheirParents) {
  const ast::Filter filter = parsed("let $a = 1 + 2 in 0..9; a ? b || c || d : x in {1, 2..3}");
  EXPECT_EQ(filter.root + 1, filter.nodes.size());
  for (ast::NodeId id = 0; id < filter.nodes.size(); ++id)
    if (const auto* chain = std::get_if<ast::Chain>(&filter.at(id).value)) {
      for (const ast::NodeId operand : chain->operands) EXPECT_LT(operand, id);
    }
}

}  // namespace
}  // namespace fwc
