// SPDX-License-Identifier: MIT
// The two streams of the command: stdout carries data, stderr carries messages. Nothing else in the
// command writes to either.
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_codes.h"
#include "fwc/diagnostic.h"
#include "fwc/runtime/error.h"

namespace fwc::cli {

enum class Color { automatic, always, never };

class Terminal {
 public:
  /// Makes sure that descriptors 0 to 2 are open, so that no file opened later is taken for one.
  Terminal();

  void set_color(Color color);

  /// Data. A failed write is remembered and told by finish().
  template <typename... Args>
  void out(fmt::format_string<Args...> format, Args&&... args) {
    write(fmt::format(format, std::forward<Args>(args)...));
  }
  void write(std::string_view text);

  /// `fwc: error: message`, then the hint on a line of its own; returns the code as a status.
  int fail(ExitCode code, std::string_view message, std::string_view hint = {});
  /// The same for an error of the runtime; its details come first.
  int fail(const runtime::Error& error);

  void warn(std::string_view message, std::string_view hint = {});

  /// The compiler's words on `text`, which came from `name`.
  void show(std::span<const Diagnostic> diagnostics, std::string_view text, std::string_view name);

  /// Flushes stdout. `status`, or os_error where it is 0 and some data could not be written.
  int finish(int status);

 private:
  void message(std::string_view kind, std::string_view kind_color, std::string_view text,
               std::string_view hint);

  bool color_ = false;
  unsigned width_ = 100;
  int write_errno_ = 0;  ///< of the first failed write to stdout
};

}  // namespace fwc::cli
