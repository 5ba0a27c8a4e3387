// SPDX-License-Identifier: MIT
// Several files that are changed together or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fwc/runtime/error.h"

namespace fwc::cli {

/// Each file is written or removed in one step; undo() brings back those before. Without commit(),
/// the destructor does.
class FileChanges {
 public:
  FileChanges() = default;
  ~FileChanges();
  FileChanges(const FileChanges&) = delete;
  FileChanges& operator=(const FileChanges&) = delete;

  /// Makes the folders that are missing on the way.
  runtime::Expected<void> write(const std::string& path, const std::string& text);
  /// False where there was no such file. A folder that is empty then goes with it.
  runtime::Expected<bool> remove(const std::string& path);

  /// The folders that were made go too.
  void undo();
  void commit();

 private:
  struct Step {
    std::string path;
    std::optional<std::string> before;  ///< what it held; nothing where it was not there
  };

  void note_missing_folders(const std::string& path);

  std::vector<Step> steps_;
  std::vector<std::string> folders_;  ///< that were not there, in the order in which they are made
};

}  // namespace fwc::cli
