// SPDX-License-Identifier: MIT
// `fwc check --json`, for editors and scripts; docs/schemas/check.json is its schema.
#pragma once

#include "cli/source.h"
#include "cli/terminal.h"
#include "fwc/compile.h"

namespace fwc::cli {

/// Whether the filter is valid.
bool show_check(Terminal& terminal, const FilterText& filter, const ParseOptions& options);

}  // namespace fwc::cli
