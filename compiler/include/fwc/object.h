// SPDX-License-Identifier: MIT
// The compiled filter, the one thing that goes from the compiler to the runtime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fwc {

/// An ELF object for the BPF target, as `bpftool prog load` takes it, then its seal (fwc/seal.h):
///
/// | section              | holds                                                               |
/// | -------------------- | ------------------------------------------------------------------- |
/// | `cgroup_skb/egress`  | function `fwc_egress`, where the object filters what is sent         |
/// | `cgroup_skb/ingress` | function `fwc_ingress`, where it filters what is received            |
/// | `.data.live`         | the live variables, where there are any                             |
/// | `.data.watch`        | WatchControl, where the programs log or can audit                    |
/// | `.rodata`            | tables of the header walk and of large sets                         |
/// | `.rodata.ifaces`     | the interfaces that the filter names, where there are any            |
/// | `.maps`              | maps `counters`, `log` and `watch`, where packets are counted, logged |
/// |                      | or audited; `flows`; a map for each live set                         |
/// | `fwc.sets`           | what live sets hold at first, where there are any                    |
/// | `license`            | `Dual MIT/GPL`                                                       |
/// | `.BTF`, `.BTF.ext`   | types, function and line information; lines are the filter's text    |
///
/// `counters` is a BPF_MAP_TYPE_PERCPU_ARRAY of `struct { u64 packets; u64 bytes; }`. Each
/// direction has an entry for malformed packets (0), for those that got the default (1), for later
/// fragments that got it (2), and from 3 on one for each rule in its order; the entries of ingress
/// come first, `n` in all. No program writes the next `n + 4`, which hold what earlier programs
/// counted: `n` of the same deciders, then what was passed and dropped by rules that are gone, of
/// ingress and of egress.
///
/// `log` is a BPF_MAP_TYPE_RINGBUF of LogRecord. `watch` is a BPF_MAP_TYPE_PERCPU_ARRAY of
/// WatchTally: of ingress, of egress, and the same two of earlier programs.
///
/// A live variable is one word of 8 bytes, or three of an address: its EtherType as the kernel
/// has it in `skb->protocol`, and two halves in host order. A single
/// word stands alone; otherwise each variable is two copies, and the word `fwc_side` says which one
/// the programs read, so that all change at once.
///
/// A live set is a BPF_MAP_TYPE_ARRAY_OF_MAPS with one entry, an LPM trie whose keys
/// compiler/check/live_keys.h tells. `fwc.sets` holds for each set the map's name (16 bytes),
/// the bytes of a key and the number of keys (4 bytes each), and the keys.
///
/// `.rodata.ifaces` has an entry of 20 bytes for each interface: its index in 4, which is 0 in the
/// object and which the runtime fills in when it loads the programs, and its name in 16.
///
/// `flows` is there where the filter asks for `established` or `reply`: a BPF_MAP_TYPE_LRU_HASH
/// that both directions share. A key is five words of 64 bits: the address of this end in two
/// halves as it lies in the packet, an IPv4 address in the second; that of the other end; and the
/// EtherType in the upper 16 bits, then the other end's port, this end's port, and the protocol by
/// its row in compiler/language/flows.h. A value is the time of the last packet (CLOCK_MONOTONIC,
/// in nanoseconds) and three bits: the flow began with a packet that was sent (1), it was answered
/// (2), it is closing (4).
///
/// The functions carry declaration tags in BTF, `fwc:rule:DIRECTION:NUMBER:ACTION:NAME:CONDITION`
/// for each rule, where NAME may be empty and CONDITION is cut where it is long, and
/// `fwc:default:DIRECTION:ACTION`, and for each live set `fwc:set:DIRECTION:MAP:TYPE:NAME`. The
/// kernels that know no such tags keep them as the names of integer types.
struct Object {
  std::vector<std::byte> bytes;
};

/// What a running program asks: the first two are written from outside, the rest by the programs.
struct WatchControl {
  std::uint64_t audit;  ///< kAuditOff, kAuditOn, or kNoAudit
  std::uint64_t rate;   ///< records a second over all CPUs
  std::uint64_t
      window;          ///< when the second began in which records are counted (CLOCK_BOOTTIME, ns)
  std::uint64_t used;  ///< records since then
};

inline constexpr std::uint64_t kAuditOff = 0;
inline constexpr std::uint64_t kAuditOn = 1;
inline constexpr std::uint64_t kNoAudit = 2;  ///< of programs that hold no code for it

inline constexpr std::uint64_t kDefaultLogRate = 1000;

/// What became of packets that were to be logged or dropped.
struct WatchTally {
  std::uint64_t over_rate;        ///< not logged, for there were too many in that second
  std::uint64_t without_room;     ///< not logged, for nobody had read the records before
  std::uint64_t audited_packets;  ///< passed while audited, and dropped by the policy
  std::uint64_t audited_bytes;
};

/// Flows that the map `flows` holds; beyond, the one that was longest without a packet is forgotten.
inline constexpr std::uint32_t kMostFlows = 65536;

inline constexpr std::uint32_t kMostSetKeys = 1U << 24;  ///< of a live set; the tries say so

inline constexpr std::size_t kLoggedBytes = 128;  ///< of a packet, from the network header on
inline constexpr std::size_t kLogMapBytes = 512 * 1024;  ///< a power of two, and whole pages

/// A packet in the map `log`.
struct LogRecord {
  std::uint64_t time;     ///< CLOCK_BOOTTIME, nanoseconds
  std::uint64_t cgroup;   ///< id of the socket's cgroup, 0 of a packet without a full socket
  std::uint32_t uid;      ///< of the socket's owner; 65534 of a packet without a full socket
  std::uint32_t decider;  ///< number of the entry that `counters` has, or would have
  std::uint32_t length;   ///< of the packet; so many bytes of it follow, up to kLoggedBytes
  std::uint32_t flags;    ///< kLog…
  std::byte packet[kLoggedBytes];
};

inline constexpr std::uint32_t kLogIngress = 1;
inline constexpr std::uint32_t kLogAllowed = 2;  ///< the policy lets the packet pass
inline constexpr std::uint32_t kLogAudited = 4;  ///< the policy does not, and yet it passed

}  // namespace fwc
