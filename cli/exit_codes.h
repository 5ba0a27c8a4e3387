// SPDX-License-Identifier: MIT
// What the command's exit status means: sysexits(3), whose names `systemctl status` prints.
#pragma once

#include <array>
#include <string_view>

namespace fwc::cli {

enum class ExitCode : int {
  ok = 0,
  usage = 64,
  bad_data = 65,
  no_input = 66,
  unavailable = 69,
  software = 70,
  os_error = 71,
  cannot_create = 73,
  temporary = 75,
  no_permission = 77,
  config = 78,
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view meaning;
};

inline constexpr std::array kExitCodes = {
    ExitCodeRow{.code = ExitCode::ok, .meaning = "done, and read back"},
    ExitCodeRow{.code = ExitCode::usage, .meaning = "wrong use of the command line"},
    ExitCodeRow{.code = ExitCode::bad_data, .meaning = "the filter or the object is not valid"},
    ExitCodeRow{.code = ExitCode::no_input,
                .meaning = "a file, pin, cgroup, unit or process is missing"},
    ExitCodeRow{.code = ExitCode::unavailable, .meaning = "this kernel or cgroup cannot do it"},
    ExitCodeRow{.code = ExitCode::software, .meaning = "a bug of fwc"},
    ExitCodeRow{.code = ExitCode::os_error, .meaning = "the system refused a call"},
    ExitCodeRow{.code = ExitCode::cannot_create, .meaning = "the output or pin cannot be made"},
    ExitCodeRow{.code = ExitCode::temporary, .meaning = "try again"},
    ExitCodeRow{.code = ExitCode::no_permission, .meaning = "a privilege is missing"},
    ExitCodeRow{.code = ExitCode::config, .meaning = "the machine is not set up for it"},
};

}  // namespace fwc::cli
