// SPDX-License-Identifier: MIT
// A file that appears whole or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "fwc/runtime/error.h"
#include "fwc/runtime/file_descriptor.h"

namespace fwc::cli {

/// Written beside its place and renamed into it by commit(); without a commit nothing is left. A
/// place where something other than a regular file stands is refused.
class OutputFile {
 public:
  static runtime::Expected<OutputFile> create(const std::string& path,
                                              std::span<const std::byte> bytes);
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;

  runtime::Expected<void> commit();

 private:
  OutputFile(std::string path, std::string temporary)
      : path_(std::move(path)), temporary_(std::move(temporary)) {}

  std::string path_;
  std::string temporary_;  ///< empty once committed or moved from
};

}  // namespace fwc::cli
