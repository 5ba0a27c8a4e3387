// SPDX-License-Identifier: MIT
// The elements of a live set as keys of its map, an LPM trie: an interval is as many prefixes as it
// takes. A key is the length in bits of what follows, which lies in network order:
//
//   ip          family (4 bytes), address (16 bytes, an IPv4 one in the first 4)
//   port, int   the number with its sign bit turned over (8 bytes)
//   (ip, port)  port and family (4 bytes), address (16 bytes)
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc {

/// A family is its EtherType as the kernel has it in `skb->protocol`, read by the machine of BPF.
inline constexpr std::uint32_t kLiveIpv4 = 0x0008;
inline constexpr std::uint32_t kLiveIpv6 = 0xdd86;

struct LiveKey {
  std::uint32_t length = 0;
  std::array<std::uint8_t, 20> bytes = {};
};
static_assert(sizeof(LiveKey) == 24);

std::vector<LiveKey> live_keys(const LiveSetDeclaration& set);

/// How many these are, without making them.
std::uint64_t live_key_count(const LiveSetDeclaration& set);

/// Of a whole key, with its length.
constexpr unsigned live_key_bytes(LiveElement element) {
  return element == LiveElement::port || element == LiveElement::integer ? 12 : 24;
}

/// The name of the map of a live set: the kernel keeps 15 characters.
std::string live_map_name(const LiveSetDeclaration& set);

/// The content of the section `fwc.sets` (see fwc/object.h): what the live sets hold at first.
std::string live_set_contents(const CheckedFilter& filter);

}  // namespace fwc
