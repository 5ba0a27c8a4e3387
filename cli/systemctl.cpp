// SPDX-License-Identifier: MIT
// `systemctl daemon-reload`; see systemctl.h.
#include "cli/systemctl.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;

// The path of Debian, Fedora, Arch and SUSE; nothing is looked up in PATH, which a caller may set.
constexpr const char* kSystemctl = "/usr/bin/systemctl";

Expected<int> status_of(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return Error{.kind = Error::Kind::os,
                   .message = fmt::format("cannot wait for systemctl: {}", std::strerror(errno)),
                   .code = errno};
  return status;
}

}  // namespace

Expected<void> reload_systemd() {
  std::string name = "systemctl", verb = "daemon-reload",
              path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 3> words = {name.data(), verb.data(), nullptr};
  std::array<char*, 2> environment = {path.data(), nullptr};
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, kSystemctl, nullptr, nullptr, words.data(), environment.data());
  if (failed != 0)
    return Error{.kind = Error::Kind::config,
                 .message = fmt::format("cannot run `{}`: {}", kSystemctl, std::strerror(failed)),
                 .hint = "leave out `--now` where no systemd runs",
                 .code = failed};
  const auto status = status_of(child);
  if (!status) return status.error();
  if (*status != 0)
    return Error{.kind = Error::Kind::unavailable,
                 .message = "`systemctl daemon-reload` failed",
                 .hint = "leave out `--now` where no systemd runs"};
  return {};
}

}  // namespace fwc::cli
