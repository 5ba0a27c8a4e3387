// SPDX-License-Identifier: MIT
// Conditions on one field as sets of its values; see the header.
#include "compiler/check/demands.h"

#include <limits>

namespace fwc {

namespace {

const FieldIndex* field_at(const CheckedFilter& filter, NodeId id) {
  const auto* field = std::get_if<FieldValue>(&filter.at(id).value);
  return field != nullptr && filter.at(id).type != Type::boolean ? &field->field : nullptr;
}

/// The numbers that the constant lets through on its other side; none where that side has no end.
std::optional<Interval<std::int64_t>> side_of(ComparisonOp op, std::int64_t c, bool field_first) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (op == ComparisonOp::equal) return Interval<std::int64_t>{c, c};
  const std::int64_t step = op == ComparisonOp::less ? 1 : 0;
  if (step == 1 && c == (field_first ? kLeast : kMost)) return std::nullopt;
  if (field_first) return Interval<std::int64_t>{kLeast, c - step};
  return Interval<std::int64_t>{c + step, kMost};
}

std::optional<Demand> demand_of(const CheckedFilter& filter, const Comparison& n) {
  const bool field_first = field_at(filter, n.lhs) != nullptr;
  const FieldIndex* field = field_at(filter, field_first ? n.lhs : n.rhs);
  if (field == nullptr) return std::nullopt;
  const auto& other = filter.at(field_first ? n.rhs : n.lhs).value;
  if (const auto* c = std::get_if<AddressConstant>(&other)) return Demand{*field, only(c->value)};
  const auto* c = std::get_if<IntegerConstant>(&other);
  const auto side = c == nullptr ? std::nullopt : side_of(n.op, c->value, field_first);
  if (!side) return std::nullopt;
  return Demand{*field, {.integers = {*side}, .ipv4 = {}, .ipv6 = {}}};
}

}  // namespace

std::optional<Demand> demand_of(const CheckedFilter& filter, NodeId id) {
  const auto& value = filter.at(id).value;
  if (const auto* comparison = std::get_if<Comparison>(&value))
    return demand_of(filter, *comparison);
  const auto* member = std::get_if<Member>(&value);
  const FieldIndex* field = member == nullptr ? nullptr : field_at(filter, member->value);
  if (field == nullptr) return std::nullopt;
  return Demand{*field, filter.sets[member->set]};
}

}  // namespace fwc
