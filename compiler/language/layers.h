// SPDX-License-Identifier: MIT
// The headers a packet can consist of: the two network layers, and the protocols above them. The
// header walk, the test for malformed packets and the presence of fields derive from these rows.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "compiler/language/types.h"

namespace fwc {

/// A header. The order is that of kLayers.
enum class Layer : std::uint8_t {
  ipv4,
  ipv6,
  tcp,
  udp,
  icmpv4,
  icmpv6,
  sctp,
  dccp,
  udplite,
  igmp,
  gre,
  esp,
  ipip,
};

/// Bits of Layer values; what is known about a packet.
using FamilySet = std::uint8_t;
inline constexpr FamilySet kIpv4Family = 1;
inline constexpr FamilySet kIpv6Family = 2;
inline constexpr FamilySet kBothFamilies = kIpv4Family | kIpv6Family;

/// Where a header states its own length.
struct LengthField {
  std::uint16_t bit = 0;     ///< first bit, counted from the start of the header
  std::uint8_t bits = 0;     ///< 0: the header has a fixed length
  std::uint8_t unit = 1;     ///< bytes that one unit of the field stands for
  std::uint8_t minimum = 0;  ///< the least value of the field that is not malformed
};

struct LayerRow {
  Layer layer;
  std::string_view name;
  /// The families under which the header can stand; a network layer has its own family alone.
  FamilySet families;
  /// IANA protocol number; of no meaning for the network layers.
  std::uint8_t protocol = 0;
  /// Bytes that the header has at the least; a packet that ends before is malformed. 0: nothing of
  /// the header is read, and no packet is malformed by it.
  std::uint8_t header_bytes = 0;
  LengthField length = {};
  std::string_view reference;  ///< where the header is defined
};

inline constexpr std::array kLayers = {
    LayerRow{.layer = Layer::ipv4,
             .name = "ip",
             .families = kIpv4Family,
             .header_bytes = 20,
             .length = {.bit = 4, .bits = 4, .unit = 4, .minimum = 5},
             .reference = "RFC 791 section 3.1"},
    LayerRow{.layer = Layer::ipv6,
             .name = "ipv6",
             .families = kIpv6Family,
             .header_bytes = 40,
             .reference = "RFC 8200 section 3"},
    LayerRow{.layer = Layer::tcp,
             .name = "tcp",
             .families = kBothFamilies,
             .protocol = 6,
             .header_bytes = 20,
             .length = {.bit = 96, .bits = 4, .unit = 4, .minimum = 5},
             .reference = "RFC 9293 section 3.1"},
    LayerRow{.layer = Layer::udp,
             .name = "udp",
             .families = kBothFamilies,
             .protocol = 17,
             .header_bytes = 8,
             .reference = "RFC 768"},
    LayerRow{.layer = Layer::icmpv4,
             .name = "icmpv4",
             .families = kIpv4Family,
             .protocol = 1,
             .header_bytes = 8,
             .reference = "RFC 792"},
    LayerRow{.layer = Layer::icmpv6,
             .name = "icmpv6",
             .families = kIpv6Family,
             .protocol = 58,
             .header_bytes = 8,
             .reference = "RFC 4443 section 2.1"},
    LayerRow{.layer = Layer::sctp,
             .name = "sctp",
             .families = kBothFamilies,
             .protocol = 132,
             .header_bytes = 12,
             .reference = "RFC 9260 section 3.1"},
    LayerRow{.layer = Layer::dccp,
             .name = "dccp",
             .families = kBothFamilies,
             .protocol = 33,
             .reference = "RFC 4340"},
    LayerRow{.layer = Layer::udplite,
             .name = "udplite",
             .families = kBothFamilies,
             .protocol = 136,
             .reference = "RFC 3828"},
    LayerRow{.layer = Layer::igmp,
             .name = "igmp",
             .families = kBothFamilies,
             .protocol = 2,
             .reference = "RFC 3376"},
    LayerRow{.layer = Layer::gre,
             .name = "gre",
             .families = kBothFamilies,
             .protocol = 47,
             .reference = "RFC 2784"},
    LayerRow{.layer = Layer::esp,
             .name = "esp",
             .families = kBothFamilies,
             .protocol = 50,
             .reference = "RFC 4303"},
    LayerRow{.layer = Layer::ipip,
             .name = "ipip",
             .families = kBothFamilies,
             .protocol = 4,
             .reference = "RFC 2003"},
};

constexpr const LayerRow& row(Layer layer) {
  return kLayers[static_cast<std::size_t>(layer)];
}

constexpr bool is_network(Layer layer) {
  return layer == Layer::ipv4 || layer == Layer::ipv6;
}

constexpr FamilySet family_bit(Family family) {
  return family == Family::ipv4 ? kIpv4Family : kIpv6Family;
}

// The IPv6 extension headers that the walk steps over (RFC 8200 section 4, and the IANA registry of
// IPv6 extension header types). Everything else, ESP and no-next-header included, ends the walk.

/// How the length of an extension header follows from its second byte.
struct ExtensionRow {
  std::string_view name;
  std::uint8_t number;
  /// `((second byte & length_mask) + length_add) << length_shift` bytes.
  std::uint8_t length_mask = 0xff;
  std::uint8_t length_add = 1;
  std::uint8_t length_shift = 3;
  std::string_view reference;
};

inline constexpr std::array kExtensions = {
    ExtensionRow{.name = "hop-by-hop options", .number = 0, .reference = "RFC 8200 section 4.3"},
    ExtensionRow{.name = "routing", .number = 43, .reference = "RFC 8200 section 4.4"},
    ExtensionRow{
        .name = "fragment", .number = 44, .length_mask = 0, .reference = "RFC 8200 section 4.5"},
    ExtensionRow{.name = "authentication",
                 .number = 51,
                 .length_add = 2,
                 .length_shift = 2,
                 .reference = "RFC 4302 section 2.2"},
    ExtensionRow{.name = "destination options", .number = 60, .reference = "RFC 8200 section 4.6"},
    ExtensionRow{.name = "mobility", .number = 135, .reference = "RFC 6275 section 6.1.1"},
    ExtensionRow{
        .name = "host identity protocol", .number = 139, .reference = "RFC 7401 section 5.1"},
    ExtensionRow{.name = "shim6", .number = 140, .reference = "RFC 5533 section 5.1"},
};

inline constexpr std::uint8_t kFragmentExtension = 44;
inline constexpr std::uint8_t kAuthenticationExtension = 51;

/// A packet with more extension headers than this is malformed.
inline constexpr unsigned kMaxExtensions = 8;

namespace detail {
consteval bool layers_are_well_formed() {
  for (std::size_t i = 0; i < kLayers.size(); ++i) {
    const LayerRow& r = kLayers[i];
    if (static_cast<std::size_t>(r.layer) != i || r.name.empty() || r.reference.empty())
      return false;
    if (r.families == 0 || r.length.bit + r.length.bits > 8 * r.header_bytes) return false;
    if (r.length.bits != 0 && r.length.minimum * r.length.unit != r.header_bytes) return false;
    for (std::size_t j = 2; j < i; ++j)
      if (kLayers[j].protocol == r.protocol) return false;
  }
  for (std::size_t i = 1; i < kExtensions.size(); ++i)
    if (kExtensions[i - 1].number >= kExtensions[i].number) return false;
  return true;
}
}  // namespace detail
static_assert(detail::layers_are_well_formed());

}  // namespace fwc
