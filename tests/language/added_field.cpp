// SPDX-License-Identifier: MIT
// Compiled by added_field_test.py with a copy of the table that has one row more: the evaluator,
// which names no field, judges packets by it. The whole evaluator is in this one file, so that
// nothing else has to be compiled with the other table.
#include <cstdio>
#include <string_view>
#include <vector>

#include "compiler/check/checked_filter.cpp"
#include "compiler/eval/evaluate.cpp"
#include "compiler/eval/header_walk.cpp"
#include "tests/eval/tree.h"

namespace {

std::vector<std::byte> packet_of(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

}  // namespace

/// FIELD VALUE PACKET…: prints for each packet, in hexadecimal digits, whether the field is equal
/// to the value and whether it is not.
int main(int, char** words) {
  const auto field = fwc::find_field(words[1]);
  if (!field) return 1;
  fwc::test::Tree tree;
  tree.equal(tree.field(words[1]), tree.integer(std::stoll(words[2])));
  const fwc::CheckedFilter filter = tree.filter();
  for (char** hex = words + 3; *hex != nullptr; ++hex) {
    const std::vector<std::byte> bytes = packet_of(*hex);
    std::puts(fwc::evaluate(filter, {.bytes = bytes}) ? "true" : "false");
  }
}
