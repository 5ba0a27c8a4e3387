// SPDX-License-Identifier: MIT
// A compiled object on its way into the kernel.
#include "fwc/runtime/program.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <net/if.h>

#include <cstring>

#include "fwc/runtime/environment.h"
#include "runtime/carried_maps.h"
#include "runtime/errors.h"
#include "runtime/kernel_objects.h"
#include "runtime/live_layout.h"
#include "runtime/live_sets.h"
#include "runtime/open_object.h"
#include "runtime/refusals.h"

namespace fwc::runtime {
namespace {

// Writes the given values into the content that the map will have from the start.
Expected<void> give_values(bpf_object* object, const std::vector<Assignment>& values) {
  if (values.empty()) return {};
  bpf_map* map = ::bpf_object__find_map_by_name(object, std::string(kLiveMap).c_str());
  if (map == nullptr) {
    return make_error(Error::Kind::usage, "the filter has no live variables",
                      "declare one: `let $limit = 1500; len <= $limit`");
  }
  std::size_t size = 0;
  const void* initial = ::bpf_map__initial_value(map, &size);
  if (initial == nullptr) return internal_error("the live variables have no first values");
  Expected<LiveLayout> layout = live_layout(::bpf_object__btf(object), size);
  if (!layout) return layout.error();
  std::vector<std::byte> bytes(size);
  std::memcpy(bytes.data(), initial, size);
  if (Expected<void> judged = assign(*layout, values, bytes); !judged) return judged;
  if (::bpf_map__set_initial_value(map, bytes.data(), size) != 0) {
    return internal_error("the live variables take no first values");
  }
  return {};
}

// Flows of an older filter go on in the new one. A map of another form is left alone.
Expected<void> share_flows(bpf_object* object, int flows) {
  bpf_map* map = ::bpf_object__find_map_by_name(object, std::string(kFlowsMap).c_str());
  if (flows < 0 || map == nullptr) return {};
  Expected<MapInfo> info = map_info(flows, "the map of flows");
  if (!info || role_of(*info) != MapRole::flows) return {};
  if (const int failure = ::bpf_map__reuse_fd(map, flows); failure != 0)
    return system_error(-failure, "cannot go on with the map of flows");
  return {};
}

constexpr std::string_view kInterfacesMap = ".rodata.ifaces";
constexpr std::size_t kInterfaceEntry = 20;
constexpr std::size_t kInterfaceName = 4;

// Puts the index of each interface beside its name, before the kernel sees the program.
Expected<void> find_interfaces(bpf_object* object) {
  bpf_map* map = ::bpf_object__find_map_by_name(object, std::string(kInterfacesMap).c_str());
  if (map == nullptr) return {};
  std::size_t size = 0;
  const auto* initial = static_cast<const std::byte*>(::bpf_map__initial_value(map, &size));
  if (initial == nullptr) return internal_error("the interfaces have no names");
  std::vector<std::byte> entries(initial, initial + size);
  for (std::size_t at = 0; at + kInterfaceEntry <= size; at += kInterfaceEntry) {
    const auto* text = reinterpret_cast<const char*>(entries.data() + at + kInterfaceName);
    const std::string name(text, ::strnlen(text, kInterfaceEntry - kInterfaceName));
    const std::uint32_t index = ::if_nametoindex(name.c_str());
    if (index == 0)
      return make_error(Error::Kind::unavailable, fmt::format("there is no interface `{}`", name),
                        "names are looked up when the filter is loaded; make it first");
    std::memcpy(entries.data() + at, &index, sizeof index);
  }
  if (::bpf_map__set_initial_value(map, entries.data(), size) != 0)
    return internal_error("the interfaces take no indices");
  return {};
}

// libbpf 1.1 does not know what the sections of tc hold.
void name_types(bpf_object* object) {
  bpf_program* program = nullptr;
  while ((program = ::bpf_object__next_program(object, program)) != nullptr) {
    if (!std::string_view(::bpf_program__section_name(program)).starts_with("tc/")) continue;
    ::bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS);
    ::bpf_program__set_expected_attach_type(program, bpf_attach_type{});
  }
}

// libbpf leaves data maps out where its own probe for them fails (kernel_supports in libbpf.c).
bool lacks_maps(const LibbpfLog& log) {
  return log.text().find("is referenced but wasn't created") != std::string::npos;
}

Error load_error(int code, const LibbpfLog& log) {
  if (lacks_maps(log)) {
    return make_error(Error::Kind::unavailable,
                      "the kernel does not make the maps that the filter needs",
                      "look at the limit of open files (`ulimit -n`); Linux 5.2 is needed");
  }
  const bool judged = log.text().find("BEGIN PROG LOAD LOG") != std::string::npos;
  if (!judged) {
    Error error = system_error(code, "cannot load the filter into the kernel");
    error.details = log.text();
    return error;
  }
  Error error =
      system_error(Error::Kind::unavailable, code, "the kernel's verifier refuses the program",
                   "its log says why; please report it with the filter");
  error.details = log.verifier_log();
  return error;
}

FileDescriptor duplicate(int fd) {
  return FileDescriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

// libbpf closes its own descriptors with the object; ours stay.
Expected<LoadedObject> keep_descriptors(const bpf_object* object, std::vector<std::string> given) {
  LoadedObjectBuilder builder;
  bpf_program* program = nullptr;
  while ((program = ::bpf_object__next_program(object, program)) != nullptr) {
    FileDescriptor fd = duplicate(::bpf_program__fd(program));
    Expected<ProgramInfo> info = program_info(fd.get(), "the program just loaded");
    if (!info) return info.error();
    if (const auto call = call_named(info->name)) {
      builder.add_refusal({.call = *call, .fd = std::move(fd), .id = info->id});
      continue;
    }
    if (!info->direction) return internal_error("the kernel does not know the program's name");
    builder.set_program(Program(std::move(fd), *info->direction, info->id, info->hook));
  }
  bpf_map* map = nullptr;
  while ((map = ::bpf_object__next_map(object, map)) != nullptr) {
    FileDescriptor fd = duplicate(::bpf_map__fd(map));
    Expected<MapInfo> info = map_info(fd.get(), "a map just made");
    if (!info) return info.error();
    builder.add_map(std::move(fd), *info);
  }
  builder.set_given_variables(std::move(given));
  return std::move(builder).take();
}

}  // namespace

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::ingress: return "ingress";
    case Direction::egress: return "egress";
  }
  return "";
}

