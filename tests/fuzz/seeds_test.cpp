// SPDX-License-Identifier: MIT
// What fuzzing begins with holds already, in every build; and that a fuzzer would be told.
#include <gtest/gtest.h>

#include "fwc/compile.h"
#include "tests/fuzz/inputs.h"
#include "tests/fuzz/properties.h"

namespace fwc::test {
namespace {

struct Target {
  const char* name;
  void (*hold)(std::string_view);
};

class Seeds : public testing::TestWithParam<Target> {};

TEST_P(Seeds, Hold) {
  const std::vector<std::string> all = seeds(GetParam().name, FWC_SEEDS);
  ASSERT_GE(all.size(), 10u);
  for (const std::string& seed : all) GetParam().hold(seed);
}

const Target kTargets[] = {{"reading", hold_reading},
                           {"layout", hold_layout},
                           {"filter", hold_filter},
                           {"set_file", hold_set_file}};

INSTANTIATE_TEST_SUITE_P(Fuzz, Seeds, testing::ValuesIn(kTargets),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Fuzz, MostSeedsAreRight) {
  std::size_t right = 0;
  const std::vector<std::string> all = seeds("reading", FWC_SEEDS);
  for (const std::string& seed : all) right += parse_filter(seed).filter ? 1 : 0;
  EXPECT_GT(right, all.size() * 3 / 4);
}

TEST(Fuzz, WordsAloneHold) {
  for (const std::string& word : words_of_the_language()) {
    hold_filter(word, {});
    EXPECT_EQ(word.find_first_of("\"\\\n"), std::string::npos) << word << " needs an escape";
  }
}

}  // namespace
}  // namespace fwc::test
