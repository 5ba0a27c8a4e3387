// SPDX-License-Identifier: MIT
// The language's tables as rows of text, for `fwc fields` and the reference page. Everything is
// read from compiler/language and grammar/operators.h; nothing here names a field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/language/fields.h"

namespace fwc::cli {

struct Column {
  std::string_view heading;
  bool code = false;  ///< what stands here is written in filters
};

struct TextTable {
  std::string name;  ///< `fields`, `operators`, …; the reference page finds its place by it
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as `columns`
};

std::vector<std::string_view> hook_names(HookSet hooks);

/// `10.0.0.0/8`
std::string prefix_text(const AddressPrefix& prefix);

/// Fields, protocols, extension headers, operators, and the constants of each kind.
std::vector<TextTable> language_tables();

}  // namespace fwc::cli
