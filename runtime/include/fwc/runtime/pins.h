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

struct PinOptions {
  /// Replace filters that fwc pinned there before. What others pinned is never replaced.
  bool replace = true;
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
/// the maps beside at `path_live` and `path_counters`. Gives the paths that were made.
///
/// A pin that is there is replaced by rename(2), so that no reader ever finds it missing, and the
/// values of its live variables are carried over where name and type agree and none was given at
/// load, and so are the elements of its live sets. On any error everything is as it was before.
FWC_API Expected<std::vector<std::string>> pin(const LoadedObject& object, const std::string& path,
                                               const PinOptions& options = {});

/// Removes the pins that pin() made at `path` and gives their paths. Refuses what is not fwc's.
/// What is attached stays attached.
FWC_API Expected<std::vector<std::string>> remove(const std::string& path);

/// Opens what pin() made at `path`.
FWC_API Expected<LoadedObject> open_pin(const std::string& path);

struct PinInfo {
  std::string path;
  Direction direction = Direction::egress;
  std::uint32_t program_id = 0;
  std::string tag;              ///< the kernel's hash of the instructions, in hex
  std::uint64_t loaded_at = 0;  ///< nanoseconds since boot
  bool has_live_variables = false;
  bool has_counters = false;
};

/// The programs of fwc that are pinned in `directory` and below, by path; without a directory, on
/// every mounted bpf file system.
FWC_API Expected<std::vector<PinInfo>> list_pins(const std::string& directory = {});

}  // namespace fwc::runtime
