// SPDX-License-Identifier: MIT
// What fuzzing begins with holds already, in every build; and that a fuzzer would be told.
#include <gtest/gtest.h>

#include <fstream>

#include "fwc/compile.h"
#include "tests/fuzz/inputs.h"
#include "tests/fuzz/properties.h"

namespace fwc::test {
namespace {

TEST(Fuzz, SeedsHold) {
  std::ifstream file(FWC_SEEDS);
  const std::vector<std::string> all = seeds(file);
  ASSERT_GT(all.size(), 30u);
  for (const std::string& seed : all) hold_properties_of_input(seed);
}

TEST(Fuzz, MostSeedsAreRight) {
  std::ifstream file(FWC_SEEDS);
  std::size_t right = 0;
  const std::vector<std::string> all = seeds(file);
  for (const std::string& seed : all)
    right += parse_filter(std::string_view(seed.c_str())).filter ? 1 : 0;
  EXPECT_GT(right, all.size() * 3 / 4);
}

TEST(Fuzz, WordsAloneHold) {
  for (const std::string& word : words_of_the_language()) {
    hold_properties(word, {});
    EXPECT_EQ(word.find_first_of("\"\\\n"), std::string::npos) << word << " needs an escape";
  }
}

}  // namespace
}  // namespace fwc::test
