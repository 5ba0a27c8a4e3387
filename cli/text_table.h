// SPDX-License-Identifier: MIT
// Tables for a screen of 100 columns.
#pragma once

#include <string>

#include "cli/language_tables.h"

namespace fwc::cli {

/// Headings in capitals, columns two blanks apart. Where the table is wider than the screen, the
/// widest columns are made narrower, and their words go on below.
std::string text_of(const TextTable& table);

}  // namespace fwc::cli
