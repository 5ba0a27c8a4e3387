// SPDX-License-Identifier: MIT
// What the compiler says about a filter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/export.h"

namespace fwc {

/// A place in the text of a filter.
struct Place {
  std::uint32_t offset = 0;  ///< of its first byte
  std::uint32_t length = 0;  ///< in bytes
  std::uint32_t line = 1;    ///< of the first byte, counted from 1
  std::uint32_t column = 1;  ///< of the first byte, counted from 1 in characters (code points)
};

/// One error or warning.
struct Diagnostic {
  bool error = true;
  std::string code;          ///< stable name of the kind: `unknown-name`, `out-of-range`, …
  std::uint32_t offset = 0;  ///< byte offset of the span into the text or the file
  std::uint32_t length = 0;  ///< bytes of the span; 0 points between two bytes or at the end
  std::uint32_t line = 1;    ///< of the first byte, counted from 1
  std::uint32_t column = 1;  ///< of the first byte, counted from 1 in characters (code points)
  std::string message;
  std::string hint;  ///< empty where there is none
  /// The other places that make it so: of a clause that adds nothing, the clauses that cover it.
  std::vector<Place> because = {};
  /// A file that the filter names, where the span lies in it; empty where it lies in the filter.
  std::string file = {};
  std::string excerpt = {};          ///< the line of that file, its beginning where it is long
  std::uint32_t excerpt_offset = 0;  ///< of the span, in `excerpt`
};

/// Renders a diagnostic as a person reads it: `name:line:column: error: message [code]`, the source
/// line with the span underlined and the places that make it so marked, the hint. Ends in a newline. Long lines are cut around the span
/// to `width` columns; tabs, control characters and invalid UTF-8 are shown as visible escapes.
FWC_API std::string render(const Diagnostic& diagnostic, std::string_view text,
                           std::string_view name, bool color = false, unsigned width = 100);

}  // namespace fwc
