// SPDX-License-Identifier: MIT
// What fuzzing of the compiler and of objects begins with holds already.
#include <gtest/gtest.h>

#include "tests/fuzz/inputs.h"
#include "tests/fuzz/properties.h"

namespace fwc::test {
namespace {

void hold_of_seeds(std::string_view target, void (*property)(std::string_view)) {
  const std::vector<std::string> all = seeds(target, FWC_SEEDS);
  ASSERT_GE(all.size(), 10u);
  for (const std::string& seed : all) property(seed);
}

TEST(FuzzObjects, CompilesTheSeeds) {
  hold_of_seeds("compile", hold_compile);
}

TEST(FuzzObjects, SurvivesChangedObjects) {
  hold_of_seeds("object", hold_object);
}

}  // namespace
}  // namespace fwc::test
