// SPDX-License-Identifier: MIT
// Filters as files of the bpf file system, where they outlive the process and others find them:
// systemd's IPEgressFilterPath=, bpftool, a later fwc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

// A filter can be pinned in a slot: the pin is then a dispatcher, which runs the filter that lies
// in a map of one element beside it, and drops every packet where there is none. Whoever attached
// the pin, as systemd does by IPEgressFilterPath=, runs the next filter from the moment it is put
// there.

struct PinOptions {
  /// Replace filters that fwc pinned there before. What others pinned is never replaced.
  bool replace = true;
  /// Pin in a slot where nothing is pinned yet. What is there stays with or without one.
  bool slot = false;
  /// Hand values, sets and counters of a filter that is replaced on to the new one.
  bool carry = true;
};

/// That a pin can be made at `path`: a name the bpf file system takes, in a folder of one that the
/// caller may write. Each thing that can be wrong has its own message. Needs no filter, so that it
/// can be asked before anything is loaded.
FWC_API Expected<void> require_pin_path(const std::string& path);

/// That pin() would be done: also nothing of others lies where the filter's pins are to be. Changes
/// nothing, so that it can be asked before the filter is attached.
FWC_API Expected<void> check_pin(const LoadedObject& object, const std::string& path,
                                 const PinOptions& options = {});

/// Pins a filter: its program at `path`, or at `path_ingress` and `path_egress` where it has two;
/// its maps beside at `path_live`, `path_counters`, `path_control`, `path_watch` and `path_log`, and
/// a slot at the program's path with `_slot` behind it. Gives the paths, without those of slots.
///
/// A pin that is there is replaced by rename(2), so that no reader ever finds it missing, or in its
/// slot. Values of its live variables are carried over where name and type agree and none was given
/// at load, elements of live sets where name and type agree, and counters of the same rules. The
/// new filter has to be for the same directions (Kind::cant_create). On any error everything is as
/// it was before.
FWC_API Expected<std::vector<std::string>> pin(const LoadedObject& object, const std::string& path,
                                               const PinOptions& options = {});

struct RemoveOptions {
  /// Remove a slot also where it is attached: what it filters then loses every packet.
  bool force = false;
  /// Do everything but the removal.
  bool dry_run = false;
};

/// Removes the pins that pin() made at `path` and gives their paths, without those of slots.
/// Refuses what is not fwc's, and a slot that is attached to a cgroup that can be seen from here
/// (Kind::unavailable). What is attached stays attached.
FWC_API Expected<std::vector<std::string>> remove(const std::string& path,
                                                  const RemoveOptions& options = {});

/// Opens what pin() made at `path`; of a slot, the filter that lies in it, for which CAP_SYS_ADMIN
/// is needed: without it there is the slot alone, which can be attached.
FWC_API Expected<LoadedObject> open_pin(const std::string& path);

struct PinInfo {
  std::string path;
  Direction direction = Direction::egress;
  std::uint32_t program_id = 0;  ///< of the filter, also where it lies in a slot
  std::uint32_t pinned_id = 0;   ///< of the program at `path`, which is what cgroups show
  bool slot = false;
  std::string tag;              ///< the kernel's hash of the instructions, in hex
  std::uint64_t loaded_at = 0;  ///< nanoseconds since boot
  bool has_live_variables = false;
  bool has_counters = false;
};

/// The programs of fwc that are pinned in `directory` and below, by path; without a directory, on
/// every mounted bpf file system.
FWC_API Expected<std::vector<PinInfo>> list_pins(const std::string& directory = {});

}  // namespace fwc::runtime
