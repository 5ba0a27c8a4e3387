// SPDX-License-Identifier: MIT
// Slots, made without a compiler: the dispatcher is six instructions.
#include "runtime/slots.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "fwc/runtime/environment.h"
#include "runtime/cgroup_paths.h"
#include "runtime/cgroup_programs.h"
#include "runtime/errors.h"
#include "runtime/kernel_objects.h"

namespace fwc::runtime {
namespace {

constexpr std::uint32_t kOnly = 0;  // the index of the slot in its map

// The kernel lets programs call each other only where type and attach type are the same
// (__bpf_prog_map_compatible), so each direction has a dispatcher of its own.
Expected<Program> load_dispatcher(int slot, Direction direction) {
  const bpf_insn code[] = {
      // r1 is the context from the start
      {.code = BPF_LD | BPF_DW | BPF_IMM,
       .dst_reg = 2,
       .src_reg = BPF_PSEUDO_MAP_FD,
       .off = 0,
       .imm = slot},
      {.code = 0, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .src_reg = 0, .off = 0, .imm = kOnly},
      {.code = BPF_JMP | BPF_CALL, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = BPF_FUNC_tail_call},
      // only where the slot is empty: drop
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.expected_attach_type = static_cast<bpf_attach_type>(attach_type(direction));
  const std::string name(direction == Direction::ingress ? kIngressDispatcher : kEgressDispatcher);
  FileDescriptor fd(::bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, name.c_str(), "Dual MIT/GPL", code,
                                    std::size(code), &options));
  if (!fd) return system_error(errno, "cannot load the dispatcher of a slot");
  Expected<ProgramInfo> info = program_info(fd.get(), "the dispatcher just loaded");
  if (!info) return info.error();
  return Program(std::move(fd), direction, info->id, Hook::cgroup);
}

}  // namespace

Expected<Slot> make_slot(const Program& policy) {
  FileDescriptor map(
      ::bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, std::string(kSlotMap).c_str(), 4, 4, 1, nullptr));
  if (!map) return system_error(errno, "cannot make the map of a slot");
  Expected<Program> dispatcher = load_dispatcher(map.get(), policy.direction());
  if (!dispatcher) return dispatcher.error();
  if (Expected<void> put = put_in_slot(map.get(), policy.fd()); !put) return put.error();
  return Slot{.dispatcher = *std::move(dispatcher), .map = std::move(map)};
}

Expected<std::uint32_t> program_in_slot(int slot) {
  std::uint32_t id = 0;
  if (::bpf_map_lookup_elem(slot, &kOnly, &id) == 0 || errno == ENOENT) return id;
  return system_error(errno, "cannot read a slot");
}

Expected<void> put_in_slot(int slot, int program) {
  if (::bpf_map_update_elem(slot, &kOnly, &program, BPF_ANY) == 0) return {};
  return system_error(errno, "cannot put the filter into its slot");
}

std::string cgroup_with(const Program& program) {
  for (const auto& [id, path] : cgroup_paths()) {
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) continue;
    const Expected<std::vector<std::uint32_t>> there =
        attached_programs(fd.get(), {.path = path, .id = id}, program.direction());
    if (there && std::count(there->begin(), there->end(), program.id()) != 0) return path;
  }
  return {};
}

}  // namespace fwc::runtime
