// SPDX-License-Identifier: MIT
// How every command writes its JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/terminal.h"

namespace fwc::cli {

/// One value on stdout, laid out over lines. Paths may hold any bytes; what is not UTF-8 is
/// replaced.
void show_json(Terminal& terminal, const nlohmann::ordered_json& value);

/// null where there is nothing, as an empty name or the id 0.
nlohmann::ordered_json or_null(const std::string& text);
nlohmann::ordered_json or_null(std::uint32_t id);

}  // namespace fwc::cli
