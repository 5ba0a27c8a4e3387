// SPDX-License-Identifier: MIT
// The command's streams; see terminal.h.
#include "cli/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "compiler/diagnostics/visible.h"

namespace fwc::cli {

namespace {

constexpr std::string_view kRed = "\033[1;31m";
constexpr std::string_view kYellow = "\033[1;33m";
constexpr std::string_view kReset = "\033[0m";
constexpr unsigned kDefaultWidth = 100;
constexpr unsigned kLeastWidth = 40;

// A descriptor that was closed is opened the wrong way round, so that using it still fails.
void open_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
        open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
      _exit(static_cast<int>(ExitCode::os_error));
}

unsigned stderr_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col < kLeastWidth ? kLeastWidth : size.ws_col;
}

// https://no-color.org: set and not empty, whatever the value.
bool color_by_default() {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

ExitCode exit_code(runtime::Error::Kind kind) {
  using Kind = runtime::Error::Kind;
  switch (kind) {
    case Kind::usage: return ExitCode::usage;
    case Kind::data: return ExitCode::bad_data;
    case Kind::no_input: return ExitCode::no_input;
    case Kind::unavailable: return ExitCode::unavailable;
    case Kind::internal: return ExitCode::software;
    case Kind::os: return ExitCode::os_error;
    case Kind::cant_create: return ExitCode::cannot_create;
    case Kind::temporary: return ExitCode::temporary;
    case Kind::no_permission: return ExitCode::no_permission;
    case Kind::config: return ExitCode::config;
  }
  return ExitCode::software;
}

std::string with_newline(std::string_view text) {
  return fmt::format("{}{}", text, text.ends_with('\n') ? "" : "\n");
}

void to_stderr(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

Terminal::Terminal() {
  open_standard_descriptors();
  color_ = color_by_default();
  width_ = stderr_width();
}

void Terminal::set_color(Color color) {
  switch (color) {
    case Color::automatic: color_ = color_by_default(); break;
    case Color::always: color_ = true; break;
    case Color::never: color_ = false; break;
  }
}

// Data goes through a pipe as it is; names and texts in it may be anybody's, so that a terminal gets
// their control characters as escapes.
void Terminal::write(std::string_view text) {
  const std::string shown = isatty(STDOUT_FILENO) != 0 ? visible_lines(text) : std::string(text);
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size() && write_errno_ == 0)
    write_errno_ = errno;
}

void Terminal::message(std::string_view kind, std::string_view kind_color, std::string_view text,
                       std::string_view hint) {
  const std::string shown = visible(text);
  std::string line = color_ ? fmt::format("fwc: {}{}:{} {}\n", kind_color, kind, kReset, shown)
                            : fmt::format("fwc: {}: {}\n", kind, shown);
  if (!hint.empty()) line += fmt::format("  hint: {}\n", visible(hint));
  to_stderr(line);
}

int Terminal::fail(ExitCode code, std::string_view text, std::string_view hint) {
  message("error", kRed, text, hint);
  return static_cast<int>(code);
}

int Terminal::fail(const runtime::Error& error) {
  if (!error.details.empty()) to_stderr(with_newline(visible_lines(error.details)));
  return fail(exit_code(error.kind), error.message, error.hint);
}

void Terminal::warn(std::string_view text, std::string_view hint) {
  message("warning", kYellow, text, hint);
}

void Terminal::show(std::span<const Diagnostic> diagnostics, std::string_view text,
                    std::string_view name) {
  for (const Diagnostic& diagnostic : diagnostics)
    to_stderr(render(diagnostic, text, name, color_, width_));
}

int Terminal::finish(int status) {
  if (std::fflush(stdout) != 0 && write_errno_ == 0) write_errno_ = errno;
  if (status != 0 || write_errno_ == 0) return status;
  return fail(ExitCode::os_error,
              fmt::format("cannot write to standard output: {}", std::strerror(write_errno_)));
}

}  // namespace fwc::cli
