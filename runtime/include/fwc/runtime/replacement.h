// SPDX-License-Identifier: MIT
// Another policy for a filter that is at work, in one step and whoever attached it: in the slot of
// a pin, or in the links that attach() made. Live values, live sets and counters go on.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "fwc/export.h"
#include "fwc/object.h"
#include "fwc/runtime/attachments.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

/// A filter that another can take the place of.
struct WorkingFilter {
  std::string pin;        ///< where it lies in slots: whatever is attached by the pin follows
  Cgroup cgroup;          ///< where fwc's links have it; `pin` is empty then
  AttachOptions options;  ///< of these links
  std::vector<Direction> directions;  ///< that the new filter has to be for
  bool counts = false;
  bool refuses = false;  ///< calls, see Attachment

  /// The pin's path or the cgroup's.
  const std::string& place() const { return pin.empty() ? cgroup.path : pin; }
};

/// The filter that is pinned in slots at `path`. Kind::unavailable where it has none: its pin can
/// be replaced by pin(), which what is attached does not follow.
FWC_API Expected<WorkingFilter> find_working_pin(const std::string& path);

/// What is at work on a cgroup in these directions, or in any where none is given: fwc's links of
/// that name, else the slot of a pin that somebody attached there. Two pins, or a link and a pin,
/// are Kind::usage.
FWC_API Expected<WorkingFilter> find_working(const Cgroup& cgroup,
                                             const std::vector<Direction>& directions,
                                             const AttachOptions& options = {});

struct ReplaceOptions {
  /// Values of live variables instead of those of the filter that is replaced.
  std::vector<Assignment> variables;
  /// Where it is not zero, the change has to be confirmed in this time: after it, settle() and
  /// every other change in the same folder take it back.
  std::chrono::nanoseconds confirm_within{0};
};

/// Loads the object and puts it in place of the filter. Several programs change one after the
/// other; where one fails, or this process is killed between them, the next fwc goes back to what
/// was before. Kind::temporary where another process is at it, or an earlier change waits to be
/// confirmed.
FWC_API Expected<void> replace(const WorkingFilter& filter, const Object& object,
                               const ReplaceOptions& options = {});

struct ConfirmOptions {
  /// Only say whether something waits.
  bool dry_run = false;
};

/// Keeps what replace() put there. Kind::no_input where nothing waits for it.
FWC_API Expected<void> confirm(const WorkingFilter& filter, const ConfirmOptions& options = {});

/// How long a change still waits to be confirmed; nothing where none does. Zero where the time is
/// over and it is to be taken back.
FWC_API std::optional<std::chrono::nanoseconds> time_to_confirm(const WorkingFilter& filter);

/// Takes back what was not confirmed in time.
FWC_API Expected<void> settle(const WorkingFilter& filter);

}  // namespace fwc::runtime
