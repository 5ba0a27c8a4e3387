// SPDX-License-Identifier: MIT
// How every command writes its JSON; see json_output.h.
#include "cli/json_output.h"

#include <nlohmann/json.hpp>

namespace fwc::cli {

void show_json(Terminal& terminal, const nlohmann::ordered_json& value) {
  using nlohmann::ordered_json;
  terminal.write(value.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

nlohmann::ordered_json or_null(std::uint32_t id) {
  return id == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(id);
}

}  // namespace fwc::cli
