// SPDX-License-Identifier: MIT
// The filter's arithmetic on the values of one field; see enumerate.h.
#include "compiler/check/reasoning/enumerate.h"

#include <algorithm>
#include <array>

#include "compiler/check/fold.h"

namespace fwc {

namespace {

constexpr std::int64_t kMostValues = 256;
constexpr std::size_t kMostNodes = 64;  // below one condition

using Value = std::optional<std::int64_t>;

const InHeader* header_of(FieldIndex field) {
  return std::get_if<InHeader>(&kFields[field].source);
}

constexpr bool is_in_header(FieldIndex field) {
  return std::holds_alternative<InHeader>(kFields[field].source);
}

/// How many bits of `whole` stand to the right of `part`, where it lies in it whole.
constexpr std::optional<unsigned> bits_behind(const HeaderBits& part, const HeaderBits& whole) {
  if (part.layer != whole.layer || part.scale != 1 || whole.scale != 1) return std::nullopt;
  if (part.bit < whole.bit || part.bit + part.bits > whole.bit + whole.bits) return std::nullopt;
  return whole.bit + whole.bits - part.bit - part.bits;
}

constexpr std::optional<unsigned> shift_in(FieldIndex part, FieldIndex whole) {
  // Not std::get_if: its test for null is no constant expression to GCC 12 under UBSan.
  if (!is_in_header(part) || !is_in_header(whole)) return std::nullopt;
  const InHeader& inner = std::get<InHeader>(kFields[part].source);
  const InHeader& outer = std::get<InHeader>(kFields[whole].source);
  if (inner.count != outer.count) return std::nullopt;
  const auto shift = bits_behind(inner.at[0], outer.at[0]);
  if (inner.count == 2 && bits_behind(inner.at[1], outer.at[1]) != shift) return std::nullopt;
  return shift;
}

constexpr bool is_small(const FieldRow& row) {
  if (std::holds_alternative<HasLayer>(row.source) ||
      std::holds_alternative<IsDirection>(row.source))
    return false;
  return (row.type == Type::boolean || row.type == Type::integer) && row.maximum < kMostValues;
}

consteval std::array<FieldIndex, kFields.size()> whole_fields() {
  std::array<FieldIndex, kFields.size()> whole{};
  for (FieldIndex field = 0; field < kFields.size(); ++field) {
    whole[field] = field;
    for (FieldIndex i = 0; i < kFields.size(); ++i)
      if (is_small(kFields[i]) && kFields[i].maximum > kFields[whole[field]].maximum &&
          shift_in(field, i))
        whole[field] = i;
  }
  return whole;
}
constexpr auto kWholeFields = whole_fields();

class Values {
 public:
  Values(const CheckedFilter& filter, FieldIndex whole, Value value)
      : filter_(filter), whole_(whole), value_(value) {}

  Value of(NodeId id) const {
    return std::visit([this](const auto& n) { return of(n); }, filter_.at(id).value);
  }

 private:
  bool holds(NodeId id) const { return of(id).value_or(0) != 0; }
  static Value truth(bool value) { return value ? 1 : 0; }

