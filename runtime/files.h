// SPDX-License-Identifier: MIT
// Small files that the kernel shows under /proc, and folders told apart. Private to the runtime.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "fwc/runtime/error.h"

namespace fwc::runtime {

/// The whole content of a file of at most `limit` bytes.
Expected<std::string> read_text_file(const std::string& path, std::size_t limit = 16U << 20);

/// Writes `text` by one write(2), as control files of the kernel want it.
Expected<void> write_control_file(const std::string& path, std::string_view text);

/// That what `status` tells of is root's or the caller's own; `path` is for the message.
Expected<void> require_trusted_owner(const struct stat& status, const std::string& path);

/// Folders that were met before, whatever path led there: a file system can be mounted several
/// times, or inside another one.
class SeenFolders {
 public:
  /// Whether `path` is a folder that was not asked about yet.
  bool is_new(const std::string& path);

 private:
  std::set<std::pair<dev_t, ino_t>> seen_;
};

/// The folder that `path` is in; `.` where it has none.
std::string directory_of(const std::string& path);

/// What follows the last slash of `path`.
std::string base_of(const std::string& path);

}  // namespace fwc::runtime
