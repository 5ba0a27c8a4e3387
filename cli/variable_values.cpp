// SPDX-License-Identifier: MIT
// Live variables of a filter that is not loaded; see variable_values.h.
#include "cli/variable_values.h"

#include <optional>

#include "cli/filter_options.h"

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

// The runtime judges assignments to a loaded filter; here is none, so the declarations are asked.
std::optional<Error> assign(const Assignment& assignment, const CheckedFilter& filter,
                            std::vector<std::int64_t>& values) {
  for (std::size_t i = 0; i < filter.variables.size(); ++i) {
    const VariableDeclaration& variable = filter.variables[i];
    if (variable.name != assignment.name) continue;
    const bool address = std::holds_alternative<runtime::IpAddress>(assignment.value);
    if (address || variable.type == Type::address)
      return Error{.kind = Error::Kind::usage,
                   .message = fmt::format("`${}` cannot be given a value here", variable.name),
                   .hint = "the default of an address stands in the filter"};
    values[i] = to_integer(assignment.value);
    if (values[i] >= variable.minimum && values[i] <= variable.maximum) return std::nullopt;
    return Error{.kind = Error::Kind::usage,
                 .message = fmt::format("`${}` cannot be {}", variable.name, values[i]),
                 .hint = fmt::format("it is in {}..{}", variable.minimum, variable.maximum)};
  }
  return Error{.kind = Error::Kind::usage,
               .message = fmt::format("the filter declares no `${}`", assignment.name)};
}

}  // namespace

Expected<std::vector<std::int64_t>> variable_values(const std::vector<std::string>& words,
                                                    const CheckedFilter& filter) {
  const auto assignments = parse_assignments(words);
  if (!assignments) return assignments.error();
  std::vector<std::int64_t> values;
  for (const VariableDeclaration& variable : filter.variables) values.push_back(variable.initial);
  for (const Assignment& assignment : *assignments)
    if (auto wrong = assign(assignment, filter, values)) return *std::move(wrong);
  return values;
}

}  // namespace fwc::cli
