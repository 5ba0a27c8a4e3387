// SPDX-License-Identifier: MIT
// Values of live variables, as they are given when a filter is loaded or while it runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "fwc/export.h"
#include "fwc/runtime/error.h"

namespace fwc::runtime {

/// What a live variable holds.
using Value = std::variant<bool, std::int64_t>;

/// `true`, `false` or the number in decimal.
FWC_API std::string to_string(const Value& value);

struct Assignment {
  std::string name;  ///< without the `$`
  Value value;
};

/// Reads `limit=1500`, `$limit=0x5dc`, `open=true`.
FWC_API Expected<Assignment> parse_assignment(std::string_view text);

}  // namespace fwc::runtime
