// SPDX-License-Identifier: MIT
// `fwc check --json`, for editors and scripts; docs/schemas/check.json is its schema.
#pragma once

#include <vector>

#include "cli/source.h"
#include "cli/terminal.h"
#include "fwc/diagnostic.h"

namespace fwc::cli {

void show_check(Terminal& terminal, const FilterText& filter,
                const std::vector<Diagnostic>& diagnostics, bool valid);

}  // namespace fwc::cli
