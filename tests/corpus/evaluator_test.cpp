// SPDX-License-Identifier: MIT
// No false alarm: the compiler says nothing about filters that make sense, and they mean what their
// writers expect.
#include <gtest/gtest.h>

#include "fwc/compile.h"
#include "tests/corpus/corpus_filters.h"

namespace fwc::test {
namespace {

TEST(Corpus, NoFilterThatMakesSenseGetsAWarning) {
  const auto filters = corpus_filters();
  EXPECT_GE(filters.size(), 200U);
  for (const CorpusFilter& filter : filters)
    for (const Diagnostic& d : parse_filter(filter.text).diagnostics)
      ADD_FAILURE() << render(d, filter.text, "corpus");
}

TEST(Corpus, EveryFilterJudgesAsItsWriterExpects) {
  for (const CorpusFilter& filter : corpus_filters()) {
    const ParseResult parsed = parse_filter(filter.text);
    ASSERT_TRUE(parsed.filter) << filter.text;
    EXPECT_FALSE(filter.passes.empty()) << filter.text;
    for (const NamedPacket& packet : filter.passes)
      EXPECT_TRUE(parsed.filter->judge(packet.bytes, packet.ethertype))
          << filter.text << " drops " << packet.name;
    for (const NamedPacket& packet : filter.drops)
      EXPECT_FALSE(parsed.filter->judge(packet.bytes, packet.ethertype))
          << filter.text << " passes " << packet.name;
  }
}

}  // namespace
}  // namespace fwc::test
