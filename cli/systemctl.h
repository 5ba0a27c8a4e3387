// SPDX-License-Identifier: MIT
// The one thing that fwc asks the manager to do.
#pragma once

#include "fwc/runtime/error.h"

namespace fwc::cli {

/// `systemctl daemon-reload`, run with these fixed words and without a shell. Kind::config where
/// there is no systemctl, Kind::unavailable where it fails.
runtime::Expected<void> reload_systemd();

}  // namespace fwc::cli
