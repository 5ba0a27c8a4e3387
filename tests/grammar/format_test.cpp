// SPDX-License-Identifier: MIT
// The canonical layout: whole texts, and what holds of any text: the same tree, every comment in
// its order, and nothing left to change.
#include "grammar/format.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "grammar/format_comments.h"
#include "tests/grammar/tree.h"

namespace fwc {
namespace {

std::string formatted(std::string_view text, std::size_t width = 100) {
  auto result = format(text, width);
  if (const auto* error = std::get_if<SyntaxError>(&result)) return "error: " + error->message;
  return std::get<std::string>(result);
}

/// A filter without its spans.
ast::Filter bare(ast::Filter filter) {
  for (ast::Node& node : filter.nodes) node.span = {};
  for (ast::Declaration& d : filter.declarations) d.name_span = d.type_span = {};
  for (ast::Part& part : filter.parts) {
    part.span = part.otherwise.span = {};
    for (ast::Rule& rule : part.rules) rule.action_span = rule.name_span = rule.span = {};
  }
  return filter;
}

std::vector<std::string> comments(std::string_view text) {
  std::vector<std::string> texts;
  for (const grammar::Comment& c : grammar::find_comments(text, parsed(text)))
    texts.push_back(c.text);
  return texts;
}

void expect_kept(const std::string& text, std::size_t width) {
  const std::string once = formatted(text, width);
  ASSERT_EQ(bare(parsed(once)), bare(parsed(text))) << text << "\n-----\n" << once;
  ASSERT_EQ(comments(once), comments(text)) << text << "\n-----\n" << once;
  ASSERT_EQ(formatted(once, width), once) << text;
  ASSERT_EQ(once.find(" \n"), std::string::npos) << once;
}

TEST(Format, Spaces) {
  EXPECT_EQ(formatted("not udp or(dst_port==53)"), "!udp || (dst_port == 53)\n");
  EXPECT_EQ(formatted("a  and\n b"), "a && b\n");
  EXPECT_EQ(formatted("x in{1,2 .. 3,10.0.0.0/8}"), "x in {1, 2..3, 10.0.0.0/8}\n");
  EXPECT_EQ(formatted("x not  in (1|2)..3"), "x not in (1 | 2)..3\n");
  EXPECT_EQ(formatted("a?b:c"), "a ? b : c\n");
  EXPECT_EQ(formatted("- 1 < ~ x"), "-1 < ~x\n");
  EXPECT_EQ(formatted("x in { }"), "x in {}\n");
}

TEST(Format, ParenthesesAreTheWriters) {
  EXPECT_EQ(formatted("(a && b) || (c)"), "(a && b) || (c)\n");
  EXPECT_EQ(formatted("((a && b)) || ( ((c)) )"), "(a && b) || (c)\n");
  EXPECT_EQ(formatted("((a) || b) && (c || ((d)))"), "((a) || b) && (c || (d))\n");
}

TEST(Format, DeclarationsStandOnLinesOfTheirOwn) {
  EXPECT_EQ(formatted("let $a:int=1 in 0..9;let $b=(true);$a>0"),
            "let $a: int = 1 in 0..9;\nlet $b = (true);\n$a > 0\n");
  EXPECT_EQ(formatted("let $a = 1;\n\n\n\n$a > 0"), "let $a = 1;\n\n$a > 0\n");
}

TEST(Format, PoliciesHaveARuleALine) {
  EXPECT_EQ(formatted("let @a:(ip,port);egress{drop x:(a,b)in @a;default allow;}"),
            "let @a: (ip, port);\negress {\n  drop x: (a, b) in @a;\n  default allow;\n}\n");
  EXPECT_EQ(formatted("allow a and b;count c;\n\n# rest\ndefault drop;"),
            "allow a && b;\ncount c;\n\n# rest\ndefault drop;\n");
}

TEST(Format, LongChainsHaveAClauseALine) {
  EXPECT_EQ(formatted("aaaa && bbbb || cccc && dddd", 20), "aaaa && bbbb\n|| cccc && dddd\n");
  EXPECT_EQ(formatted("aaaa && bbbb || cccc && (dddd || eeee)", 14),
            "aaaa && bbbb\n|| cccc\n   && (dddd\n       || eeee)\n");
  EXPECT_EQ(formatted("aaaaaaaa && bbbbbbbb || cccc", 14), "aaaaaaaa\n   && bbbbbbbb\n|| cccc\n");
  EXPECT_EQ(formatted("aaaaaaaa == bbbbbbbb ? cccc : dddd", 24),
            "aaaaaaaa == bbbbbbbb\n    ? cccc\n    : dddd\n");
}

TEST(Format, LongSetsAreFilled) {
  EXPECT_EQ(formatted("aa && port in {1111, 2222, 3333, 4444, 5555}", 24),
            "aa\n&& port in {\n       1111, 2222, 3333,\n       4444, 5555\n   }\n");
}

TEST(Format, CommentsStayAtTheirClause) {
  EXPECT_EQ(formatted("# head\n\nudp   # dns\nor tcp//web\n"),
            "# head\n\nudp  # dns\n|| tcp  //web\n");
  EXPECT_EQ(formatted("udp or # dns\n tcp"), "udp  # dns\n|| tcp\n");
  EXPECT_EQ(formatted("udp or\n# web\ntcp"), "udp\n# web\n|| tcp\n");
  EXPECT_EQ(formatted("udp/*a*/or/*b*/tcp"), "udp /*a*/ || /*b*/ tcp\n");
  EXPECT_EQ(formatted("/*a*/(udp/*b*/)/*c*/&&tcp"), "/*a*/ (udp /*b*/) /*c*/ && tcp\n");
  EXPECT_EQ(formatted("let $a = 1; # one\n$a > 0 # two"), "let $a = 1;  # one\n$a > 0  # two\n");
}

TEST(Format, CommentsInSetsAndParentheses) {
  EXPECT_EQ(formatted("x in {\n 10.0.0.0/8, # office\n # home\n ::1 # loop\n}"),
            "x in {\n    10.0.0.0/8,  # office\n    # home\n    ::1  # loop\n}\n");
  EXPECT_EQ(formatted("tcp && (\n# web\na\n# tls\n|| b\n# end\n)"),
            "tcp\n&& (\n    # web\n    a\n    # tls\n    || b\n   # end\n   )\n");
}

TEST(Format, ALongCommentBreaksNoClause) {
  EXPECT_EQ(formatted("aaaa && bbbb # cccccccccccccccccccc\n|| dddd", 20),
            "aaaa && bbbb  # cccccccccccccccccccc\n|| dddd\n");
}

TEST(Format, AWrongTextIsTold) {
  EXPECT_TRUE(formatted("udp &&").starts_with("error: "));
}

/// A text with other blanks, and comments of every kind between its tokens. `text` is the output of
/// print(), whose only blanks are single ones between tokens.
std::string with_comments(const std::string& text, std::mt19937& random) {
  static constexpr const char* kBetween[] = {
      " ",         "\n",         "\n\n",        "  /* a */ ", " # b\n",       "\n// c\n",
      "/* d */\n", "\n/* e */ ", "\n\n# f\n\n", "/* g\nh */", "\n# i\n# j\n", "\r\n"};
  std::uniform_int_distribution<std::size_t> any(0, std::size(kBetween) - 1);
  std::uniform_int_distribution<int> seldom(0, 3);
  std::string out = seldom(random) == 0 ? kBetween[any(random)] : "";
  for (const char c : text) {
    const bool beside = c == '(' || c == ')' || c == ',' || c == ';' || c == '{' || c == '}';
    // Not after a slash, which a comment would make a comment of its own.
    const bool slash = out.ends_with('/') && !out.ends_with("*/");
    if ((c == ' ' || beside) && !slash && seldom(random) == 0) out += kBetween[any(random)];
    out += c;
    if (beside && seldom(random) == 0) out += kBetween[any(random)];
  }
  return out + (seldom(random) == 0 ? kBetween[any(random)] : "");
}

/// Text of a random expression, with more parentheses than it needs.
class Texts {
 public:
  explicit Texts(std::uint32_t seed) : random_(seed) {}

