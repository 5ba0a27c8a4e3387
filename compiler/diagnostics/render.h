// SPDX-License-Identifier: MIT
// Issues to public Diagnostics: lines and columns are computed here, once, from the spans.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/diagnostics/issue.h"
#include "fwc/diagnostic.h"

namespace fwc {

/// `strict` turns warnings into errors.
std::vector<Diagnostic> to_diagnostics(const Issues& issues, std::string_view text, bool strict);

}  // namespace fwc
