// SPDX-License-Identifier: MIT
// What the properties are written with.
#pragma once

#include <string_view>

#include "fwc/compile.h"
#include "grammar/ast.h"

namespace fwc::test {

/// Ends the process where a property does not hold, and says of which text.
void hold(bool property, const char* name, std::string_view text);

/// The tree without what printing does not keep: places and, unless asked for, parentheses.
ast::Filter bare(ast::Filter filter, bool keep_parentheses = false);

/// Of what was found in a text: an error exactly where there is no result, and places within the
/// text.
void hold_of_diagnostics(std::span<const Diagnostic> diagnostics, bool is_right,
                         std::string_view text);

/// That each can be shown, and that nothing reaches a terminal but printable characters and line
/// ends.
void hold_of_showing(std::span<const Diagnostic> diagnostics, std::string_view text);

}  // namespace fwc::test