  std::string filter() {
    std::string text;
    for (int n = below(3); n > 0; --n) text += declaration();
    return with_comments(text + (below(3) == 0 ? policy() : expression(4)), random_);
  }
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

 private:
  std::string leaf() {
    static constexpr const char* kLeaves[] = {"udp",  "tcp.flags",  "53",    "0x1f",      "1.2.3.4",
                                              "::1",  "2001:db8::", "$a",    "in_out",    "1'000",
                                              "true", "orange",     "notes", "10.0.0.0/8"};
    return kLeaves[below(std::size(kLeaves))];
  }
  std::string declaration() {
    switch (below(7)) {
      case 0: return "let @a: ip; ";
      case 1: return "let @b: port = " + set() + "; ";
      case 2: return "let @c: ip = from \"list.txt\"; ";
      case 3: return "let web = " + set() + "; ";
      case 4: return "let both = " + expression(2) + "; ";
      case 5: return "let low = " + bounded() + ".." + bounded() + "; ";
      default: return "let $a: int = " + bounded() + " in " + bounded() + ".." + bounded() + "; ";
    }
  }

  std::string policy() {
    if (below(3) != 0) return rules();
    return "egress {" + rules() + "} " + (below(2) == 0 ? "ingress { " + rules() + "}" : "");
  }
  std::string rules() {
    static constexpr const char* kHeads[] = {"allow ", "drop ", "count ",
                                             "allow web: ", "drop x: "};
    std::string text;
    for (int n = below(4); n > 0; --n)
      text += kHeads[below(std::size(kHeads))] + expression(2) + "; ";
    return text + (below(2) == 0 ? "default drop;" : "default allow;");
  }

