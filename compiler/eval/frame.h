// SPDX-License-Identifier: MIT
// Ethernet frames as the hooks tc and xdp see them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "compiler/eval/packet.h"

namespace fwc {

/// The packet in a frame, with up to two VLAN tags stepped over (IEEE 802.1Q clause 9) and `link`
/// set in its context. Nothing where the frame ends within its header or its tags: it is malformed.
/// A tag that `context` holds already is one that the kernel keeps outside of the frame.
std::optional<Packet> packet_of(std::span<const std::byte> frame, PacketContext context);

}  // namespace fwc
