// SPDX-License-Identifier: MIT
// Conditions to effects; see effects.h. Whatever no function here recognizes has a truth of its own
// and nothing else.
#include "compiler/check/reasoning/effects.h"

#include <algorithm>
#include <limits>

#include "compiler/check/fold.h"
#include "compiler/check/reasoning/enumerate.h"
#include "compiler/check/reasoning/values.h"

namespace fwc {

namespace {

// A larger set is known by its ends and its truth only.
constexpr std::size_t kMostIntervals = 64;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

const WalkResult* walk_result(FieldIndex field) {
  return std::get_if<WalkResult>(&kFields[field].source);
}

/// The numbers on one side of a constant.
ValueSet side_of(ComparisonOp op, std::int64_t c, bool value_first) {
  if (op == ComparisonOp::equal) return integers(c, c);
  const std::int64_t step = op == ComparisonOp::less ? 1 : 0;
  if (step == 1 && c == (value_first ? kLeast : kMost)) return {};
  return value_first ? integers(kLeast, c - step) : integers(c + step, kMost);
}

/// Whether the classes tell the value of the field.
bool is_told_by_classes(FieldIndex field) {
  const WalkResult* walk = walk_result(field);
  return walk != nullptr && (*walk == WalkResult::protocol || *walk == WalkResult::fragment ||
                             *walk == WalkResult::first_fragment);
}

std::int64_t value_in_class(WalkResult result, Part part, std::size_t protocol) {
  if (result == WalkResult::protocol) return static_cast<std::int64_t>(protocol);
  if (result == WalkResult::fragment) return part == Part::whole ? 0 : 1;
  return part == Part::first_fragment ? 1 : 0;
}

/// The classes for which a condition on such a field holds.
ClassSet classes_where(const CheckedFilter& filter, NodeId condition, FieldIndex field) {
  std::array<bool, kProtocolNumbers> holds{};
  for (const std::int64_t value : values_of(field))
    holds[static_cast<std::size_t>(value)] =
        value_for(filter, condition, field, value).value_or(0) != 0;
  ClassSet set;
  for (const Part part : {Part::whole, Part::first_fragment, Part::later_fragment})
    for (std::size_t protocol = 0; protocol < kProtocolNumbers; ++protocol) {
      const auto value = value_in_class(*walk_result(field), part, protocol);
      if (!holds[static_cast<std::size_t>(value)]) continue;
      set[Network::ipv4].set(class_of(part, protocol));
      set[Network::ipv6].set(class_of(part, protocol));
    }
  if (value_for(filter, condition, field, std::nullopt).value_or(0) != 0)
    set[Network::other] = all_kinds()[Network::other];
  return set;
}

bool is_of_payload(const CheckedFilter& filter, NodeId id) {
  return std::holds_alternative<SliceValue>(filter.at(id).value) ||
         std::holds_alternative<SliceEquals>(filter.at(id).value);
}

const FieldValue* field_at(const CheckedFilter& filter, NodeId id) {
  return std::get_if<FieldValue>(&filter.at(id).value);
}

/// Whether values of that type are kept as intervals here.
bool has_intervals(const CheckedFilter& filter, NodeId id) {
  const Type type = filter.at(id).type;
  return type == Type::integer || type == Type::address;
}

bool is_constant(const CheckedFilter& filter, NodeId id) {
  const auto& value = filter.at(id).value;
  return std::holds_alternative<IntegerConstant>(value) ||
         std::holds_alternative<BooleanConstant>(value) ||
         std::holds_alternative<AddressConstant>(value);
}

}  // namespace

ClassEffect EffectFinder::exactly(const ClassSet& where_true) {
  return {.classes = {class_pool_.add(complement(where_true)), class_pool_.add(where_true)}};
}

const Effects& EffectFinder::effects(NodeId condition) {
  auto& known = known_[numbers_[condition]];
  if (!known) known = find(condition);
  return *known;
}

bool EffectFinder::is_about_classes(NodeId condition) {
  auto& known = about_classes_[numbers_[condition]];
  if (!known) known = find_about_classes(condition);
  return *known;
}

bool EffectFinder::find_about_classes(NodeId condition) {
  const auto& value = filter_.at(condition).value;
  if (const auto* n = std::get_if<Not>(&value)) return is_about_classes(n->operand);
  if (const auto* n = std::get_if<Logical>(&value))
    return std::ranges::all_of(n->operands, [&](NodeId id) { return is_about_classes(id); });
  if (const FieldValue* n = field_at(filter_, condition))
    return std::holds_alternative<HasLayer>(kFields[n->field].source) ||
           walk_result(n->field) != nullptr;
  const auto field = only_small_field(filter_, condition);
  if (field && is_told_by_classes(*field)) return true;
  const auto* n = std::get_if<Comparison>(&value);
  const FieldValue* offset = n == nullptr ? nullptr : field_at(filter_, n->lhs);
  return offset != nullptr && walk_result(offset->field) != nullptr;
}

Effects EffectFinder::find(NodeId condition) {
  Effects out;
  const auto& value = filter_.at(condition).value;
  if (const auto* n = std::get_if<BooleanConstant>(&value)) {
    out.of_classes.push_back(exactly(n->value ? all_kinds() : ClassSet{}));
    return out;
  }
  if (const FieldValue* n = field_at(filter_, condition))
    if (add_test(*n, out)) return out;
  if (const auto field = only_small_field(filter_, condition))
    return of_small_field(condition, *field);
  if (const auto* n = std::get_if<Member>(&value);
      n != nullptr && has_intervals(filter_, n->value)) {
    add_values(n->value, filter_.sets[n->set], out);
    if (interval_count(filter_.sets[n->set]) <= kMostIntervals) return out;
  } else if (const auto* number = std::get_if<AsBoolean>(&value)) {
    add_values(number->operand, difference(integers(kLeast, kMost), integers(0, 0)), out);
    return out;
  } else if (add_comparison(condition, out)) {
    return out;
  }
  add_truth(condition, out);
  return out;
}

/// Tests of a protocol, and of the direction, which is one or the other.
bool EffectFinder::add_test(const FieldValue& test, Effects& out) {
  const FieldSource& source = kFields[test.field].source;
  if (const auto* layers = std::get_if<HasLayer>(&source)) {
    ClassSet any;
    for (std::size_t i = 0; i < layers->count; ++i) any = unite(any, with_layer(layers->any[i]));
    out.of_classes.push_back(exactly(any));
    return true;
  }
  const auto* direction = std::get_if<IsDirection>(&source);
  if (direction == nullptr) return false;
  out.of_values.push_back(this->direction(direction->ingress));
  return true;
}

/// One subject for both: whether it is the direction that the first of the tests is about.
ValueEffect EffectFinder::direction(bool ingress) {
  const auto first = std::ranges::find_if(
      kFields, [](const FieldRow& f) { return std::holds_alternative<IsDirection>(f.source); });
  const bool same = std::get<IsDirection>(first->source).ingress == ingress;
  ValueEffect effect{.subject = field_subject(static_cast<FieldIndex>(first - kFields.begin())),
                     .values = truth_values_,
                     .absent = {false, false}};
  if (!same) std::swap(effect.values[0], effect.values[1]);
  return effect;
}

Effects EffectFinder::of_small_field(NodeId condition, FieldIndex whole) {
  Effects out;
  if (is_told_by_classes(whole)) {
    out.of_classes.push_back(exactly(classes_where(filter_, condition, whole)));
    return out;
  }
  std::array<ValueSet, 2> values;
  for (const std::int64_t value : values_of(whole)) {
    const bool holds = value_for(filter_, condition, whole, value).value_or(0) != 0;
    values[holds].integers.push_back({value, value});
  }
  const bool if_absent = value_for(filter_, condition, whole, std::nullopt).value_or(0) != 0;
  out.of_values.push_back({.subject = field_subject(whole),
                           .values = {pool_.add(canonical(std::move(values[0]))),
                                      pool_.add(canonical(std::move(values[1])))},
                           .absent = {!if_absent, if_absent}});
  return out;
}

bool EffectFinder::add_comparison(NodeId condition, Effects& out) {
  const auto* n = std::get_if<Comparison>(&filter_.at(condition).value);
  if (n == nullptr || is_constant(filter_, n->lhs) == is_constant(filter_, n->rhs)) return false;
  const bool value_first = is_constant(filter_, n->rhs);
  const NodeId value = value_first ? n->lhs : n->rhs;
  const auto& constant = filter_.at(value_first ? n->rhs : n->lhs).value;
  if (const auto* address = std::get_if<AddressConstant>(&constant))
    add_values(value, only(address->value), out);
  else if (const auto* number = std::get_if<IntegerConstant>(&constant))
    add_values(value, side_of(n->op, number->value, value_first), out);
  else
    return false;
  return true;
}

void EffectFinder::add_values(NodeId value, const ValueSet& wanted, Effects& out) {
  const SubjectId id = value_subject(value);
  const ValueSet& everything = pool_.at(subjects_[id].everything);
  const bool exact = interval_count(wanted) <= kMostIntervals;
  const ValueEffect effect{
      .subject = id,
      .values = {pool_.add(exact ? difference(everything, wanted) : everything),
                 pool_.add(intersection(everything, exact ? wanted : hull(wanted)))},
      .absent = {true, false}};
  add_fragments(value, effect, out);
  add_presence(value, out);
  out.of_values.push_back(effect);
}

/// The offset of a later fragment is not 0, that of any other packet is.
void EffectFinder::add_fragments(NodeId value, const ValueEffect& offset, Effects& out) {
  const FieldValue* field = field_at(filter_, value);
  const WalkResult* walk = field == nullptr ? nullptr : walk_result(field->field);
  if (walk == nullptr || *walk != WalkResult::fragment_offset) return;
  std::array<ClassSet, 2> classes = {all_kinds(), all_kinds()};
  for (std::size_t outcome = 0; outcome < 2; ++outcome)
    for (const Network network : {Network::ipv4, Network::ipv6})
      for (const Part part : {Part::whole, Part::first_fragment, Part::later_fragment}) {
        const ValueSet possible =
            part == Part::later_fragment ? integers(1, kMost) : integers(0, 0);
        if (!is_empty(intersection(pool_.at(offset.values[outcome]), possible))) continue;
        for (std::size_t protocol = 0; protocol < kProtocolNumbers; ++protocol)
          classes[outcome][network].reset(class_of(part, protocol));
      }
  out.of_classes.push_back({.classes = {class_pool_.add(classes[0]), class_pool_.add(classes[1])}});
}

/// What a packet has that has the value.
void EffectFinder::add_presence(NodeId value, Effects& out) {
  if (const FieldValue* n = field_at(filter_, value)) {
    if (const auto present = subjects_[field_subject(n->field)].present)
      out.of_classes.push_back({.classes = {ClassSetPool::kAll, *present}});
  } else if (is_of_payload(filter_, value)) {
    out.of_classes.push_back({.classes = {ClassSetPool::kAll, class_pool_.add(where_payload())}});
  } else if (const auto* arithmetic = std::get_if<Arithmetic>(&filter_.at(value).value)) {
    add_presence(arithmetic->lhs, out);
    add_presence(arithmetic->rhs, out);
  }
}

ValueEffect EffectFinder::truth(NodeId condition) {
  return {.subject = truth_subject(condition), .values = truth_values_, .absent = {false, false}};
}

void EffectFinder::add_truth(NodeId condition, Effects& out) {
  out.of_values.push_back(truth(condition));
  if (const auto* n = std::get_if<Comparison>(&filter_.at(condition).value)) {
    add_presence(n->lhs, out);
    add_presence(n->rhs, out);
  } else if (field_at(filter_, condition) != nullptr || is_of_payload(filter_, condition)) {
    add_presence(condition, out);
  }
}

}  // namespace fwc
