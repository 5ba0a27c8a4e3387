// SPDX-License-Identifier: MIT
// Maps filled in batches, and the shortest program over each.
#include "bench/sets/peers.h"

#include <bpf/bpf.h>

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstring>

#include "bench/stream_runner.h"

namespace fwc::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// Keys as they lie in memory: the address in network order, behind its length in an LPM trie.
class Keys {
 public:
  Keys(bool lengths, std::size_t address_bytes)
      : lengths_(lengths), address_bytes_(address_bytes) {}

  void add(std::uint32_t length, const std::uint8_t* address) {
    if (lengths_) append(&length, sizeof length);
    append(address, address_bytes_);
    ++count_;
  }

  std::size_t size() const { return address_bytes_ + (lengths_ ? 4 : 0); }
  std::size_t count() const { return count_; }
  const void* data() const { return bytes_.data(); }

 private:
  void append(const void* from, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    bytes_.insert(bytes_.end(), bytes, bytes + size);
  }

  bool lengths_;
  std::size_t address_bytes_;
  std::size_t count_ = 0;
  std::vector<std::uint8_t> bytes_;
};

void big_endian(std::uint64_t value, unsigned bytes, std::uint8_t* to) {
  for (unsigned i = 0; i < bytes; ++i)
    to[i] = static_cast<std::uint8_t>(value >> 8 * (bytes - 1 - i));
}

/// Copies the address to the stack, behind its length, and asks the map.
std::vector<bpf_insn> program_of(int map, bool lengths, unsigned at, unsigned bytes) {
  constexpr int kKey = -32;
  const int end = static_cast<int>(at + bytes);
  std::vector<bpf_insn> code = {
      insn(BPF_LDX | BPF_W | BPF_MEM, 2, 1, offsetof(__sk_buff, data), 0),
      insn(BPF_LDX | BPF_W | BPF_MEM, 3, 1, offsetof(__sk_buff, data_end), 0),
      insn(BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0),
      insn(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, end),
      insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
      insn(BPF_JMP | BPF_JLE | BPF_X, 4, 3, 1, 0),
      insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
  };
  const int address = kKey + (lengths ? 4 : 0);
  if (lengths)
    code.push_back(insn(BPF_ST | BPF_W | BPF_MEM, 10, 0, kKey, static_cast<int>(8 * bytes)));
  for (int i = 0; i < static_cast<int>(bytes); i += 4) {
    code.push_back(insn(BPF_LDX | BPF_W | BPF_MEM, 5, 2, static_cast<int>(at) + i, 0));
    code.push_back(insn(BPF_STX | BPF_W | BPF_MEM, 10, 5, address + i, 0));
  }
  const std::vector<bpf_insn> call = {
      insn(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0, map),
      insn(0, 0, 0, 0, 0),
      insn(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
      insn(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, kKey),
      insn(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
      insn(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1, 0),
      insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1),
      insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
  };
  code.insert(code.end(), call.begin(), call.end());
  return code;
}

MapPeer peer(bool lpm, std::span<const Interval<std::uint32_t>> ipv4,
             std::span<const Interval<U128>> ipv6) {
  const bool four = ipv6.empty();
  Keys keys(lpm, four ? 4 : 16);
  std::uint8_t address[16];
  for (const Interval<std::uint32_t>& each : ipv4) {
    big_endian(each.low, 4, address);
    keys.add(static_cast<std::uint32_t>(std::countl_zero(each.high ^ each.low)), address);
  }
  for (const Interval<U128>& each : ipv6) {
    big_endian(each.low.high, 8, address);
    big_endian(each.low.low, 8, address + 8);
    const int high = std::countl_zero(each.high.high ^ each.low.high);
    const int low = high == 64 ? std::countl_zero(each.high.low ^ each.low.low) : 0;
    keys.add(static_cast<std::uint32_t>(high + low), address);
  }
  bpf_map_create_opts options{};
  options.sz = sizeof options;
  options.map_flags = lpm ? BPF_F_NO_PREALLOC : 0;
  MapPeer result;
  result.map = bpf_map_create(lpm ? BPF_MAP_TYPE_LPM_TRIE : BPF_MAP_TYPE_HASH, "peer",
                              static_cast<__u32>(keys.size()), 1, static_cast<__u32>(keys.count()),
                              &options);
  const std::vector<std::uint8_t> values(keys.count(), 1);
  auto count = static_cast<__u32>(keys.count());
  const Clock::time_point start = Clock::now();
  bpf_map_update_batch(result.map, keys.data(), values.data(), &count, nullptr);
  result.fill_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  result.program = program_of(result.map, lpm, four ? 16 : 24, four ? 4 : 16);
  return result;
}

}  // namespace

MapPeer lpm_peer(std::span<const Interval<std::uint32_t>> ipv4,
                 std::span<const Interval<U128>> ipv6) {
  return peer(true, ipv4, ipv6);
}

MapPeer hash_peer(std::span<const Interval<std::uint32_t>> ipv4,
                  std::span<const Interval<U128>> ipv6) {
  return peer(false, ipv4, ipv6);
}

}  // namespace fwc::bench
