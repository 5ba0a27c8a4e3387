// SPDX-License-Identifier: MIT
// The bytes of a packet of one network header and one transport header, set field by field.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cli/capture_file.h"
#include "compiler/language/fields.h"

namespace fwc::cli {

class PacketBuilder {
 public:
  /// Headers as short as they can be, with the version, the protocol and a time to live of 64.
  PacketBuilder(Family family, Layer transport);
  /// Of a protocol whose header is not known: nothing follows the network header.
  PacketBuilder(Family family, std::uint8_t protocol);

  Family family() const { return family_; }
  bool has_ports() const { return ports().size() == 2; }
  void set_addresses(const Address& source, const Address& destination);
  void set_ports(std::int64_t source, std::int64_t destination);

  /// Whether the field lies in a header of the packet, and is a number.
  bool holds(const FieldRow& field) const { return locate(field).has_value(); }
  bool holds_in_transport(const FieldRow& field) const;
  std::int64_t get(const FieldRow& field) const;
  /// Of a field that the packet holds; false where it cannot have the value.
  bool set(const FieldRow& field, std::int64_t value);
  /// In all, with a payload of zeros; false where the headers are longer.
  bool set_length(std::size_t bytes);

  CapturedPacket build() &&;

 private:
  struct Place {
    Layer layer;
    std::size_t first_bit;
    unsigned bits;
    unsigned scale;
  };

  Layer network() const { return family_ == Family::ipv4 ? Layer::ipv4 : Layer::ipv6; }
  std::optional<Place> locate(const FieldRow& field) const;
  /// Where the ports lie, the source first; empty where the protocol has none.
  std::vector<Place> ports() const;
  void begin(std::uint8_t protocol);
  void write_lengths();
  void write_bits(std::size_t first, unsigned width, std::uint64_t value);

  Family family_;
  std::optional<Layer> transport_;
  std::vector<std::byte> bytes_;
};

}  // namespace fwc::cli
