// SPDX-License-Identifier: MIT
// How a diagnostic is shown: columns, escapes, cuts.
#include <gtest/gtest.h>

#include <chrono>

#include "compiler/diagnostics/render.h"
#include "compiler/diagnostics/utf8.h"

namespace fwc {
namespace {

Diagnostic at(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  return to_diagnostics({{Code::syntax, {begin, end}, "message", {}}}, text, false).front();
}

std::string show(std::string_view text, std::uint32_t begin, std::uint32_t end,
                 unsigned width = 40) {
  const std::string whole = render(at(text, begin, end), text, "f", false, width);
  return whole.substr(whole.find('\n') + 1);
}

TEST(Render, UnderlinesTheSpan) {
  EXPECT_EQ(render(at("tcp && udp", 7, 10), "tcp && udp", "name"),
            "name:1:8: error: message [syntax]\n"
            "  tcp && udp\n"
            "         ^~~\n");
  EXPECT_EQ(show("tcp", 3, 3), "  tcp\n     ^\n");
  EXPECT_EQ(show("", 0, 0), "  \n  ^\n");
  EXPECT_EQ(show("tcp", 90, 99), "  tcp\n     ^\n");
}

TEST(Render, LinesAndColumnsCountCharacters) {
  const std::string_view text = "a\n\n/* é東 */ b\r\nc";
  const Diagnostic d = at(text, 15, 16);
  EXPECT_EQ(text.substr(15, 1), "b") << "the test's own offset";
  EXPECT_EQ(d.line, 3U);
  EXPECT_EQ(d.column, 10U);
  EXPECT_EQ(show(text, 15, 16), "  /* é東 */ b\n            ^\n");
  EXPECT_EQ(at(text, 18, 19).line, 4U);
  EXPECT_EQ(show(text, 18, 19), "  c\n  ^\n");
}

TEST(Render, ManyIssuesInAnyOrder) {
  const std::string_view text = "ab\ncd";
  const auto found = to_diagnostics(
      {{Code::syntax, {4, 5}, "x", {}}, {Code::syntax, {1, 2}, "y", {}}}, text, false);
  EXPECT_EQ(found[0].line, 2U);
  EXPECT_EQ(found[0].column, 2U);
  EXPECT_EQ(found[1].line, 1U);
  EXPECT_EQ(found[1].column, 2U);
}

TEST(Render, SpansOverLinesEndWithTheFirst) {
  EXPECT_EQ(show("tcp (\n udp)", 4, 11), "  tcp (\n      ^\n");
  EXPECT_EQ(show("tcp && (\n udp)", 4, 11), "  tcp && (\n      ^~~~\n");
}

TEST(Render, NothingInvisibleReachesTheTerminal) {
  EXPECT_EQ(show("a\tb", 2, 3), "  a\\tb\n     ^\n");
  EXPECT_EQ(show(std::string_view("a\0b", 3), 1, 2), "  a\\x00b\n   ^~~~\n");
  EXPECT_EQ(show("\x1b[31m", 0, 1), "  \\x1b[31m\n  ^~~~\n");
  EXPECT_EQ(show("a\xff"
                 "b",
                 1, 2),
            "  a\\xffb\n   ^~~~\n");
  EXPECT_EQ(show("a\u202e"
                 "b",
                 4, 5),
            "  a\\u{202e}b\n           ^\n");
  const Diagnostic d{.message = "bad \x1b", .hint = "\n"};
  EXPECT_EQ(render(d, "", "n\x07"), "n\\x07:1:1: error: bad \\x1b []\n  \n  ^\n  hint: \\n\n");
}

TEST(Render, LongLinesAreCutAroundTheSpan) {
  const std::string text = std::string(100, 'a') + "XYZ" + std::string(100, 'b');
  const std::string shown = show(text, 100, 103, 42);
  EXPECT_EQ(shown, "  …aaaaaaaaaaaaaaaaaXYZbbbbbbbbbbbbbbbbbb…\n                    ^~~\n");
  EXPECT_EQ(show(text, 0, 1, 26), "  aaaaaaaaaaaaaaaaaaaaaa…\n  ^\n");
  EXPECT_EQ(show(text, 203, 203, 26), "  …bbbbbbbbbbbbbbbbbbbbbb\n                         ^\n");
  const std::string all = show(text, 0, 203, 26);
  EXPECT_EQ(all, "  aaaaaaaaaaaaaaaaaaaaaa…\n  ^~~~~~~~~~~~~~~~~~~~~~\n");
}

TEST(Render, ColorsAreOutsideTheText) {
  const std::string colored = render(at("tcp", 0, 3), "tcp", "f", true);
  EXPECT_NE(colored.find("\x1b[1;31merror:\x1b[0m message"), std::string::npos);
  EXPECT_NE(colored.find("\n  tcp\n"), std::string::npos);
}

TEST(Render, LongLinesAreQuick) {
  const std::string text(1 << 20, '\xff');
  const auto start = std::chrono::steady_clock::now();
  for (std::uint32_t begin = 0; begin < text.size(); begin += 10'000)
    render({.offset = begin, .length = 1 << 20}, text, "f");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(Utf8, OnlyValidSequencesAreCharacters) {
  EXPECT_EQ(character_at("é", 0).code_point, U'é');
  EXPECT_EQ(character_at("\U0001f600", 0).bytes, 4U);
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xe2\x82", "\xc3(", "\xfe"}) {
    EXPECT_EQ(character_at(bad, 0).bytes, 1U);
    EXPECT_EQ(character_at(bad, 0).code_point, std::nullopt);
  }
  EXPECT_EQ(character_before("a東", 4), 1U);
  EXPECT_EQ(character_before("a\x80", 2), 1U);
}

}  // namespace
}  // namespace fwc
