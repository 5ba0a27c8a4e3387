// SPDX-License-Identifier: MIT
// Several pins of one folder changed as one. Private to the runtime.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fwc/runtime/error.h"

namespace fwc::runtime {

/// Pins are made under temporary names first. commit() then renames them to their places, so that a
/// place that was taken is never empty; where that fails half-way, or commit() is not called,
/// everything is put back. The caller holds the folder's lock.
class PinTransaction {
 public:
  explicit PinTransaction(std::string directory) : directory_(std::move(directory)) {}
  ~PinTransaction();
  PinTransaction(const PinTransaction&) = delete;
  PinTransaction& operator=(const PinTransaction&) = delete;

  /// Makes a pin of `fd` that commit() puts at `path`.
  Expected<void> place(int fd, const std::string& path);
  /// Lets commit() remove the pin at `path`.
  void drop(const std::string& path);
  /// Lets commit() put `program` into a slot when all pins are at their places. `before`, where it
  /// is not -1, goes back there where a later step fails. The caller keeps all three open.
  void put(int slot, int program, int before);

  Expected<void> commit();

 private:
  struct Step {
    std::string path;
    std::string fresh;   ///< temporary name of the new pin; empty where one is dropped
    std::string backup;  ///< temporary name of the old pin; empty where there was none
    bool done = false;
  };

  struct Put {
    int slot = -1;
    int program = -1;
    int before = -1;
    bool done = false;
  };

  std::string temporary_name();
  Expected<void> take(Step& step);
  Expected<void> take_all();
  void undo();

  std::string directory_;
  std::vector<Step> steps_;
  std::vector<Put> puts_;
  unsigned names_ = 0;
};

/// The error for a pin that the kernel refused to make with `code`, or whatever `step` is.
Error pin_error(int code, const std::string& path, std::string_view step = "pin at");

}  // namespace fwc::runtime
