// SPDX-License-Identifier: MIT
// What people type who come from other tools is a filter, or is answered with the filter that they
// meant, as a whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "fwc/compile.h"

namespace fwc {
namespace {

struct Phrase {
  std::string typed;
  std::string offered;  ///< `ok` or `?` as in the file
};

std::vector<Phrase> read_phrases() {
  constexpr std::string_view kArrow = "  =>  ";
  std::ifstream in(FWC_PHRASE_BOOK);
  std::vector<Phrase> phrases;
  for (std::string line; std::getline(in, line);) {
    const std::size_t arrow = line.find(kArrow);
    if (arrow == std::string::npos) continue;
    phrases.push_back({line.substr(0, arrow), line.substr(arrow + kArrow.size())});
  }
  return phrases;
}

/// The filter that the first hint with one offers.
std::string offered(const ParseResult& result) {
  if (result.filter) return "ok";
  for (const Diagnostic& d : result.diagnostics) {
    const bool shows = d.hint.starts_with("here it is `") || d.hint.starts_with("write `");
    if (!shows || !d.hint.ends_with('`')) continue;
    const std::size_t begin = d.hint.rfind('`', d.hint.size() - 2) + 1;
    return d.hint.substr(begin, d.hint.size() - 1 - begin);
  }
  return "?";
}

TEST(PhraseBook, FirstTriesAreAnsweredWithTheFilter) {
  for (const Phrase& phrase : read_phrases())
    EXPECT_EQ(offered(parse_filter(phrase.typed)), phrase.offered) << phrase.typed;
}

TEST(PhraseBook, WhatIsOfferedIsAFilter) {
  for (const Phrase& phrase : read_phrases()) {
    if (phrase.offered == "ok" || phrase.offered == "?") continue;
    const ParseResult result = parse_filter(phrase.offered);
    EXPECT_TRUE(result.filter) << phrase.offered;
    for (const Diagnostic& d : result.diagnostics)
      if (d.code != "absent-passes")  // `not port 22` means just that
        ADD_FAILURE() << render(d, phrase.offered, "offered");
  }
}

TEST(PhraseBook, IsLong) {
  const std::vector<Phrase> phrases = read_phrases();
  const auto open = std::ranges::count(phrases, "?", &Phrase::offered);
  EXPECT_GE(phrases.size(), 60U);
  EXPECT_GE(phrases.size() - static_cast<std::size_t>(open), 50U);
}

}  // namespace
}  // namespace fwc
