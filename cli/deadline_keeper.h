// SPDX-License-Identifier: MIT
// The process that takes a change back when nobody confirms it in time.
#pragma once

#include "fwc/runtime/error.h"
#include "fwc/runtime/replacement.h"

namespace fwc::cli {

/// Starts a process of its own session that waits until the caller has ended, and then for the
/// change to be confirmed or its time to be over. It ends with the change. Where it is killed, the
/// next fwc that changes something in the folder takes the change back.
runtime::Expected<void> keep_deadline(const runtime::WorkingFilter& filter);

}  // namespace fwc::cli
