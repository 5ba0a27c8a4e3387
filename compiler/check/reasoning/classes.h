// SPDX-License-Identifier: MIT
// Classes of packets: what the headers of a packet are, apart from the values in them. A class is a
// network, a transport protocol, and whole packet, first or later fragment; these decide which
// fields of the table a packet has.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>

#include "compiler/language/fields.h"

namespace fwc {

/// Packets that are neither IPv4 nor IPv6 are one class of a network of their own.
enum class Network : std::uint8_t { ipv4, ipv6, other };
inline constexpr std::size_t kNetworkKinds = 3;

enum class Part : std::uint8_t { whole, first_fragment, later_fragment };
inline constexpr std::size_t kParts = 3;

inline constexpr std::size_t kProtocolNumbers = 256;

/// Classes of one network: a bit for each part and protocol.
using Classes = std::bitset<kParts * kProtocolNumbers>;

constexpr std::size_t class_of(Part part, std::size_t protocol) {
  return static_cast<std::size_t>(part) * kProtocolNumbers + protocol;
}

/// Classes of all networks.
struct ClassSet {
  std::array<Classes, kNetworkKinds> of;

  Classes& operator[](Network network) { return of[static_cast<std::size_t>(network)]; }
  const Classes& operator[](Network network) const { return of[static_cast<std::size_t>(network)]; }
  friend bool operator==(const ClassSet&, const ClassSet&) = default;
};

ClassSet all_kinds();
ClassSet complement(const ClassSet& set);
ClassSet unite(ClassSet a, const ClassSet& b);

/// The packets that have the header, later fragments included.
ClassSet with_layer(Layer layer);

/// The field whose row tells where this one is present: its own, or that of an end of the packet
/// where the field is another one by the direction.
/// Packets with a transport header behind which a payload begins.
ClassSet where_payload();

const FieldRow& row_of_presence(const FieldRow& field);

/// Where the field is present; nothing where the classes do not tell, as for a source that is not
/// known here.
std::optional<ClassSet> where_present(const FieldRow& field);

}  // namespace fwc
