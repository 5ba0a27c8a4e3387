// SPDX-License-Identifier: MIT
// What stands before the network header in the link types of capture files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace fwc::cli {

/// Where the network header begins and what it is.
struct NetworkStart {
  std::uint16_t ethertype = 0;
  std::size_t offset = 0;
  std::optional<bool> sent = {};  ///< or received, where the link layer says so
};

/// Frames with an Ethernet header, DLT_EN10MB.
inline constexpr int kEthernet = 1;

/// Whether `link_type` (the DLT_ number of libpcap) is one that find_network can read.
bool is_known_link_type(int link_type);

/// Steps over the link layer, VLAN tags included. Nothing where the frame ends before.
std::optional<NetworkStart> find_network(int link_type, std::span<const std::byte> frame);

/// The bytes of a packet that its IP header speaks for: Ethernet pads short frames, and the kernel
/// takes the padding off before a filter sees it (ip_rcv_core, ip6_rcv_core).
std::size_t bytes_without_padding(std::uint16_t ethertype, std::span<const std::byte> packet,
                                  std::size_t length);

}  // namespace fwc::cli
