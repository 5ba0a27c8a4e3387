// SPDX-License-Identifier: MIT
// How the runtime words its errors.
#include "runtime/errors.h"

#include <cerrno>
#include <cstring>

namespace fwc::runtime {
namespace {

struct ErrnoRow {
  int code;
  Error::Kind kind;
  std::string_view hint;
};

constexpr ErrnoRow kRows[] = {
    {.code = EACCES, .kind = Error::Kind::no_permission, .hint = "run it as root"},
    {.code = EPERM, .kind = Error::Kind::no_permission, .hint = "run it as root"},
    {.code = ENOENT, .kind = Error::Kind::no_input, .hint = ""},
    {.code = ENOTDIR, .kind = Error::Kind::no_input, .hint = ""},
    {.code = EEXIST, .kind = Error::Kind::cant_create, .hint = ""},
    {.code = EROFS, .kind = Error::Kind::cant_create, .hint = "remount it with `-o remount,rw`"},
    {.code = EAGAIN, .kind = Error::Kind::temporary, .hint = "try again"},
    {.code = EINTR, .kind = Error::Kind::temporary, .hint = "try again"},
    {.code = EBUSY, .kind = Error::Kind::temporary, .hint = "try again"},
    {.code = EMFILE, .kind = Error::Kind::os, .hint = "raise the limit of open files (ulimit -n)"},
    {.code = ENFILE, .kind = Error::Kind::os, .hint = "the system has too many files open"},
};

}  // namespace

Error make_error(Error::Kind kind, std::string message, std::string hint) {
  return {.kind = kind,
          .message = std::move(message),
          .hint = std::move(hint),
          .code = 0,
          .details = {}};
}

std::string errno_text(int code) {
  char buffer[128];
  // The GNU form of strerror_r, which may or may not use the buffer.
  std::string text = ::strerror_r(code, buffer, sizeof buffer);
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

Error system_error(Error::Kind kind, int code, std::string_view what, std::string hint) {
  return {.kind = kind,
          .message = std::string(what) + ": " + errno_text(code),
          .hint = std::move(hint),
          .code = code,
          .details = {}};
}

Error system_error(int code, std::string_view what) {
  for (const ErrnoRow& row : kRows) {
    if (row.code == code) return system_error(row.kind, code, what, std::string(row.hint));
  }
  return system_error(Error::Kind::os, code, what);
}

Error internal_error(std::string message) {
  return make_error(Error::Kind::internal, std::move(message), "this is a bug of fwc");
}

}  // namespace fwc::runtime
