// SPDX-License-Identifier: MIT
// The folder `fwc` of the bpf file system, where the links are pinned by which filters are
// attached. Private to the runtime.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/runtime/error.h"
#include "fwc/runtime/file_descriptor.h"
#include "fwc/runtime/program.h"
#include "runtime/kernel_objects.h"

namespace fwc::runtime {

/// What the name of a link's pin says: `<cgroup id>_<direction>_<name>`.
struct LinkName {
  std::uint64_t cgroup_id = 0;
  Direction direction = Direction::egress;
  std::string name;

  std::string file_name() const;
  /// Nothing for names of another form.
  static std::optional<LinkName> parse(std::string_view file_name);
};

/// That `name` may tell a filter from others.
Expected<void> check_link_name(const std::string& name);

/// The folder in the bpf file system at `bpffs`, or in the default one.
Expected<std::string> link_folder(const std::string& bpffs);

/// The same; made, for root only, where it is missing.
Expected<std::string> make_link_folder(const std::string& bpffs);

struct PinnedLink {
  std::string path;
  LinkName name;
  FileDescriptor fd;
  LinkInfo info;
};

/// The link pinned at `path`; an error where it is none.
Expected<PinnedLink> open_link(const std::string& path, const LinkName& name);

/// Every link in the folder; empty where there is no folder. Pins of links whose cgroup is gone are
/// removed, what is no link is passed over.
Expected<std::vector<PinnedLink>> all_links(const std::string& folder);

}  // namespace fwc::runtime