  std::string bounded() { return below(3) == 0 ? "(" + expression(1) + ")" : leaf(); }

  std::string infix() {
    for (;;) {
      const OperatorRow& r = kOperators[static_cast<std::size_t>(below(kOperators.size()))];
      if (r.unary || r.kind == OperatorKind::membership) continue;
      return " " + std::string(below(2) == 0 && !r.word.empty() ? r.word : r.symbol) + " ";
    }
  }

  std::string set() {
    std::string text = "{";
    for (int n = below(6); n > 0; --n)
      text += bounded() + (below(3) == 0 ? ".." + bounded() : "") + (n == 1 ? "" : ", ");
    return text + "}";
  }

  std::string expression(int depth) {
    if (depth == 0) return leaf();
    switch (below(8)) {
      case 0: return leaf();
      case 7: return "(a, b) in {(1, 2..3), (10.0.0.0/8, " + bounded() + ")} || x in @a";
      case 1:
        return (below(2) == 0 ? "!" : "not ") + std::string("(") + expression(depth - 1) + ")";
      case 2: return bounded() + (below(2) == 0 ? " in " : " not in ") + set();
      case 3: return "((" + expression(depth - 1) + "))";
      case 4: return "(" + expression(depth - 1) + ") ? " + expression(depth - 1) + " : " + leaf();
      default: {
        std::string text = operand(depth);
        for (int n = 1 + below(3); n > 0; --n) text += infix() + operand(depth);
        return text;
      }
    }
  }
  std::string operand(int depth) {
    return below(2) == 0 ? leaf() : "(" + expression(depth - 1) + ")";
  }

  std::mt19937 random_;
};

TEST(Format, RandomTextsKeepTreeAndCommentsAndChangeOnce) {
  for (std::uint32_t seed = 0; seed < 6000; ++seed) {
    Texts texts(seed);
    const std::string text = texts.filter();
    expect_kept(text, texts.below(2) == 0 ? 100 : 5 + static_cast<std::size_t>(texts.below(40)));
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

TEST(Format, FiltersOfTheGoldensKeepTheirTree) {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(FWC_GOLDENS)) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with(">>> ") || line.find('\\') != std::string::npos) continue;
      const std::string text = line.substr(4);
      if (std::holds_alternative<SyntaxError>(parse(text))) continue;
      ++count;
      expect_kept(text, 100);
      expect_kept(text, 20);
    }
  }
  EXPECT_GT(count, 100U);
}

TEST(Format, DeepAndLongTextsTakeBoundedRoom) {
  const std::string deep = std::string(190, '(') + "a" + std::string(190, ')');
  EXPECT_EQ(formatted(deep), "(a)\n");
  std::string nested = "a";
  for (int i = 0; i < 90; ++i) nested = "(" + nested + " || bbbbbbbbbb)";
  const std::string out = formatted(nested);
  EXPECT_LT(out.size(), 100 * nested.size());
  EXPECT_EQ(formatted(out), out);
  std::string set = "x in {0";
  for (int i = 1; i < 50000; ++i) set += "," + std::to_string(i);
  expect_kept(set + "}", 100);
}

}  // namespace
}  // namespace fwc
