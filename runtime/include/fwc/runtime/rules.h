// SPDX-License-Identifier: MIT
// The rules of a filter that runs, as the type information of its program tells them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

enum class RuleAction : std::uint8_t { allow, drop, count };

/// `allow`, `drop` or `count`.
FWC_API std::string_view to_string(RuleAction action);

struct RuleInfo {
  RuleAction action = RuleAction::allow;
  std::string name;       ///< empty where the filter gives it none
  std::string condition;  ///< as it was written, on one line, cut where it is long
};

/// The rules of one direction in their order. A filter that is an expression is one `allow` rule
/// and the default `drop`.
struct PolicyInfo {
  std::vector<RuleInfo> rules;
  RuleAction default_action = RuleAction::drop;
};

/// Needs CAP_SYS_ADMIN. Kind::usage where the object has no program for that direction.
FWC_API Expected<PolicyInfo> rules(const LoadedObject& object, Direction direction);

}  // namespace fwc::runtime
