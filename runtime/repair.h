// SPDX-License-Identifier: MIT
// The lock of a folder with everything in it settled. Private to the runtime.
#pragma once

#include <string>

#include "fwc/runtime/error.h"
#include "runtime/directory_lock.h"

namespace fwc::runtime {

/// Takes the lock, then takes back the changes that a killed fwc left half done, and those that had
/// to be confirmed in time and were not. A filter that somebody replaced meanwhile stays.
Expected<DirectoryLock> lock_and_repair(const std::string& directory);

}  // namespace fwc::runtime
