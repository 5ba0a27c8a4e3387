// SPDX-License-Identifier: MIT
// What lies under the name of one pinned filter, and the change of it. Private to the runtime; the
// caller holds the lock of the folder.
#pragma once

#include <string>
#include <vector>

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

/// Whether a filter that open_pins() gave lies in slots.
bool is_in_slot(const LoadedObject& pinned);

/// The pins of programs there are for a filter called `path`.
std::vector<std::string> program_pins(const std::string& path);

/// The pins of maps there are beside; an error where one is not fwc's.
Expected<std::vector<std::string>> map_pins(const std::string& path);

/// Opens what is pinned; without programs where there is nothing, or a slot is empty.
Expected<LoadedObject> open_pins(const std::string& path);

/// Everything that could forbid the change, before anything is changed.
Expected<void> check_places(const LoadedObject& object, const std::string& path, bool replace);

/// Puts the object where `old` is, which open_pins() gave, and lets its counters go on. Gives the
/// paths but those of slots.
Expected<std::vector<std::string>> change_pins(const LoadedObject& object, const std::string& path,
                                               const LoadedObject& old, bool slot);

}  // namespace fwc::runtime
