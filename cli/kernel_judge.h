// SPDX-License-Identifier: MIT
// The kernel's verdict on a packet: the loaded program, run on its bytes by BPF_PROG_TEST_RUN.
#pragma once

#include <optional>

#include "cli/capture_file.h"
#include "fwc/runtime/program.h"

namespace fwc::cli {

/// True forwards. Nothing where the kernel cannot run the packet: it takes no more than about a
/// page. A program for a hook with a link layer wants a frame.
runtime::Expected<std::optional<bool>> judge_by_kernel(const runtime::Program& program,
                                                       const CapturedPacket& packet);

}  // namespace fwc::cli