std::string_view to_string(Call call) {
  switch (call) {
    case Call::connect4: return "connect4";
    case Call::connect6: return "connect6";
    case Call::sendmsg4: return "sendmsg4";
    case Call::sendmsg6: return "sendmsg6";
  }
  return "";
}

const Program* LoadedObject::program(Direction direction) const {
  const Program& program = direction == Direction::ingress ? ingress_ : egress_;
  return program ? &program : nullptr;
}

const Program* LoadedObject::dispatcher(Direction direction) const {
  const Slot& slot = direction == Direction::ingress ? ingress_slot_ : egress_slot_;
  return slot.dispatcher ? &slot.dispatcher : nullptr;
}

int LoadedObject::slot_fd(Direction direction) const {
  return (direction == Direction::ingress ? ingress_slot_ : egress_slot_).map.get();
}

std::vector<const Program*> LoadedObject::programs() const {
  std::vector<const Program*> list;
  for (const Program* program : {&ingress_, &egress_}) {
    if (*program) list.push_back(program);
  }
  return list;
}

Expected<LoadedObject> load(const Object& object, const LoadOptions& options) {
  const LibbpfLog log;
  Expected<BpfObject> opened = open_object(object, log);
  if (!opened) return opened.error();
  if (Expected<void> allowed = require_capabilities(Operation::load); !allowed) {
    return allowed.error();
  }
  if (Expected<void> shared = share_maps(opened->get(), options); !shared) return shared.error();
  if (Expected<void> given = give_values(opened->get(), options.variables); !given) {
    return given.error();
  }
  name_types(opened->get());
  if (Expected<void> found = find_interfaces(opened->get()); !found) return found.error();
  if (Expected<void> shared = share_flows(opened->get(), options.flows); !shared) {
    return shared.error();
  }
  if (const int failure = ::bpf_object__load(opened->get()); failure != 0) {
    return load_error(-failure, log);
  }
  std::vector<std::string> given;
  for (const Assignment& assignment : options.variables) given.push_back(assignment.name);
  Expected<LoadedObject> loaded = keep_descriptors(opened->get(), std::move(given));
  if (!loaded) return loaded;
  if (Expected<void> filled = fill_sets(object, *loaded); !filled) return filled.error();
  for (const LoadedObject* old : options.predecessors)
    if (Expected<void> copied = copy_maps(*old, *loaded); !copied) return copied.error();
  return loaded;
}

}  // namespace fwc::runtime
