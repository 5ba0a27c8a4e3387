// SPDX-License-Identifier: MIT
// The words of other tools' filters, and their values as they are written here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/language/fields.h"

namespace fwc {

/// Words, options, operators, whole sets in braces and whole indexes in brackets.
using Pieces = std::vector<std::string_view>;
Pieces split_phrases(std::string_view text);

/// `1-1024` is `1..1024`, `10/8` is `10.0.0.0/8`, `echo-request` is `echo_request`, `22,80` and
/// `{ 22 80 }` are `{22, 80}`.
std::string value_here(std::string_view piece, const FieldRow& field);

/// Flags as bits: `tcp-syn|tcp-fin` and `SYN,FIN` are `syn | fin`.
std::string flags_here(std::string_view piece);

/// A state of a connection, or several with commas between them of which one alone has a meaning
/// here: `ESTABLISHED,RELATED` is `established`. Empty where it is not understood.
std::string_view state_here(std::string_view piece);

/// The comparison as it is written here; empty where it is none.
std::string_view operator_here(std::string_view piece);

}  // namespace fwc
