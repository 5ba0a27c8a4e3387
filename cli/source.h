// SPDX-License-Identifier: MIT
// Where a filter comes from: the command line, a file or standard input; as text, or as an object
// that was compiled before.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "fwc/object.h"
#include "fwc/runtime/error.h"

namespace fwc::cli {

struct FilterText {
  std::string text;
  std::string name;  ///< what messages call it: a path, `stdin` or `filter`
};

using Source = std::variant<FilterText, Object>;

/// What the user gave: at most one of the two.
struct SourceChoice {
  std::optional<std::string> argument;  ///< a filter, or the path of an object; `-` is stdin
  std::string file;                     ///< of `-f`, empty where it was not given; `-` is stdin
};

/// Without an argument and a file it is standard input, unless that is a terminal.
runtime::Expected<Source> read_source(const SourceChoice& choice);

/// The same where an object makes no sense.
runtime::Expected<FilterText> read_filter(const SourceChoice& choice);

}  // namespace fwc::cli
