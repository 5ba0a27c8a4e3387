// SPDX-License-Identifier: MIT
// Packets written byte by byte onto the loopback, and what the egress hook said of each.
#pragma once

#include <span>

#include "fwc/runtime/file_descriptor.h"
#include "tests/harness/packet_builder.h"

namespace fwc::test {

enum class Sent {
  passed,
  dropped,  ///< by the filter: EPERM
  refused   ///< by the kernel, before the hook
};

/// Sends whole packets from the network header on (IP_HDRINCL, IPV6_HDRINCL); all their bytes are
/// linear. Its sockets belong to the cgroup that its maker was in.
class RawSender {
 public:
  RawSender();

  /// Whether the stack hands these bytes to the hook as they are. It wants a whole network header
  /// (raw_send_hdrinc, rawv6_send_hdrinc) and fills in some fields of IPv4 that are 0.
  static bool takes(const TestPacket& packet);

  Sent send(const TestPacket& packet) const;

 private:
  runtime::FileDescriptor ipv4_;
  runtime::FileDescriptor ipv6_;
};

/// The same without the network header: the kernel writes a plain one for `protocol`, from and to
/// the loopback's address. Over about 16 KB it alone is linear, and every byte of `data` is
/// elsewhere.
Sent send_behind_header(std::uint16_t ethertype, std::uint8_t protocol,
                        std::span<const std::byte> data);

}  // namespace fwc::test
