// SPDX-License-Identifier: MIT
// The values that random packets and random expressions have in common. Drawn from one small pool,
// they meet often enough for a comparison to be true about as often as false.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "tests/harness/packet_builder.h"

namespace fwc::test {

inline constexpr std::array<std::uint16_t, 12> kPorts = {0,    1,    22,   53,    80,    443,
                                                         1023, 1024, 8080, 40000, 65534, 65535};
inline constexpr std::array<std::uint8_t, 8> kBytes = {0, 1, 2, 3, 64, 127, 128, 255};
/// What a payload can begin with; slices are compared with parts of it.
inline constexpr std::string_view kPayloadText = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
inline constexpr std::array<std::uint8_t, 8> kFlags = {0x00, 0x01, 0x02, 0x04,
                                                       0x10, 0x12, 0x18, 0xff};
inline constexpr std::array<std::uint8_t, 8> kIcmpTypes = {0, 3, 8, 11, 128, 129, 135, 255};
/// Transport protocols and numbers that are almost one.
inline constexpr std::array<std::uint8_t, 16> kProtocols = {1,  2,  4,  6,   17,  33,  47, 50,
                                                            51, 58, 59, 132, 136, 255, 41, 0};
inline constexpr std::array<std::uint8_t, 8> kExtensionNumbers = {0, 43, 44, 51, 60, 135, 139, 140};
inline constexpr std::array<std::uint32_t, 7> kIpv4Addresses = {
    0x0a000001, 0x0a000002, 0x0affffff, 0x7f000001, 0xc0a80001, 0xe0000001, 0xffffffff};
inline constexpr std::array<Ipv6Address, 6> kIpv6Addresses = {{
    {0, 0, 0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0, 0, 1},
    {0x2001, 0xdb8, 0, 0, 0, 0, 0, 1},
    {0x2001, 0xdb8, 0, 0, 0x8000, 0, 0, 1},
    {0xfe80, 0, 0, 0, 0, 0, 0, 2},
    {0, 0, 0, 0, 0, 0xffff, 0x0a00, 0x0001},
}};

/// The one source of chance of a test: the same seed gives the same packets and expressions on
/// every machine, which the standard distributions do not promise.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// 0 .. count - 1; the bias of the remainder is of no matter here.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(engine_() % count); }
  bool one_in(std::size_t n) { return below(n) == 0; }

  template <typename T, std::size_t N>
  const T& of(const std::array<T, N>& values) {
    return values[below(N)];
  }
  template <typename T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace fwc::test
