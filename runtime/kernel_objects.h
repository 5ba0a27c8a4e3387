// SPDX-License-Identifier: MIT
// What the kernel tells about programs, maps and links, and whether they are fwc's. Private to the
// runtime.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

inline constexpr std::string_view kIngressProgram = "fwc_ingress";
inline constexpr std::string_view kEgressProgram = "fwc_egress";
inline constexpr std::string_view kIngressDispatcher = "fwc_ingress_via";
inline constexpr std::string_view kEgressDispatcher = "fwc_egress_via";
inline constexpr std::string_view kSlotMap = "fwc_slot";
inline constexpr std::string_view kLiveMap = ".data.live";
inline constexpr std::string_view kCountersMap = "counters";
inline constexpr std::string_view kControlMap = ".data.watch";
inline constexpr std::string_view kTalliesMap = "watch";
inline constexpr std::string_view kLogMap = "log";
inline constexpr std::string_view kFlowsMap = "flows";
inline constexpr std::string_view kSetMapPrefix = "set_";

struct ProgramInfo {
  std::string name;
  std::uint32_t id = 0;
  std::string tag;
  std::uint64_t loaded_at = 0;
  /// Which program of fwc's it is; empty for those of others.
  std::optional<Direction> direction;
  Hook hook = Hook::cgroup;
  bool dispatcher = false;  ///< fwc's, and what it runs lies in a slot
  std::vector<std::uint32_t> maps;
};

struct MapInfo {
  std::string name;
  std::uint32_t id = 0;
  std::uint32_t type = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t entries = 0;
  std::uint32_t btf_id = 0;
  std::uint32_t value_type = 0;  ///< within that BTF
};

struct LinkInfo {
  std::uint32_t id = 0;
  std::uint32_t program_id = 0;
  bool on_cgroup = false;
  std::uint64_t cgroup_id = 0;  ///< 0 where the cgroup is gone
  int attach_type = -1;
};

/// What a descriptor stands for; an error where it is of another kind. `what` names it there.
Expected<ProgramInfo> program_info(int fd, std::string_view what);
Expected<MapInfo> map_info(int fd, std::string_view what);
Expected<LinkInfo> link_info(int fd, std::string_view what);

bool is_same_map(int a, int b);

/// A map that an object of fwc's brings along, or the slot it lies in.
enum class MapRole : std::uint8_t { live, counters, control, tallies, log, flows, set, slot };

/// What such a map is for; empty for the maps of others and for tables.
std::optional<MapRole> role_of(const MapInfo& map);

/// The maps that are pinned beside a program, by the end of their pins' names. Those of live sets
/// are found by their programs.
struct PinnedMap {
  MapRole role;
  std::string_view suffix;
};
inline constexpr std::array kPinnedMaps = {
    PinnedMap{.role = MapRole::live, .suffix = "_live"},
    PinnedMap{.role = MapRole::counters, .suffix = "_counters"},
    PinnedMap{.role = MapRole::control, .suffix = "_control"},
    PinnedMap{.role = MapRole::tallies, .suffix = "_watch"},
    PinnedMap{.role = MapRole::log, .suffix = "_log"},
    PinnedMap{.role = MapRole::flows, .suffix = "_flows"},
};

/// The object's map for that, -1 where it has none, or several.
int fd_of(const LoadedObject& object, MapRole role);

/// Opens a program of fwc's by its id, for its maps too. Needs CAP_SYS_ADMIN.
Expected<FileDescriptor> program_by_id(std::uint32_t id);

/// The kernel's attach type of a direction.
int attach_type(Direction direction);

/// Puts a LoadedObject together; the only door into it.
class LoadedObjectBuilder {
 public:
  LoadedObjectBuilder() = default;
  explicit LoadedObjectBuilder(LoadedObject object) : object_(std::move(object)) {}

  void set_program(Program program);
  void set_slot(Program dispatcher, FileDescriptor map);
  /// Keeps a map that an object of fwc's brings along, and forgets any other.
  void add_map(FileDescriptor map, const MapInfo& info);
  void add_refusal(Refusal refusal) { object_.refusals_.push_back(std::move(refusal)); }
  void set_given_variables(std::vector<std::string> names) {
    object_.given_variables_ = std::move(names);
  }

  /// Where maps are pinned, for callers that may not look them up by id; may be empty.
  struct Beside {
    std::string maps;  ///< the path that their pins begin with
    std::string slot;
  };

  /// Adds a program that is in the kernel already, with its maps. Of a dispatcher its slot is added
  /// and the program there; none where the slot is empty or the caller may not look it up.
  Expected<void> add(FileDescriptor program, std::string_view what, const Beside& beside = {});

  LoadedObject take() && { return std::move(object_); }

 private:
  Expected<void> add_slot(Program dispatcher, const ProgramInfo& info, const Beside& beside);
  Expected<void> add_maps(const ProgramInfo& program, const std::string& pin);
  void add_set(std::string name, FileDescriptor map);

  LoadedObject object_;
};

}  // namespace fwc::runtime
