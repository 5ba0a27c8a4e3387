// SPDX-License-Identifier: MIT
// Whether two programs in the kernel are the same filter: what is attached, say, and what was written
// down since.
#pragma once

#include "fwc/export.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

/// That the instructions agree (the kernel's tag of them) and the constants that they read, as the
/// tables of sets; not the live variables and sets, nor the counters. Needs CAP_SYS_ADMIN.
FWC_API Expected<bool> same_filter(const Program& a, const Program& b);

}  // namespace fwc::runtime
