// SPDX-License-Identifier: MIT
// Sorts clauses into groups by what they ask, and makes a set or a table of each group.
#include "compiler/plan/alternatives.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

#include "compiler/check/demands.h"
#include "compiler/check/fold.h"
#include "compiler/plan/clauses.h"
#include "compiler/sets/ipv6_index.h"

namespace fwc::plan {

namespace {

constexpr std::size_t kWorthASet = 2;    ///< clauses
constexpr std::size_t kWorthATable = 8;  ///< a lookup costs as much as so many comparisons
constexpr unsigned kKeyBits = 64;

/// What the clauses of a group have in common.
struct Shape {
  std::pair<int, std::int64_t> guard;
  std::vector<FieldIndex> key;
  FieldIndex inner;
  auto operator<=>(const Shape&) const = default;
};

unsigned bits_of(FieldIndex field) {
  if (kFields[field].type == Type::address) return address_bits(Family::ipv4);
  return static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(kFields[field].maximum)));
}

/// Nothing where more than one field has many values, the others do not fit in a key, or a
/// condition holds where its field is absent.
std::optional<Shape> shape_of(const Clause& clause) {
  if (clause.guards.size() > 1) return std::nullopt;
  std::vector<std::pair<FieldIndex, bool>> fields;  // and whether it has many values
  for (const Atom& atom : clause.atoms) {
    if (atom.negated) return std::nullopt;
    if (fields.empty() || fields.back().first != atom.field) fields.emplace_back(atom.field, true);
    fields.back().second = fields.back().second && !atom.few;
  }
  if (fields.empty()) return std::nullopt;
  const auto many = [](const auto& field) { return field.second; };
  const auto is_address = [](const auto& field) {
    return kFields[field.first].type == Type::address;
  };
  if (std::count_if(fields.begin(), fields.end(), many) > 1) return std::nullopt;
  auto inner = std::find_if(fields.begin(), fields.end(), many);
  if (inner == fields.end()) inner = std::find_if(fields.begin(), fields.end(), is_address);
  if (inner == fields.end()) inner = std::prev(fields.end());
  Shape shape{.guard = {}, .key = {}, .inner = inner->first};
  if (!clause.guards.empty()) shape.guard = clause.guards.front().meaning;
  unsigned bits = 0;
  for (const auto& field : fields) {
    if (field.first == shape.inner) continue;
    shape.key.push_back(field.first);
    bits += bits_of(field.first);
  }
  if (bits > kKeyBits) return std::nullopt;
  return shape;
}

std::optional<NodeId> guard_of(const Clause& clause) {
  return clause.guards.empty() ? std::nullopt : std::optional(clause.guards.front().node);
}

std::vector<std::uint64_t> single_values(const ValueSet& set) {
  std::vector<std::uint64_t> values;
  // By their count: a number after the largest there is not.
  const auto add = [&](std::uint64_t low, std::uint64_t high) {
    for (std::uint64_t i = 0; i <= high - low; ++i) values.push_back(low + i);
  };
  for (const auto& [low, high] : set.integers)
    add(static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high));
  for (const auto& [low, high] : set.ipv4) add(low, high);
  return values;
}

/// The intervals of a table, by type and family.
struct Contents {
  std::vector<sets::KeyedInterval> numbers, ipv4, ipv6_upper, ipv6_lower;

  void add(std::uint64_t key, const ValueSet& values) {
    constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
    for (const auto& [low, high] : values.integers)
      numbers.push_back(
          {{key},
           {static_cast<std::uint64_t>(low) ^ kSign, static_cast<std::uint64_t>(high) ^ kSign}});
    for (const auto& [low, high] : values.ipv4) ipv4.push_back({{key}, {low, high}});
    if (values.ipv6.empty()) return;
    const sets::Halves halves = sets::halves_of(values.ipv6);
    for (const sets::WideInterval& each : halves.upper) ipv6_upper.push_back({{key}, each});
    for (const sets::KeyedInterval& each : halves.lower)
      ipv6_lower.push_back({{key, each.key[0]}, each.numbers});
  }
};

