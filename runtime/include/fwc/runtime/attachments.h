// SPDX-License-Identifier: MIT
// Filters at work on cgroups. A filter is attached by a bpf link that is pinned in the folder `fwc`
// of the bpf file system, as `<cgroup id>_<direction>_<name>`, so that a later fwc can replace it
// in one step. The link goes with its cgroup.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

struct AttachOptions {
  /// Tells filters apart that are on the same cgroup: letters, digits, `_` and `-`, up to 64.
  std::string name = "filter";
  /// Mount point of the bpf file system for the link's pin; empty for default_bpffs().
  std::string bpffs;
};

/// A program on a cgroup.
struct Attachment {
  std::string cgroup;  ///< path, empty where the cgroup is not to be seen from here
  std::uint64_t cgroup_id = 0;
  Direction direction = Direction::egress;
  std::string name;     ///< fwc's own; empty for the attachments of others
  std::string program;  ///< the kernel's name of the program, `fwc_egress`
  std::uint32_t program_id = 0;
  std::uint32_t link_id = 0;  ///< 0 where it is attached without a link, or that is unknown
  std::string pin;            ///< fwc's link; empty for the attachments of others
  bool refuses = false;       ///< egress: calls are refused that it would leave without an answer
  bool replaced = false;      ///< attach(): another program was there under this name
};

/// Puts the object's program for `direction` on a cgroup; of an object in a slot (see pins.h) the
/// dispatcher, so that the cgroup follows what is put there. Where fwc has one there already under
/// the same name, the link is updated in one step, without a packet that meets none or both. Before
/// success is said, the kernel is asked what is attached and the answer compared.
FWC_API Expected<Attachment> attach(const LoadedObject& object, const Cgroup& cgroup,
                                    Direction direction, const AttachOptions& options = {});

/// The same for several directions, of which all or none change: where each has a filter of that
/// name and this process is killed between them, the next fwc puts those back.
FWC_API Expected<std::vector<Attachment>> attach(const LoadedObject& object, const Cgroup& cgroup,
                                                 const std::vector<Direction>& directions,
                                                 const AttachOptions& options = {});

/// Takes fwc's filter of that name off a cgroup. Kind::no_input where there is none.
FWC_API Expected<Attachment> detach(const Cgroup& cgroup, Direction direction,
                                    const AttachOptions& options = {});

/// The filter that is attached under that name, for its variables and counters; of a slot, the one
/// that lies there.
FWC_API Expected<LoadedObject> open_attached(const Cgroup& cgroup, Direction direction,
                                             const AttachOptions& options = {});

/// A program of fwc's by the kernel's number, with its maps, whoever attached it. Needs
/// CAP_SYS_ADMIN. Kind::data where it is somebody else's.
FWC_API Expected<LoadedObject> open_program(std::uint32_t program_id);

/// Every link of fwc's in that bpf file system. Pins whose cgroup is gone are removed on the way.
FWC_API Expected<std::vector<Attachment>> list_attachments(const std::string& bpffs = {});

/// Every program on one cgroup, both directions, with those of others.
FWC_API Expected<std::vector<Attachment>> list_attachments(const Cgroup& cgroup,
                                                           const std::string& bpffs = {});

}  // namespace fwc::runtime
