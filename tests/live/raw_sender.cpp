// SPDX-License-Identifier: MIT
// Packets written byte by byte onto the loopback.
#include "tests/live/raw_sender.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fwc::test {
namespace {

using runtime::FileDescriptor;

constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;

// Nothing is ever read from these sockets, and what the loopback brings them is to be let go.
FileDescriptor raw_socket(int family, int protocol) {
  FileDescriptor fd(::socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol));
  EXPECT_TRUE(fd) << std::strerror(errno);
  const int large = 1 << 20;
  const int small = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  return fd;
}

Sent outcome(ssize_t sent, std::size_t wanted) {
  if (sent == static_cast<ssize_t>(wanted)) return Sent::passed;
  return sent < 0 && errno == EPERM ? Sent::dropped : Sent::refused;
}

Sent send_bytes(int fd, std::uint16_t ethertype, std::span<const std::byte> bytes) {
  if (ethertype == kEtherTypeIpv4) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return outcome(::sendto(fd, bytes.data(), bytes.size(), 0,
                            reinterpret_cast<const sockaddr*>(&to), sizeof to),
                   bytes.size());
  }
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_addr = in6addr_loopback;
  return outcome(::sendto(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                          sizeof to),
                 bytes.size());
}

}  // namespace

RawSender::RawSender()
    : ipv4_(raw_socket(AF_INET, IPPROTO_RAW)), ipv6_(raw_socket(AF_INET6, IPPROTO_RAW)) {
  const int on = 1;
  EXPECT_EQ(::setsockopt(ipv4_.get(), IPPROTO_IP, IP_HDRINCL, &on, sizeof on), 0);
  EXPECT_EQ(::setsockopt(ipv6_.get(), IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof on), 0);
}

bool RawSender::takes(const TestPacket& packet) {
  if (packet.ethertype == kEtherTypeIpv6) return packet.bytes.size() >= kIpv6Header;
  if (packet.ethertype != kEtherTypeIpv4 || packet.bytes.size() < kIpv4Header) return false;
  const auto words = std::to_integer<std::size_t>(packet.bytes[0] & std::byte{0x0f});
  const bool has_source = std::any_of(packet.bytes.begin() + 12, packet.bytes.begin() + 16,
                                      [](std::byte b) { return b != std::byte{0}; });
  return words * 4 <= packet.bytes.size() && has_source;
}

Sent RawSender::send(const TestPacket& packet) const {
  const bool ipv4 = packet.ethertype == kEtherTypeIpv4;
  return send_bytes(ipv4 ? ipv4_.get() : ipv6_.get(), packet.ethertype, packet.bytes);
}

Sent send_behind_header(std::uint16_t ethertype, std::uint8_t protocol,
                        std::span<const std::byte> data) {
  const int family = ethertype == kEtherTypeIpv4 ? AF_INET : AF_INET6;
  const FileDescriptor fd = raw_socket(family, protocol);
  return send_bytes(fd.get(), ethertype, data);
}

}  // namespace fwc::test
