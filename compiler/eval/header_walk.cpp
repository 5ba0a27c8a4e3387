// SPDX-License-Identifier: MIT
// Bytes to Headers. A step that finds the packet too short or wrong reports it by `false`, and the
// packet is malformed; nothing is read before it is known to lie within the packet.
#include "compiler/eval/header_walk.h"

#include <algorithm>

#include "compiler/language/fields.h"

namespace fwc {

namespace {

// Bits of the network headers that steer the walk, counted from the start of the header.
constexpr std::size_t kVersionBits = 4;         // first bits of both families
constexpr std::size_t kIpv4MoreFragments = 50;  // RFC 791 section 3.1
constexpr std::size_t kIpv4FragmentOffset = 51;
constexpr std::size_t kIpv4Protocol = 72;
constexpr std::size_t kIpv6NextHeader = 48;           // RFC 8200 section 3
constexpr std::size_t kExtensionFragmentOffset = 16;  // RFC 8200 section 4.5
constexpr std::size_t kExtensionMoreFragments = 31;
constexpr unsigned kFragmentOffsetBits = 13;
constexpr unsigned kFragmentUnit = 8;

/// The first two bytes of every extension header: next header and length.
constexpr std::size_t kExtensionStart = 2;

std::optional<Family> family_of(std::uint16_t ethertype) {
  if (ethertype == kEtherTypeIpv4) return Family::ipv4;
  if (ethertype == kEtherTypeIpv6) return Family::ipv6;
  return std::nullopt;
}

const ExtensionRow* find_extension(std::uint8_t number) {
  const auto found = std::ranges::find(kExtensions, number, &ExtensionRow::number);
  return found == kExtensions.end() ? nullptr : &*found;
}

class Walk {
 public:
  explicit Walk(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Headers run(Family family) {
    headers_.family = family;
    const bool ok = (family == Family::ipv4 ? ipv4() : ipv6()) && transport();
    headers_.malformed = !ok;
    return headers_;
  }

 private:
  std::uint64_t bits(std::size_t offset, std::size_t first, unsigned width) const {
    return read_bits(bytes_, 8 * offset + first, width);
  }

  bool holds(std::size_t offset, std::size_t length) const {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }

  /// The length that a header states of itself; nothing where it is cut short or the length is
  /// below its minimum.
  std::optional<std::size_t> stated_length(Layer layer, std::size_t offset) const {
    const LayerRow& r = row(layer);
    if (!holds(offset, r.header_bytes)) return std::nullopt;
    if (r.length.bits == 0) return r.header_bytes;
    const std::uint64_t length = bits(offset, r.length.bit, r.length.bits);
    if (length < r.length.minimum) return std::nullopt;
    return length * r.length.unit;
  }

  /// Makes the rest of the packet the transport header, or, of a later fragment, leaves it unread.
  void end(std::uint64_t protocol, std::size_t offset) {
    headers_.protocol = static_cast<std::uint8_t>(protocol);
    if (headers_.fragment_offset == 0) headers_.transport = offset;
  }

  void add_fragment(std::uint64_t more, std::uint64_t offset) {
    headers_.more_fragments |= more != 0;
    headers_.fragment_offset = static_cast<std::uint32_t>(offset * kFragmentUnit);
  }

  bool ipv4() {
    const auto length = stated_length(Layer::ipv4, 0);
    if (!length || !holds(0, *length) || bits(0, 0, kVersionBits) != 4) return false;
    headers_.ipv4_options = *length > row(Layer::ipv4).header_bytes;
    add_fragment(bits(0, kIpv4MoreFragments, 1), bits(0, kIpv4FragmentOffset, kFragmentOffsetBits));
    end(bits(0, kIpv4Protocol, 8), *length);
    headers_.authentication = headers_.protocol == kAuthenticationExtension;
    return true;
  }

  bool ipv6() {
    const auto length = stated_length(Layer::ipv6, 0);
    if (!length || bits(0, 0, kVersionBits) != 6) return false;
    return extensions(static_cast<std::uint8_t>(bits(0, kIpv6NextHeader, 8)), *length);
  }

  bool extensions(std::uint8_t number, std::size_t offset) {
    for (const ExtensionRow* r = find_extension(number); r; r = find_extension(number)) {
      if (++headers_.extensions > kMaxExtensions || !holds(offset, kExtensionStart)) return false;
      const std::size_t length = ((bits(offset, 8, 8) & r->length_mask) + r->length_add)
                                 << r->length_shift;
      if (!holds(offset, length)) return false;
      step_over(number, offset);
      number = static_cast<std::uint8_t>(bits(offset, 0, 8));
      offset += length;
      if (headers_.fragment_offset != 0) break;
    }
    end(number, offset);
    return true;
  }

  void step_over(std::uint8_t number, std::size_t offset) {
    if (number == kAuthenticationExtension) headers_.authentication = true;
    if (number == kFragmentExtension)
      add_fragment(bits(offset, kExtensionMoreFragments, 1),
                   bits(offset, kExtensionFragmentOffset, kFragmentOffsetBits));
  }

  /// Whether the transport header is whole where the packet has one that is known. Only its least
  /// length must fit: a TCP data offset may point past the end.
  bool transport() const {
    return std::ranges::all_of(kLayers, [this](const LayerRow& r) {
      if (is_network(r.layer)) return true;
      const auto offset = layer_offset(headers_, r.layer);
      return !offset || stated_length(r.layer, *offset).has_value();
    });
  }

  std::span<const std::byte> bytes_;
  Headers headers_;
};

}  // namespace

Headers walk_headers(const Packet& packet) {
  const auto family = family_of(packet.protocol);
  return family ? Walk(packet.bytes).run(*family) : Headers{};
}

bool has_layer(const Headers& headers, Layer layer) {
  const LayerRow& r = row(layer);
  if (!headers.family || (r.families & family_bit(*headers.family)) == 0) return false;
  return is_network(layer) || headers.protocol == r.protocol;
}

std::optional<std::size_t> layer_offset(const Headers& headers, Layer layer) {
  if (!has_layer(headers, layer)) return std::nullopt;
  return is_network(layer) ? std::size_t{0} : headers.transport;
}

std::optional<std::size_t> payload_offset(const Packet& packet, const Headers& headers) {
  for (const LayerRow& r : kLayers) {
    if (!has_payload(r)) continue;
    const auto offset = layer_offset(headers, r.layer);
    if (!offset) continue;
    std::size_t length = r.header_bytes;
    if (r.length.bits != 0)
      length = read_bits(packet.bytes, 8 * *offset + r.length.bit, r.length.bits) * r.length.unit;
    return std::min(*offset + length, packet.bytes.size());
  }
  return std::nullopt;
}

std::uint64_t read_bits(std::span<const std::byte> bytes, std::size_t first, unsigned width) {
  std::uint64_t value = 0;
  for (std::size_t bit = first; bit < first + width; ++bit) {
    const auto byte = std::to_integer<unsigned>(bytes[bit / 8]);
    value = value << 1 | (byte >> (7 - bit % 8) & 1);
  }
  return value;
}

}  // namespace fwc
