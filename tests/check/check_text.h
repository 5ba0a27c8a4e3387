// SPDX-License-Identifier: MIT
// A filter from text to its checked tree, and the tree as text: `(all udp (eq dst_port 53))`.
#pragma once

#include <string>
#include <string_view>

#include "compiler/check/check.h"

namespace fwc {

CheckResult check_text(std::string_view text);

/// The tree of a filter without errors; the codes of the errors where there are any.
std::string tree_of(std::string_view text);

/// The names of the codes of everything that is found, in order, separated by blanks.
std::string codes_of(std::string_view text);

}  // namespace fwc
