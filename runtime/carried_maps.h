// SPDX-License-Identifier: MIT
// Maps that go on where one filter takes another's place. Private to the runtime.
#pragma once

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

struct bpf_object;

namespace fwc::runtime {

/// Lets an object that is open and not loaded yet use the maps of the predecessors that mean the
/// same to it, so that nothing written or counted while the filter changes is lost. Maps that the
/// caller may not look up are not shared.
Expected<void> share_maps(bpf_object* object, const LoadOptions& options);

/// Copies what the others hold and `fresh` understands. No packet is judged by `fresh` yet.
Expected<void> copy_maps(const LoadedObject& old, const LoadedObject& fresh);

}  // namespace fwc::runtime
