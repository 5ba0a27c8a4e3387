// SPDX-License-Identifier: MIT
// check_object(): the instructions. The kernel's verifier judges them, but lets a program of root
// do more than to judge packets: send them elsewhere, or use any map that this process has open.
#include <fmt/core.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>

#include "runtime/object_check.h"

namespace fwc::runtime {
namespace {

/// The helpers that fwc writes calls of. None of them changes a packet or sends it elsewhere.
constexpr std::array<std::int32_t, 12> kHelpers = {
    BPF_FUNC_map_lookup_elem,   BPF_FUNC_map_update_elem,   BPF_FUNC_ktime_get_ns,
    BPF_FUNC_ktime_get_boot_ns, BPF_FUNC_skb_load_bytes,    BPF_FUNC_xdp_load_bytes,
    BPF_FUNC_xdp_get_buff_len,  BPF_FUNC_get_socket_cookie, BPF_FUNC_get_socket_uid,
    BPF_FUNC_skb_cgroup_id,     BPF_FUNC_ringbuf_reserve,   BPF_FUNC_ringbuf_submit};

bool is_known_call(const bpf_insn& call) {
  return call.code == (BPF_JMP | BPF_CALL) && call.src_reg == 0 &&
         std::find(kHelpers.begin(), kHelpers.end(), call.imm) != kHelpers.end();
}

// A load of 64 bits is two instructions, the second one with code 0. Where it takes an address, a
// relocation says so; a source register would name a descriptor of this process, or a function.
bool is_known_load(const bpf_insn& load) {
  return (load.code == (BPF_LD | BPF_IMM | BPF_DW) || load.code == 0) && load.src_reg == 0;
}

// libbpf looks at every eight bytes, whatever stands before them.
bool is_known(const bpf_insn& instruction) {
  const unsigned type = BPF_CLASS(instruction.code);
  if (type == BPF_LD) return is_known_load(instruction);
  const bool call = (type == BPF_JMP || type == BPF_JMP32) && BPF_OP(instruction.code) == BPF_CALL;
  return !call || is_known_call(instruction);
}

}  // namespace

std::string check_code(const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    if (!is_program_section(section.name)) continue;
    for (std::size_t at = 0; at < section.content.size(); at += sizeof(bpf_insn))
      if (!is_known(*section.content.read<bpf_insn>(at)))
        return fmt::format("instruction {} of section `{}` is none that fwc writes",
                           at / sizeof(bpf_insn), section.name);
  }
  return {};
}

}  // namespace fwc::runtime
