// SPDX-License-Identifier: MIT
// Slots: a map of one element that holds the program to run, and a dispatcher that calls it. What
// is attached is the dispatcher, so that whoever attached it, another program in the slot takes
// effect there at once (docs/decisions/slots.md). Private to the runtime.
#pragma once

#include <cstdint>
#include <string>

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

struct Slot {
  Program dispatcher;
  FileDescriptor map;
};

/// A new slot with `policy` in it. The kernel empties a slot when the last descriptor and pin of
/// its map are gone, also while the dispatcher is attached; then every packet is dropped.
Expected<Slot> make_slot(const Program& policy);

/// The id of the program in a slot; 0 where it is empty.
Expected<std::uint32_t> program_in_slot(int slot);

/// Puts another program there, which every packet from now on meets.
Expected<void> put_in_slot(int slot, int program);

/// A cgroup that can be seen from here and has this program attached; empty where there is none.
std::string cgroup_with(const Program& program);

}  // namespace fwc::runtime
