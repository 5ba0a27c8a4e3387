// SPDX-License-Identifier: MIT
// A packet in a few words, for people: `udp 10.0.0.1:5000 > 8.8.8.8:53 len 61`, and
// ` src_mac=00:00:5e:00:53:01 dst_mac=… vlan=7` behind that of a frame.
#pragma once

#include <string>

#include "cli/capture_file.h"
#include "compiler/eval/packet.h"

namespace fwc::cli {

std::string describe(const Packet& packet);

/// The same of the packet in what was captured, which may be a frame that ends before it.
std::string describe(const Packet& packet, const CapturedPacket& captured);

/// An Ethernet address, `00:00:5e:00:53:01`.
std::string mac_text(std::uint64_t address);

}  // namespace fwc::cli
