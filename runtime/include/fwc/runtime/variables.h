// SPDX-License-Identifier: MIT
// The live variables of a filter that runs: `let $limit = 1500;` in the text, one number in a map
// of the kernel, changed while packets pass.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"
#include "fwc/runtime/value.h"

namespace fwc::runtime {

struct Variable {
  enum class Type : std::uint8_t { integer, boolean, address };

  std::string name;  ///< without the `$`
  Type type = Type::integer;
  Value value;
  std::int64_t minimum = INT64_MIN;  ///< of an integer, as the filter bounds it
  std::int64_t maximum = INT64_MAX;
};

/// The variables in the order of the map; an empty list where the filter has none.
FWC_API Expected<std::vector<Variable>> variables(const LoadedObject& object);

/// Sets several variables. All are judged before the first is written: an unknown name, a wrong
/// type or a value out of bounds changes nothing. All become visible at once: each packet is judged
/// by the old values alone or by the new ones alone, and by the new ones when the call returns.
FWC_API Expected<void> set_variables(const LoadedObject& object,
                                     const std::vector<Assignment>& assignments);

/// Judges them as set_variables() would, and sets none.
FWC_API Expected<void> judge_variables(const LoadedObject& object,
                                       const std::vector<Assignment>& assignments);

}  // namespace fwc::runtime
