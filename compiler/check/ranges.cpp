// SPDX-License-Identifier: MIT
// Interval arithmetic, coarse where precision would not pay: whatever may wrap has the full range.
#include "compiler/check/ranges.h"

#include <algorithm>
#include <limits>

namespace fwc {

namespace {

using Range = Interval<std::int64_t>;

constexpr Range kFull = {std::numeric_limits<std::int64_t>::min(),
                         std::numeric_limits<std::int64_t>::max()};

Range unless_overflow(bool overflow, std::int64_t low, std::int64_t high) {
  return overflow ? kFull : Range{low, high};
}

Range add(const Range& a, const Range& b) {
  Range sum;
  const bool low = __builtin_add_overflow(a.low, b.low, &sum.low);
  const bool high = __builtin_add_overflow(a.high, b.high, &sum.high);
  return unless_overflow(low || high, sum.low, sum.high);
}

Range subtract(const Range& a, const Range& b) {
  Range difference;
  const bool low = __builtin_sub_overflow(a.low, b.high, &difference.low);
  const bool high = __builtin_sub_overflow(a.high, b.low, &difference.high);
  return unless_overflow(low || high, difference.low, difference.high);
}

/// Of values that are not negative.
Range multiply(const Range& a, const Range& b) {
  Range product{0, 0};
  if (a.low < 0 || b.low < 0) return kFull;
  const bool high = __builtin_mul_overflow(a.high, b.high, &product.high);
  return unless_overflow(high, a.low * (high ? 0 : b.low), product.high);
}

/// A mask with no sign bit bounds the result, whatever the other operand.
Range mask(const Range& a, const Range& b) {
  if (a.low < 0 && b.low < 0) return kFull;
  if (a.low < 0) return {0, b.high};
  if (b.low < 0) return {0, a.high};
  return {0, std::min(a.high, b.high)};
}

Range remainder(const Range& a, const Range& b) {
  if (a.low < 0 || b.low <= 0) return kFull;
  return {0, std::min(a.high, b.high - 1)};
}

Range shrink(const Range& a) {
  return a.low < 0 ? kFull : Range{0, a.high};
}

/// Bits that either operand can have, where none is negative.
Range unite(const Range& a, const Range& b) {
  if (a.low < 0 || b.low < 0) return kFull;
  std::uint64_t bits = static_cast<std::uint64_t>(a.high | b.high);
  for (unsigned shift = 1; shift < 64; shift *= 2) bits |= bits >> shift;
  return {0, static_cast<std::int64_t>(bits)};
}

Range combine(ArithmeticOp op, const Range& a, const Range& b) {
  switch (op) {
    case ArithmeticOp::add: return add(a, b);
    case ArithmeticOp::subtract: return subtract(a, b);
    case ArithmeticOp::multiply: return multiply(a, b);
    case ArithmeticOp::divide: return b.low < 0 ? kFull : shrink(a);
    case ArithmeticOp::modulo: return remainder(a, b);
    case ArithmeticOp::bit_and: return mask(a, b);
    case ArithmeticOp::bit_or:
    case ArithmeticOp::bit_xor: return unite(a, b);
    case ArithmeticOp::shift_left: return kFull;
    case ArithmeticOp::shift_right: return shrink(a);
  }
  return kFull;
}

/// Of a Tree or a CheckedFilter.
template <typename Nodes>
Range range_of(const Nodes& nodes, std::span<const VariableDeclaration> variables, NodeId id) {
  const Node& node = nodes.at(id);
  if (const auto* n = std::get_if<IntegerConstant>(&node.value)) return {n->value, n->value};
  if (const auto* n = std::get_if<BooleanConstant>(&node.value)) return {n->value, n->value};
  if (node.type == Type::boolean || std::holds_alternative<AsInteger>(node.value)) return {0, 1};
  if (const auto* n = std::get_if<FieldValue>(&node.value)) return {0, kFields[n->field].maximum};
  if (const auto* n = std::get_if<SliceValue>(&node.value))
    return n->bytes < 8 ? Range{0, (std::int64_t{1} << 8 * n->bytes) - 1} : kFull;
  if (const auto* n = std::get_if<VariableValue>(&node.value))
    return {variables[n->variable].minimum, variables[n->variable].maximum};
  if (const auto* n = std::get_if<Arithmetic>(&node.value))
    return combine(n->op, range_of(nodes, variables, n->lhs), range_of(nodes, variables, n->rhs));
  if (const auto* n = std::get_if<Conditional>(&node.value)) {
    const Range a = range_of(nodes, variables, n->then_value);
    const Range b = range_of(nodes, variables, n->else_value);
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
  }
  return kFull;
}

}  // namespace

Range value_range(const Tree& tree, std::span<const VariableDeclaration> variables, NodeId id) {
  return range_of(tree, variables, id);
}

Range value_range(const CheckedFilter& filter, NodeId id) {
  return range_of(filter, filter.variables, id);
}

std::optional<bool> decide(ComparisonOp op, const Range& lhs, const Range& rhs) {
  switch (op) {
    case ComparisonOp::equal:
      if (lhs.high < rhs.low || rhs.high < lhs.low) return false;
      if (lhs.low == lhs.high && lhs == rhs) return true;
      return std::nullopt;
    case ComparisonOp::less:
      if (lhs.high < rhs.low) return true;
      if (lhs.low >= rhs.high) return false;
      return std::nullopt;
    case ComparisonOp::less_equal:
      if (lhs.high <= rhs.low) return true;
      if (lhs.low > rhs.high) return false;
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace fwc
