// SPDX-License-Identifier: MIT
// One writer at a time in a folder of the bpf file system. Private to the runtime.
#pragma once

#include <string>

#include "fwc/runtime/error.h"
#include "fwc/runtime/file_descriptor.h"

namespace fwc::runtime {

/// Names that begin so are half-done work; whoever holds the lock may remove them.
inline constexpr std::string_view kTemporaryPrefix = "fwc_tmp_";

/// A flock(2) on the folder itself, as libxdp has it. Goes with the process.
class DirectoryLock {
 public:
  /// Waits some seconds for another fwc, then gives up with Kind::temporary. What a killed fwc left
  /// half done in the folder is removed.
  static Expected<DirectoryLock> take(const std::string& directory);

 private:
  explicit DirectoryLock(FileDescriptor directory) : directory_(std::move(directory)) {}

  FileDescriptor directory_;
};

}  // namespace fwc::runtime