  Value of(const BooleanConstant& n) const { return truth(n.value); }
  Value of(const IntegerConstant& n) const { return n.value; }
  Value of(const FieldValue& n) const {
    if (!value_ || n.field == whole_) return value_;
    const InHeader& part = *header_of(n.field);
    return *value_ >> *shift_in(n.field, whole_) & ((std::int64_t{1} << part.at[0].bits) - 1);
  }
  Value of(const Arithmetic& n) const {
    const Value lhs = of(n.lhs);
    const Value rhs = of(n.rhs);
    return lhs && rhs ? Value(fold(n.op, *lhs, *rhs)) : std::nullopt;
  }
  Value of(const AsInteger& n) const { return of(n.operand); }
  Value of(const AsBoolean& n) const { return truth(holds(n.operand)); }
  Value of(const Comparison& n) const {
    const Value lhs = of(n.lhs);
    const Value rhs = of(n.rhs);
    if (!lhs || !rhs) return 0;
    switch (n.op) {
      case ComparisonOp::equal: return truth(*lhs == *rhs);
      case ComparisonOp::less: return truth(*lhs < *rhs);
      case ComparisonOp::less_equal: return truth(*lhs <= *rhs);
    }
    return 0;
  }
  Value of(const Member& n) const {
    const Value looked_up = of(n.value);
    return truth(looked_up && contains(filter_.sets[n.set], *looked_up));
  }
  Value of(const Not& n) const { return truth(!holds(n.operand)); }
  Value of(const Logical& n) const {
    const auto met = std::ranges::count_if(n.operands, [&](NodeId id) { return holds(id); });
    const auto all = static_cast<std::ptrdiff_t>(n.operands.size());
    return truth(n.op == LogicalOp::all ? met == all : n.op == LogicalOp::any ? met > 0 : met % 2);
  }
  Value of(const Conditional& n) const {
    const NodeId chosen = holds(n.condition) ? n.then_value : n.else_value;
    return filter_.at(chosen).type == Type::boolean ? truth(holds(chosen)) : of(chosen);
  }
  template <typename Other>
  Value of(const Other&) const {
    return std::nullopt;  // not reached: only_small_field() has refused it
  }

  const CheckedFilter& filter_;
  FieldIndex whole_;
  Value value_;
};

/// Looks for the one field, and gives up at the first thing that it may not meet.
class FieldFinder {
 public:
  explicit FieldFinder(const CheckedFilter& filter) : filter_(filter) {}

  std::optional<FieldIndex> run(NodeId id) && { return visit(id) ? found_ : std::nullopt; }

 private:
  bool visit(NodeId id) {
    if (++nodes_ > kMostNodes) return false;
    return std::visit([this](const auto& n) { return look_at(n); }, filter_.at(id).value);
  }
  bool look_at(const BooleanConstant&) { return true; }
  bool look_at(const IntegerConstant&) { return true; }
  bool look_at(const FieldValue& n) {
    const FieldIndex whole = whole_field(n.field);
    if (!is_small_field(whole) || found_.value_or(whole) != whole) return false;
    found_ = whole;
    return true;
  }
  bool look_at(const Arithmetic& n) { return visit(n.lhs) && visit(n.rhs); }
  bool look_at(const AsInteger& n) { return visit(n.operand); }
  bool look_at(const AsBoolean& n) { return visit(n.operand); }
  bool look_at(const Comparison& n) { return visit(n.lhs) && visit(n.rhs); }
  bool look_at(const Member& n) { return visit(n.value); }
  bool look_at(const Not& n) { return visit(n.operand); }
  bool look_at(const Logical& n) {
    return std::ranges::all_of(n.operands, [&](NodeId id) { return visit(id); });
  }
  bool look_at(const Conditional& n) {
    return visit(n.condition) && visit(n.then_value) && visit(n.else_value);
  }
  template <typename Other>
  bool look_at(const Other&) {
    return false;
  }

  const CheckedFilter& filter_;
  std::optional<FieldIndex> found_;
  std::size_t nodes_ = 0;
};

}  // namespace

bool is_small_field(FieldIndex field) {
  return is_small(kFields[field]);
}

FieldIndex whole_field(FieldIndex field) {
  return kWholeFields[field];
}

std::optional<FieldIndex> only_small_field(const CheckedFilter& filter, NodeId id) {
  return FieldFinder(filter).run(id);
}

std::vector<std::int64_t> values_of(FieldIndex whole) {
  const InHeader* header = header_of(whole);
  const std::int64_t step = header == nullptr ? 1 : header->at[0].scale;
  std::vector<std::int64_t> values;
  for (std::int64_t value = 0; value <= kFields[whole].maximum; value += step)
    values.push_back(value);
  return values;
}

std::optional<std::int64_t> value_for(const CheckedFilter& filter, NodeId id, FieldIndex whole,
                                      std::optional<std::int64_t> value) {
  return Values(filter, whole, value).of(id);
}

}  // namespace fwc
