// SPDX-License-Identifier: MIT
// The types of the language and the addresses among its values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fwc {

/// bool and int convert into each other as in C (0 and 1; non-zero); nothing else converts. Bytes
/// are what a slice yields, before it is known what they are compared with. An interface is known
/// by its name in the filter and by its index in the kernel.
enum class Type : std::uint8_t { boolean, integer, address, mac, bytes, interface };

/// The name of a type in messages and declarations: `bool`, `int`, `ip`, `mac`, `bytes`.
constexpr std::string_view name(Type type) {
  switch (type) {
    case Type::boolean: return "bool";
    case Type::integer: return "int";
    case Type::address: return "ip";
    case Type::mac: return "mac";
    case Type::bytes: return "bytes";
    case Type::interface: return "interface";
  }
  return {};
}

/// Whether values of the type convert into each other: bool and int.
constexpr bool is_number(Type type) {
  return type == Type::boolean || type == Type::integer;
}

/// Whether values of the types can be equal.
constexpr bool compares(Type a, Type b) {
  return a == b || (is_number(a) && is_number(b));
}

/// The address families of RFC 791 and RFC 8200.
enum class Family : std::uint8_t { ipv4, ipv6 };

constexpr unsigned address_bits(Family family) {
  return family == Family::ipv4 ? 32 : 128;
}

/// A 128-bit unsigned integer; the members stand in the order in which they compare.
struct U128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const U128&, const U128&) = default;
};

/// An IPv4 or IPv6 address as a number in host order; an IPv4 address has only the low 32 bits.
/// An IPv4 address never equals an IPv6 one, v4-mapped forms included.
struct Address {
  Family family = Family::ipv4;
  U128 bits;
  friend auto operator<=>(const Address&, const Address&) = default;
};

/// The addresses of `address/length`.
struct AddressPrefix {
  Address address;      ///< may have bits set beyond `length`; see has_host_bits
  unsigned length = 0;  ///< 0..32 or 0..128
  friend bool operator==(const AddressPrefix&, const AddressPrefix&) = default;
};

/// Parses dotted-quad IPv4 (four decimal parts without leading zeros) or IPv6 by RFC 4291 section
/// 2.2, zone identifiers excluded. Nothing on anything else.
std::optional<Address> parse_address(std::string_view text);

/// Dotted quad, or RFC 5952 text.
std::string to_string(const Address& address);

/// The first and the last address of a prefix.
Address first_address(const AddressPrefix& prefix);
Address last_address(const AddressPrefix& prefix);

/// Whether bits beyond the prefix length are set: `10.0.0.1/8`.
inline bool has_host_bits(const AddressPrefix& prefix) {
  return first_address(prefix) != prefix.address;
}

}  // namespace fwc
