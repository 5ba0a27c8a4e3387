// SPDX-License-Identifier: MIT
// The programs that refuse calls, on a cgroup beside the filter of what is sent. Their links are
// pinned in the folder of the filters' links, as `<cgroup id>_connect4_<name>` and so on. Private
// to the runtime.
//
// A call must never be refused whose packets the filter would pass. So they go on after the filter
// and off before it, and where a filter is replaced they are off while that is done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/runtime/environment.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"
#include "runtime/link_pins.h"

namespace fwc::runtime {

/// The kernel's attach type of a call.
int attach_type(Call call);

/// Which of the calls a program of that name refuses.
std::optional<Call> call_named(std::string_view program);

/// The filter that refusals belong to.
struct RefusalPlace {
  const Cgroup& cgroup;
  int cgroup_fd;
  std::string folder;
  std::string name;
};

/// Puts them on; all or, where that fails, none.
Expected<void> attach_refusals(const std::vector<Refusal>& refusals, const RefusalPlace& place);

/// Takes off those that are there and gives their programs, as far as the caller may open them.
Expected<std::vector<Refusal>> take_refusals_off(const RefusalPlace& place);

/// The same beside a link that is about to hold another filter.
Expected<void> take_refusals_off(const PinnedLink& filter);

/// Whether there are some.
bool has_refusals(const std::string& folder, std::uint64_t cgroup_id, const std::string& name);

/// The programs of those that are there.
std::vector<Refusal> open_refusals(const std::string& folder, std::uint64_t cgroup_id,
                                   const std::string& name);

/// Puts one on a cgroup for good, without a link.
Expected<void> attach_for_good(const Refusal& refusal, int cgroup_fd, const Cgroup& cgroup);

/// Removes the pins in the folder whose cgroup is gone.
void sweep_refusals(const std::string& folder);

}  // namespace fwc::runtime
