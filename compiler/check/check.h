// SPDX-License-Identifier: MIT
// ast::Filter to CheckedFilter: resolves names, converts literals, types every node and finds every
// error a filter can have besides syntax. Goes on after an error, so that one run shows several.
#pragma once

#include <optional>
#include <string_view>

#include "compiler/check/checked_filter.h"
#include "compiler/diagnostics/issue.h"
#include "fwc/compile.h"
#include "grammar/ast.h"

namespace fwc {

struct CheckResult {
  std::optional<CheckedFilter> filter;  ///< empty exactly where an issue is an error
  Issues issues;                        ///< in the order of the text
  std::vector<SourceFile> files = {};   ///< those that issues speak of
};

CheckResult check(const ast::Filter& filter, std::string_view text,
                  const SourceLoader& load_source = {}, Hook hook = Hook::cgroup);

}  // namespace fwc
