// SPDX-License-Identifier: MIT
// The entries of a set that stand in a file: one a line, an address, a prefix, a range, a number or
// a tuple of these, with comments from `#`, `//` or `;` on. Makes no tree, for there can be
// millions; reads in one pass and in memory that is bounded by the text.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/diagnostics/issue.h"
#include "compiler/language/fields.h"

namespace fwc {

/// What an entry, or a part of a tuple, is looked up for.
struct WantedEntry {
  bool address = true;  ///< else a number
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  ValueKind kind = ValueKind::plain;  ///< whose names may stand for numbers
  std::string looked_up;              ///< its text, for messages: `dst_port`
};

struct SetFileEntries {
  ValueSet values;                            ///< canonical; of single entries
  std::vector<std::vector<ValueSet>> tuples;  ///< of entries of several parts
  Issues issues;                              ///< spans lie in the file
};

/// Reads a whole file; stops after a hundred errors.
SetFileEntries read_set_file(std::string_view text, std::span<const WantedEntry> wanted);

}  // namespace fwc
