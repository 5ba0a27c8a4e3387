// SPDX-License-Identifier: MIT
// Issues to public Diagnostics: lines and columns are computed here, once, from the spans.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/diagnostics/issue.h"
#include "fwc/diagnostic.h"

namespace fwc {

/// `strict` turns warnings into errors; `files` are those that issues speak of.
std::vector<Diagnostic> to_diagnostics(const Issues& issues, std::string_view text, bool strict,
                                       const std::vector<SourceFile>& files = {});

}  // namespace fwc
