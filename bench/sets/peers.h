// SPDX-License-Identifier: MIT
// What one would take instead of an index: a lookup of the destination address in a map.
#pragma once

#include <span>
#include <vector>

#include <linux/bpf.h>

#include "compiler/check/checked_filter.h"

namespace fwc::bench {

/// A map and the instructions that look the destination address up in it. The program knows that
/// the packet is of its family and long enough; it walks no headers.
struct MapPeer {
  int map = -1;
  double fill_ms = 0;
  std::vector<bpf_insn> program;
};

/// BPF_MAP_TYPE_LPM_TRIE of prefixes.
MapPeer lpm_peer(std::span<const Interval<std::uint32_t>> ipv4,
                 std::span<const Interval<U128>> ipv6);

/// BPF_MAP_TYPE_HASH of single addresses; the first of each interval.
MapPeer hash_peer(std::span<const Interval<std::uint32_t>> ipv4,
                  std::span<const Interval<U128>> ipv6);

}  // namespace fwc::bench
