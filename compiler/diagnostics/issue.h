// SPDX-License-Identifier: MIT
// What a pass has to say about a filter: an error or a warning at a span. Rendered for a person by
// diagnostics/render.h, handed to callers as fwc::Diagnostic.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/diagnostics/codes.h"
#include "grammar/span.h"

namespace fwc {

/// Wording: lower case, no final period, code in backticks, what was seen first, the hint after.
struct Issue {
  Code code;
  Span span;
  std::string message;
  std::string hint;                ///< what the writer likely meant; empty where there is none
  std::vector<Span> because = {};  ///< the other places that make it so
  /// Where the span lies: 0 in the filter, else in the file of that number, from 1.
  std::uint32_t file = 0;

  friend bool operator==(const Issue&, const Issue&) = default;
};

using Issues = std::vector<Issue>;

/// A file that the filter names, as it was read.
struct SourceFile {
  std::string name;
  std::string text;
};

}  // namespace fwc
