// SPDX-License-Identifier: MIT
// Live variables of a filter that is not loaded; see variable_values.h.
#include "cli/variable_values.h"

#include <algorithm>
#include <optional>

#include "cli/filter_options.h"
#include "compiler/check/checked_filter.h"

namespace fwc::cli {

namespace {

using runtime::Assignment;
using runtime::Error;
using runtime::Expected;

// Of a number or a bool.
std::int64_t to_integer(const runtime::Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  return std::get<std::int64_t>(value);
}

Address to_address(const runtime::IpAddress& address) {
  const auto word = [&](std::size_t first, std::size_t count) {
    std::uint64_t bits = 0;
    for (std::size_t i = first; i < first + count; ++i) bits = bits << 8 | address.bytes[i];
    return bits;
  };
  if (!address.ipv6) return {.family = Family::ipv4, .bits = {.low = word(0, 4)}};
  return {.family = Family::ipv6, .bits = {.high = word(0, 8), .low = word(8, 8)}};
}

// The runtime judges assignments to a loaded filter; here is none, so the declaration is asked.
std::optional<Error> assign(const runtime::Value& value, VariableDeclaration& variable) {
  const auto* address = std::get_if<runtime::IpAddress>(&value);
  if ((address != nullptr) != (variable.type == Type::address))
    return Error{.kind = Error::Kind::usage,
                 .message = fmt::format("`${}` cannot be {}", variable.name, to_string(value)),
                 .hint = fmt::format("it is an `{}`", name(variable.type))};
  if (address != nullptr) {
    variable.address = to_address(*address);
    return std::nullopt;
  }
  variable.initial = to_integer(value);
  if (variable.initial >= variable.minimum && variable.initial <= variable.maximum)
    return std::nullopt;
  return Error{.kind = Error::Kind::usage,
               .message = fmt::format("`${}` cannot be {}", variable.name, variable.initial),
               .hint = fmt::format("it is in {}..{}", variable.minimum, variable.maximum)};
}

}  // namespace

Expected<Filter> with_variables(const std::vector<std::string>& words, const Filter& filter) {
  if (words.empty()) return filter;
  const auto assignments = parse_assignments(words);
  if (!assignments) return assignments.error();
  CheckedFilter changed = filter.checked();
  for (const Assignment& assignment : *assignments) {
    const auto variable =
        std::ranges::find(changed.variables, assignment.name, &VariableDeclaration::name);
    if (variable == changed.variables.end())
      return Error{.kind = Error::Kind::usage,
                   .message = fmt::format("the filter declares no `${}`", assignment.name)};
    if (auto wrong = assign(assignment.value, *variable)) return *std::move(wrong);
  }
  return Filter(std::make_shared<const CheckedFilter>(std::move(changed)));
}

}  // namespace fwc::cli
