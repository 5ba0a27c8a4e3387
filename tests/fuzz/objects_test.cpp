// SPDX-License-Identifier: MIT
// What fuzzing of the compiler and of objects begins with holds already.
#include <gtest/gtest.h>
#include <linux/btf.h>

#include <algorithm>
#include <cstring>

#include "tests/fuzz/inputs.h"
#include "tests/fuzz/properties.h"
#include "tests/harness/kernel_runner.h"

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

/// An input of hold_object() that puts a word there.
std::string with_word(std::size_t object, std::size_t place, std::uint32_t word) {
  std::string input(1, static_cast<char>(object));
  for (unsigned i = 0; i < sizeof word; ++i) {
    for (const int shift : {24, 16, 8, 0}) input.push_back(static_cast<char>((place + i) >> shift));
    input.push_back(static_cast<char>(word >> 8 * i));
  }
  return input;
}

// A word of each few records: headers, instructions, symbols, types, names, data.
TEST(FuzzObjects, SurvivesChangesEverywhere) {
  constexpr std::size_t kStep = 97;
  for (std::size_t object = 0; !object_to_change(object).empty(); ++object)
    for (std::size_t place = object; place < object_to_change(object).size(); place += kStep)
      hold_object(with_word(object, place, place * 0x01234567).substr(0, 6));
  const ObjectTally& tally = tally_of_objects();
  EXPECT_GT(tally.taken, tally.changed / 10);
  if (!may_load()) return;
  EXPECT_GT(tally.loaded, tally.changed / 100);
  EXPECT_GT(tally.compared, tally.changed / 100);
}

// Of a map of each processor with so many entries, the kernel makes an array that it runs past.
TEST(FuzzObjects, RefusesHugeMaps) {
  constexpr std::uint32_t kHuge = 0x8100'0016;
  std::size_t words = 0;
  for (const std::size_t object : {1, 2}) {
    const std::span<const std::byte> bytes = object_to_change(object);
    const std::uint32_t magic = BTF_MAGIC | BTF_VERSION << 16;
    const auto begin = std::as_bytes(std::span(&magic, 1));
    const auto found = std::search(bytes.begin(), bytes.end(), begin.begin(), begin.end());
    ASSERT_NE(found, bytes.end());
    btf_header header;
    std::memcpy(&header, &*found, sizeof header);
    const std::size_t types = found - bytes.begin() + sizeof header;
    for (std::size_t place = types; place < types + header.type_len; place += sizeof kHuge, ++words)
      hold_object(with_word(object, place, kHuge));
  }
  EXPECT_GT(words, 500u);
}

}  // namespace
}  // namespace fwc::test
