// SPDX-License-Identifier: MIT
// A packet as a hook shows it: from the network header on, and what its link layer says beside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fwc {

inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

/// What the Ethernet header and VLAN tags say.
struct LinkLayer {
  std::uint64_t destination = 0;  ///< the address as a number in network order
  std::uint64_t source = 0;
  std::optional<std::uint16_t> vlan = {};  ///< identifier in the outermost tag

  friend bool operator==(const LinkLayer&, const LinkLayer&) = default;
};

/// What the kernel knows of a packet besides its bytes: members of `struct __sk_buff`.
struct PacketContext {
  std::uint32_t mark = 0;
  std::uint32_t priority = 0;
  std::uint32_t interface = 0;  ///< its index
  std::string_view interface_name = {};
  std::uint32_t gso_size = 0;
  std::uint32_t gso_segments = 0;
  bool ingress = false;                ///< received, else sent
  std::optional<LinkLayer> link = {};  ///< empty on a hook that sees none
  // Of the socket that sends or receives the packet; empty where it is none's.
  std::optional<std::uint32_t> owner = {};
  std::optional<std::uint64_t> cookie = {};
  std::optional<std::uint64_t> cgroup = {};
  // Of the flow that it belongs to (eval/flow_table.h), both false of none.
  bool established = false;
  bool reply = false;

  friend bool operator==(const PacketContext&, const PacketContext&) = default;
};

struct Packet {
  /// EtherType in host order, the kernel's `skb->protocol`. A packet that is neither IPv4 nor IPv6
  /// is not malformed: all its IP fields are absent.
  std::uint16_t protocol = kEtherTypeIpv4;
  std::span<const std::byte> bytes;
  PacketContext context = {};
};

}  // namespace fwc
