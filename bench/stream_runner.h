// SPDX-License-Identifier: MIT
// What a filter costs a packet, hot and over a stream of different packets.
//
// BPF_PROG_TEST_RUN repeats a program on one packet in the kernel, which resolves nanoseconds; a
// call of it for each of many packets does not. So the instructions of the loaded filter get a
// prologue that copies the next of kStreamPackets packets over the first bytes of the packet and
// falls into the filter. BPF_PROG_TYPE_LWT_XMIT may write into a packet and has the same context,
// with the data from the network header on, so the filter runs unchanged. The floor is the same
// prologue before `return 1`: what is left of a difference is the filter's alone. The copied bytes
// are in the nearest cache when the filter reads them; tables, branches and the packets' order are
// as in a real stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <linux/bpf.h>

namespace fwc::bench {

inline constexpr std::size_t kStreamPackets = 1024;
inline constexpr std::size_t kPacketBytes = 64;

/// One instruction, by the names of its members in include/uapi/linux/bpf.h.
inline bpf_insn insn(unsigned code, unsigned to, unsigned from, int offset, int constant) {
  return {.code = static_cast<__u8>(code),
          .dst_reg = static_cast<__u8>(to),
          .src_reg = static_cast<__u8>(from),
          .off = static_cast<__s16>(offset),
          .imm = constant};
}

/// From the network header on; all of one family.
using StreamPacket = std::array<std::byte, kPacketBytes>;

/// A program with the prologue, ready to run.
class StreamProgram {
 public:
  /// `filter` is relocated, its maps are open. Nothing, with a message on stderr, where the kernel
  /// refuses it.
  static std::optional<StreamProgram> load(std::span<const bpf_insn> filter);

  StreamProgram(StreamProgram&& other) noexcept;
  StreamProgram& operator=(StreamProgram&&) = delete;
  ~StreamProgram();

  /// Nanoseconds a run: over all packets in turn, or the first alone. `packets` are kStreamPackets.
  double run(std::span<const StreamPacket> packets, bool stream, std::uint32_t repeat) const;

  /// How many of the packets the filter forwards, for a check that it does its work.
  std::size_t forwarded(std::span<const StreamPacket> packets) const;

 private:
  StreamProgram(int program, int map) : program_(program), map_(map) {}
  void set(std::span<const StreamPacket> packets, bool stream) const;

  int program_;
  int map_;
};

}  // namespace fwc::bench
