// SPDX-License-Identifier: MIT
// What conditions are about, each thing once; see effects.h.
#include <algorithm>

#include "compiler/check/fold.h"
#include "compiler/check/ranges.h"
#include "compiler/check/reasoning/effects.h"
#include "compiler/check/reasoning/enumerate.h"
#include "compiler/check/reasoning/numbers.h"
#include "compiler/check/reasoning/values.h"

namespace fwc {

EffectFinder::EffectFinder(const CheckedFilter& filter)
    : filter_(filter),
      numbers_(number_values(filter)),
      known_(numbers_.size()),
      about_classes_(numbers_.size()),
      subject_by_key_(kFields.size() + numbers_.size()) {}

Subject EffectFinder::make_subject(const ValueSet& values, std::optional<ClassSetId> present) {
  const SetId id = pool_.add(values);
  return {.everything = id, .universe = {id, id, id}, .present = present};
}

SubjectId EffectFinder::subject_for(std::uint32_t key, Subject subject) {
  auto& known = subject_by_key_[key];
  if (known) return *known;
  subjects_.push_back(std::move(subject));
  return *(known = static_cast<SubjectId>(subjects_.size() - 1));
}

SubjectId EffectFinder::field_subject(FieldIndex field) {
  const FieldRow& row = kFields[field];
  if (const auto& known = subject_by_key_[field]) return *known;
  ValueSet values = row.type == Type::address ? all_addresses()
                                              : integers(0, std::max<std::int64_t>(1, row.maximum));
  if (is_small_field(field)) {
    values = {};
    for (const std::int64_t value : values_of(field)) values.integers.push_back({value, value});
    values = canonical(std::move(values));
  }
  const auto present = where_present(row);
  Subject subject =
      make_subject(values, present ? std::optional(class_pool_.add(*present)) : std::nullopt);
  if (std::holds_alternative<InHeader>(row_of_presence(row).source)) {
    // An address in the header of a packet is of the packet's family.
    ValueSet of_ipv4 = values;
    of_ipv4.ipv6.clear();
    values.ipv4.clear();
    subject.universe[static_cast<std::size_t>(Network::ipv4)] = pool_.add(std::move(of_ipv4));
    subject.universe[static_cast<std::size_t>(Network::ipv6)] = pool_.add(std::move(values));
  }
  return subject_for(field, std::move(subject));
}

SubjectId EffectFinder::value_subject(NodeId value) {
  if (const auto* field = std::get_if<FieldValue>(&filter_.at(value).value))
    return field_subject(field->field);
  const auto key = static_cast<std::uint32_t>(kFields.size()) + numbers_[value];
  if (filter_.at(value).type == Type::address)
    return subject_for(key, make_subject(all_addresses(), std::nullopt));
  const auto [low, high] = value_range(filter_, value);
  return subject_for(key, make_subject(integers(low, high), std::nullopt));
}

SubjectId EffectFinder::truth_subject(NodeId condition) {
  const auto key = static_cast<std::uint32_t>(kFields.size()) + numbers_[condition];
  if (const auto& known = subject_by_key_[key]) return *known;
  return subject_for(key, make_subject(integers(0, 1), ClassSetPool::kAll));
}

}  // namespace fwc
