// SPDX-License-Identifier: MIT
// The names under which one filter is pinned. Private to the runtime.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

std::string ingress_path(const std::string& path);
std::string egress_path(const std::string& path);
/// Of the pin of one program.
std::string slot_path(const std::string& path);

/// Whether something has that name, be it a pin or not.
bool exists(const std::string& path);

/// Whether it is there, is no symbolic link, and is root's or the caller's.
bool is_trusted_pin(const std::string& path);

/// Opens the program at `path`, which must be one of fwc's in a pin to be trusted.
Expected<FileDescriptor> open_program_pin(const std::string& path);

/// Checks that what is pinned at `path` is a map that fwc pins beside a program.
Expected<void> require_own_map(const std::string& path);

}  // namespace fwc::runtime
