// SPDX-License-Identifier: MIT
// Values that differ between IPv4 and IPv6: `icmp.type == echo_request` asks for 8 in the one
// header and for 128 in the other.
#pragma once

#include <optional>
#include <variant>

#include "compiler/language/fields.h"

namespace fwc {

/// The field that tells whether a packet has that layer and no other.
constexpr std::optional<FieldIndex> test_of_layer(Layer layer) {
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (!std::holds_alternative<HasLayer>(kFields[i].source)) continue;
    const HasLayer& test = std::get<HasLayer>(kFields[i].source);
    if (test.count == 1 && test.any[0] == layer) return static_cast<FieldIndex>(i);
  }
  return std::nullopt;
}

/// The test for the header of a family in which a field lies.
constexpr std::optional<FieldIndex> test_of_family(const FieldRow& field, Family family) {
  if (!std::holds_alternative<InHeader>(field.source)) return std::nullopt;
  const InHeader& header = std::get<InHeader>(field.source);
  for (std::size_t i = 0; i < header.count; ++i)
    if (row(header.at[i].layer).families == family_bit(family))
      return test_of_layer(header.at[i].layer);
  return std::nullopt;
}

namespace detail {
consteval bool icmp_types_have_tests() {
  for (const FieldRow& f : kFields) {
    if (f.kind != ValueKind::icmp_type && f.kind != ValueKind::icmp_code) continue;
    if (!test_of_family(f, Family::ipv4) || !test_of_family(f, Family::ipv6)) return false;
  }
  return true;
}
}  // namespace detail
static_assert(detail::icmp_types_have_tests());

}  // namespace fwc
