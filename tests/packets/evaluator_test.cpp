// SPDX-License-Identifier: MIT
// The cases, judged by the evaluator; and that they cover the table of fields.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "compiler/eval/evaluate.h"
#include "compiler/language/fields.h"
#include "fwc/compile.h"
#include "tests/packets/cases.h"

namespace fwc::test {
namespace {

std::string explain(const std::vector<Diagnostic>& diagnostics, const std::string& text) {
  std::string all;
  for (const Diagnostic& d : diagnostics) all += render(d, text, "case");
  return all;
}

class Evaluator : public testing::TestWithParam<std::string> {};

/// One ctest entry a topic: an entry a case would cost more in starting programs than in judging.
TEST_P(Evaluator, JudgesAsTheCasesSay) {
  for (const Case& c : all_cases()) {
    if (!c.name.starts_with(GetParam() + "_")) continue;
    const ParseResult parsed = parse_filter(c.filter);
    ASSERT_TRUE(parsed.filter) << explain(parsed.diagnostics, c.filter);
    Packet packet = c.packet.view();
    packet.context.ingress = c.only == Direction::ingress;
    packet.context.cookie = 7;
    EXPECT_EQ(evaluate(parsed.filter->checked(), packet), c.verdict) << testing::PrintToString(c);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Evaluator,
                         testing::Values("field", "malformed", "walk", "fragment", "operator",
                                         "policy", "example"),
                         [](const auto& topic) { return topic.param; });

TEST(Cases, CoverEveryFieldOfTheTable) {
  const std::vector<FieldExpectation> all = field_expectations();
  for (const FieldRow& f : kFields) {
    if (std::holds_alternative<FlowFact>(f.source)) continue;  // tests/eval, tests/differential
    if ((f.hooks & hook_bit(Hook::cgroup)) == 0) continue;     // those of link_test.cpp
    const auto covers = [&f](const FieldExpectation& e) {
      // Every packet of BPF_PROG_TEST_RUN has a socket.
      const bool always_there =
          f.present == "every packet" || std::holds_alternative<SocketFact>(f.source);
      return e.field == f.name && (always_there || !e.absent.empty()) && e.whole > 0;
    };
    EXPECT_TRUE(std::ranges::any_of(all, covers)) << f.name << " has no expectation";
  }
}

TEST(Cases, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const Case& c : all_cases()) EXPECT_TRUE(names.insert(c.name).second) << c.name;
}

}  // namespace
}  // namespace fwc::test
