// SPDX-License-Identifier: MIT
// Filter, packet, verdict: the meaning of the language by example. Each case is judged by the
// evaluator and by the kernel, in a test program each.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "fwc/compile.h"
#include "tests/harness/packet_builder.h"

namespace fwc::test {

struct Case {
  std::string name;  ///< letters, digits and underscores
  std::string filter;
  TestPacket packet;
  bool verdict = false;
  std::optional<Direction> only = {};  ///< where the verdict depends on the direction
};

void PrintTo(const Case& c, std::ostream* out);

/// What one field is held to. `filter` is true of `match`, false of `mismatch` and, where the field
/// can be absent, of `absent`; its negation is the opposite of each.
struct FieldExpectation {
  std::string field;
  std::string filter;
  TestPacket match;
  TestPacket mismatch;
  std::vector<TestPacket> absent = {};
  /// Bytes of `match` below which it is malformed: neither the filter nor its negation passes it.
  std::size_t whole = 0;
  /// Where the field depends on the direction; in the other one, match and mismatch change places.
  std::optional<Direction> only = {};
  /// Bytes of `match` below which the field has no value, or another one.
  std::size_t reaches = 0;
};

std::vector<FieldExpectation> field_expectations();

/// The cases that follow from the expectations.
std::vector<Case> field_cases();

std::vector<Case> malformed_cases();
std::vector<Case> walk_cases();
std::vector<Case> fragment_cases();
std::vector<Case> operator_cases();
std::vector<Case> policy_cases();
/// The packets on which the program of 2019 was wrong.
std::vector<Case> example_cases();

std::vector<Case> all_cases();

}  // namespace fwc::test
