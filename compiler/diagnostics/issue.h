// SPDX-License-Identifier: MIT
// What a pass has to say about a filter: an error or a warning at a span. Rendered for a person by
// diagnostics/render.h, handed to callers as fwc::Diagnostic.
#pragma once

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

  friend bool operator==(const Issue&, const Issue&) = default;
};

using Issues = std::vector<Issue>;

}  // namespace fwc
