// SPDX-License-Identifier: MIT
// What a condition says of a packet where it is true and where it is false, in terms that can be
// put together: the classes the packet can be of, and the values that a subject can have. All of it
// is necessary and none of it need be sufficient, so that a condition that is not understood simply
// says little.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/check/reasoning/classes.h"

namespace fwc {

using SubjectId = std::uint32_t;

/// What has values: a field, or what was calculated of fields and is no further understood.
struct Subject {
  std::array<ValueSet, kNetworks> universe;  ///< every value it can have, by network
  std::optional<ClassSet> present;           ///< nothing where the classes do not tell
};

/// By the outcome of the condition: [0] where it is false, [1] where it is true.
struct ClassEffect {
  std::array<ClassSet, 2> classes;
};
struct ValueEffect {
  SubjectId subject;
  std::array<ValueSet, 2> values;  ///< of a packet that has the subject
  std::array<bool, 2> absent;      ///< whether a packet without it comes to that outcome
};
struct Effects {
  std::vector<ClassEffect> of_classes;
  std::vector<ValueEffect> of_values;
};

/// Finds the effects of the conditions of a filter that are no `!`, `&&`, `||`, `^^` or `?:`, each
/// kind once.
class EffectFinder {
 public:
  explicit EffectFinder(const CheckedFilter& filter);

  const Effects& effects(NodeId condition);
  /// That a condition of any kind is true, or false.
  ValueEffect truth(NodeId condition);
  const Subject& subject(SubjectId id) const { return subjects_[id]; }
  /// Whether the condition asks for nothing but classes: a protocol, a family, a fragment.
  bool is_about_classes(NodeId condition) const;

 private:
  SubjectId subject_for(std::uint32_t key, Subject subject);
  SubjectId field_subject(FieldIndex field);
  SubjectId value_subject(NodeId value);
  SubjectId truth_subject(NodeId condition);

  Effects find(NodeId condition);
  Effects of_small_field(NodeId condition, FieldIndex whole);
  bool add_test(const FieldValue& test, Effects& out);
  bool add_comparison(NodeId condition, Effects& out);
  void add_values(NodeId value, const ValueSet& wanted, Effects& out);
  void add_fragments(NodeId value, const ValueEffect& offset, Effects& out) const;
  void add_truth(NodeId condition, Effects& out);
  void add_presence(NodeId value, Effects& out) const;

  const CheckedFilter& filter_;
  std::vector<std::uint32_t> numbers_;
  std::vector<std::optional<Effects>> known_;             ///< by number
  std::vector<std::optional<SubjectId>> subject_by_key_;  ///< fields, then numbers
  std::vector<Subject> subjects_;
};

}  // namespace fwc
