// SPDX-License-Identifier: MIT
// Counters that go on where one filter takes another's place. Private to the runtime.
#pragma once

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"
#include "runtime/policies.h"

namespace fwc::runtime {

/// Whether each entry of the one's counters means the same decider in the other's: rules are the
/// same by name and action, those without a name by what they say, or where each is the only one.
bool count_the_same(const Policies& old, const Policies& fresh);

/// Copies the entries that mean the same, where the maps are two.
Expected<void> copy_counters(const LoadedObject& old, const LoadedObject& fresh);

}  // namespace fwc::runtime