std::optional<sets::KeyedIndex> index_of(std::vector<sets::KeyedInterval>&& intervals,
                                         unsigned key_words) {
  if (intervals.empty()) return std::nullopt;
  return sets::index_keyed(std::move(intervals), key_words);
}

class Grouper {
 public:
  explicit Grouper(const CheckedFilter& filter) : filter_(filter) {}

  std::vector<Alternative> run(const std::vector<NodeId>& operands) && {
    for (const NodeId id : operands) sort_in(id);
    std::vector<Alternative> result;
    for (const Shape* shape : order_) make(*shape, groups_[*shape], result);
    for (Classifier& each : take_classifiers(filter_, rest_)) result.push_back(std::move(each));
    result.insert(result.end(), rest_.begin(), rest_.end());
    return result;
  }

 private:
  void sort_in(NodeId id) {
    const auto* any = std::get_if<Logical>(&filter_.at(id).value);
    if (any != nullptr && any->op == LogicalOp::any) {
      for (const NodeId operand : any->operands) sort_in(operand);
      return;
    }
    auto clause = clause_of(filter_, id);
    const auto shape = clause ? shape_of(*clause) : std::nullopt;
    if (!shape) {
      rest_.push_back(id);
      return;
    }
    const auto [group, is_new] = groups_.try_emplace(*shape);
    if (is_new) order_.push_back(&group->first);
    group->second.push_back(std::move(*clause));
  }

  void make(const Shape& shape, const std::vector<Clause>& clauses,
            std::vector<Alternative>& result) {
    const bool one_field = shape.key.empty();
    if (clauses.size() < (one_field ? kWorthASet : kWorthATable))
      for (const Clause& clause : clauses) rest_.push_back(clause.id);
    else if (one_field)
      add_set(shape, clauses, result);
    else
      add_table(shape, clauses, result);
  }

  void add_set(const Shape& shape, const std::vector<Clause>& clauses,
               std::vector<Alternative>& result) const {
    ValueSet all;
    for (const Clause& clause : clauses) append(all, values_of(filter_, clause, shape.inner));
    if (is_empty(all)) return;
    result.push_back(OneSet{.guard = guard_of(clauses.front()),
                            .first = clauses.front().id,
                            .field = shape.inner,
                            .values = canonical(std::move(all))});
  }

  void add_table(const Shape& shape, const std::vector<Clause>& clauses,
                 std::vector<Alternative>& result) const {
    Keyed table{.guard = guard_of(clauses.front()),
                .first = clauses.front().id,
                .key = {},
                .inner = shape.inner};
    unsigned shift = 0;
    for (const FieldIndex field : shape.key) {
      table.key.push_back({field, shift});
      shift += bits_of(field);
    }
    Contents contents;
    for (const Clause& clause : clauses) add_clause(table, clause, contents);
    table.numbers = index_of(std::move(contents.numbers), 1);
    table.ipv4 = index_of(std::move(contents.ipv4), 1);
    table.ipv6_upper = index_of(std::move(contents.ipv6_upper), 1);
    table.ipv6_lower = index_of(std::move(contents.ipv6_lower), 2);
    result.push_back(std::move(table));
  }

  /// A key for each combination of the few values of its fields.
  void add_clause(const Keyed& table, const Clause& clause, Contents& contents) const {
    std::vector<std::uint64_t> keys{0};
    for (const KeyPart& part : table.key) {
      std::vector<std::uint64_t> longer;
      for (const std::uint64_t value : single_values(values_of(filter_, clause, part.field)))
        for (const std::uint64_t key : keys) longer.push_back(key | value << part.shift);
      keys = std::move(longer);
    }
    const ValueSet inner = values_of(filter_, clause, table.inner);
    for (const std::uint64_t key : keys) contents.add(key, inner);
  }

  const CheckedFilter& filter_;
  std::map<Shape, std::vector<Clause>> groups_;
  std::vector<const Shape*> order_;
  std::vector<NodeId> rest_;
};

}  // namespace

std::vector<Alternative> group(const CheckedFilter& filter, const std::vector<NodeId>& operands) {
  return Grouper(filter).run(operands);
}

}  // namespace fwc::plan
