// SPDX-License-Identifier: MIT
// The prologue before a filter, and its runs.
#include "bench/stream_runner.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <iterator>
#include <string>
#include <utility>

namespace fwc::bench {

namespace {

constexpr std::size_t kEthernetHeader = 14;

/// The value of the map that the prologue reads.
struct Stream {
  std::uint64_t next;
  std::uint64_t mask;  ///< of the number of a packet: all of them, or the first alone
  std::byte reserved[48];
  StreamPacket packets[kStreamPackets];
};
static_assert(offsetof(Stream, packets) == 64);

bpf_insn load(unsigned size, unsigned to, unsigned from, std::size_t offset) {
  return insn(BPF_LDX | size | BPF_MEM, to, from, static_cast<int>(offset), 0);
}

bpf_insn store(unsigned to, unsigned from, std::size_t offset) {
  return insn(BPF_STX | BPF_DW | BPF_MEM, to, from, static_cast<int>(offset), 0);
}

bpf_insn calculate(unsigned op, unsigned to, unsigned from) {
  return insn(BPF_ALU64 | op | BPF_X, to, from, 0, 0);
}

bpf_insn calculate_with(unsigned op, unsigned to, int constant) {
  return insn(BPF_ALU64 | op | BPF_K, to, 0, 0, constant);
}

/// Ends with the context in r1, as a program begins.
std::vector<bpf_insn> prologue(int map) {
  std::vector<bpf_insn> code = {
      calculate(BPF_MOV, 6, 1),
      insn(BPF_LD | BPF_IMM | BPF_DW, 7, BPF_PSEUDO_MAP_VALUE, 0, map),
      insn(0, 0, 0, 0, 0),
      load(BPF_DW, 8, 7, offsetof(Stream, next)),
      load(BPF_DW, 9, 7, offsetof(Stream, mask)),
      calculate(BPF_AND, 9, 8),
      calculate_with(BPF_ADD, 8, 1),
      store(7, 8, offsetof(Stream, next)),
      calculate_with(BPF_AND, 9, kStreamPackets - 1),
      calculate_with(BPF_MUL, 9, kPacketBytes),
      calculate(BPF_ADD, 7, 9),
      load(BPF_W, 2, 1, offsetof(__sk_buff, data)),
      load(BPF_W, 3, 1, offsetof(__sk_buff, data_end)),
      calculate(BPF_MOV, 4, 2),
      calculate_with(BPF_ADD, 4, kPacketBytes),
      insn(BPF_JMP | BPF_JGT | BPF_X, 4, 3, kPacketBytes / 8 * 2, 0),
  };
  for (std::size_t at = 0; at < kPacketBytes; at += 8) {
    code.push_back(load(BPF_DW, 5, 7, offsetof(Stream, packets) + at));
    code.push_back(store(2, 5, at));
  }
  code.push_back(calculate(BPF_MOV, 1, 6));
  return code;
}

/// What only a socket's hook has is known there at once and 0 here. A log asks for it behind the
/// decision to write a record, so that packets without one cost the same.
bpf_insn without_socket(const bpf_insn& instruction) {
  const bool calls = instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == 0;
  const bool of_socket = instruction.imm == BPF_FUNC_skb_cgroup_id ||
                         instruction.imm == BPF_FUNC_get_socket_uid;
  return calls && of_socket ? calculate_with(BPF_MOV, 0, 0) : instruction;
}

}  // namespace

std::optional<StreamProgram> StreamProgram::load(std::span<const bpf_insn> filter) {
  const int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "stream", 4, sizeof(Stream), 1, nullptr);
  if (map < 0) return std::nullopt;
  std::vector<bpf_insn> code = prologue(map);
  std::transform(filter.begin(), filter.end(), std::back_inserter(code), without_socket);
  std::string log(1 << 16, '\0');
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  const int program =
      bpf_prog_load(BPF_PROG_TYPE_LWT_XMIT, "stream", "GPL", code.data(), code.size(), &options);
  if (program >= 0) return StreamProgram(program, map);
  std::fprintf(stderr, "the kernel refuses the filter behind the prologue: %s\n",
               std::strerror(errno));
  close(map);
  return std::nullopt;
}

StreamProgram::StreamProgram(StreamProgram&& other) noexcept
    : program_(std::exchange(other.program_, -1)), map_(std::exchange(other.map_, -1)) {}

StreamProgram::~StreamProgram() {
  if (program_ >= 0) close(program_);
  if (map_ >= 0) close(map_);
}

void StreamProgram::set(std::span<const StreamPacket> packets, bool stream) const {
  std::vector<Stream> value(1);
  value[0].mask = stream ? kStreamPackets - 1 : 0;
  std::memcpy(value[0].packets, packets.data(), packets.size_bytes());
  const std::uint32_t key = 0;
  bpf_map_update_elem(map_, &key, value.data(), BPF_ANY);
}

namespace {

/// The kernel's own figure is in whole nanoseconds; this clock stands still while others run.
double thread_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

bpf_test_run_opts run_once(int program, const StreamPacket& packet, std::uint32_t repeat) {
  std::array<std::byte, kEthernetHeader + kPacketBytes> frame{};
  const bool ipv6 = std::to_integer<unsigned>(packet[0]) >> 4 == 6;
  frame[12] = std::byte(ipv6 ? 0x86 : 0x08);
  frame[13] = std::byte(ipv6 ? 0xdd : 0x00);
  std::memcpy(frame.data() + kEthernetHeader, packet.data(), kPacketBytes);
  bpf_test_run_opts options{};
  options.sz = sizeof options;
  options.data_in = frame.data();
  options.data_size_in = frame.size();
  options.repeat = static_cast<int>(repeat);
  bpf_prog_test_run_opts(program, &options);
  options.data_in = nullptr;
  return options;
}

}  // namespace

double StreamProgram::run(std::span<const StreamPacket> packets, bool stream,
                          std::uint32_t repeat) const {
  set(packets, stream);
  run_once(program_, packets.front(), kStreamPackets);
  const double before = thread_nanoseconds();
  run_once(program_, packets.front(), repeat);
  return (thread_nanoseconds() - before) / repeat;
}

std::size_t StreamProgram::forwarded(std::span<const StreamPacket> packets) const {
  set(packets, true);
  std::size_t count = 0;
  for (std::size_t i = 0; i < packets.size(); ++i)
    count += run_once(program_, packets.front(), 1).retval == 1;
  return count;
}

}  // namespace fwc::bench
