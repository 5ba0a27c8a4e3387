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
#include "compiler/check/reasoning/set_pool.h"

namespace fwc {

using SubjectId = std::uint32_t;

/// What has values: a field, or what was calculated of fields and is no further understood.
struct Subject {
  SetId everything = SetPool::kEmpty;         ///< every value it can have
  std::array<SetId, kNetworkKinds> universe;  ///< those by network
  std::optional<ClassSetId> present;          ///< nothing where the classes do not tell
};

/// By the outcome of the condition: [0] where it is false, [1] where it is true.
struct ClassEffect {
  std::array<ClassSetId, 2> classes;
};
struct ValueEffect {
  SubjectId subject;
  std::array<SetId, 2> values;  ///< of a packet that has the subject
  std::array<bool, 2> absent;   ///< whether a packet without it comes to that outcome
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
  /// That a program is for ingress, or for egress.
  ValueEffect direction(bool ingress);
  const Subject& subject(SubjectId id) const { return subjects_[id]; }
  /// Whether the condition asks for nothing but classes: a protocol, a family, a fragment.
  bool is_about_classes(NodeId condition);
  SetPool& pool() { return pool_; }
  const ClassSet& classes(ClassSetId id) const { return class_pool_.at(id); }

 private:
  bool find_about_classes(NodeId condition);
  Subject make_subject(const ValueSet& values, std::optional<ClassSetId> present);
  ClassEffect exactly(const ClassSet& where_true);
  SubjectId subject_for(std::uint32_t key, Subject subject);
  SubjectId field_subject(FieldIndex field);
  SubjectId value_subject(NodeId value);
  SubjectId truth_subject(NodeId condition);

  Effects find(NodeId condition);
  Effects of_small_field(NodeId condition, FieldIndex whole);
  bool add_test(const FieldValue& test, Effects& out);
  bool add_comparison(NodeId condition, Effects& out);
  void add_values(NodeId value, const ValueSet& wanted, Effects& out);
  void add_fragments(NodeId value, const ValueEffect& offset, Effects& out);
  void add_truth(NodeId condition, Effects& out);
  void add_presence(NodeId value, Effects& out);

  const CheckedFilter& filter_;
  std::vector<std::uint32_t> numbers_;
  std::vector<std::optional<Effects>> known_;             ///< by number
  std::vector<std::optional<bool>> about_classes_;        ///< by number
  std::vector<std::optional<SubjectId>> subject_by_key_;  ///< fields, then numbers
  std::vector<Subject> subjects_;
  SetPool pool_;
  ClassSetPool class_pool_;
  std::array<SetId, 2> truth_values_ = {pool_.add(integers(0, 0)), pool_.add(integers(1, 1))};
};

}  // namespace fwc
