// SPDX-License-Identifier: MIT
// Chooses the fields and guards that most clauses ask, and makes vectors of the clauses that ask no
// others.
#include "compiler/plan/classifier.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "compiler/check/reasoning/values.h"
#include "compiler/plan/clauses.h"

namespace fwc::plan {

namespace {

constexpr std::size_t kWorthVectors = 48;       ///< clauses that cost as much one by one
constexpr std::size_t kMostClauses = 2048;      ///< tables grow with their square
constexpr std::size_t kMostTogether = 1 << 13;  ///< intervals; so vectors have numbers of 16 bits
/// Of a condition; a larger set has an index of its own.
constexpr std::size_t kMostIntervals = 256;
constexpr std::size_t kMostConditions = 1 << 14;  ///< in the clauses of one of those classified
/// The same for each that was written. Among many a clause costs less than an instruction, alone a
/// condition costs some ten; above that the product would be the larger program.
constexpr std::size_t kMostMultiplied = 64;
constexpr std::size_t kMostFields = 6;
constexpr std::size_t kMostGuards = 7;
constexpr std::int64_t kLargestNumber = std::int64_t{1} << 62;

using Meaning = decltype(Guard::meaning);

bool can_be_classified(const CheckedFilter& filter, const Clause& clause) {
  const bool asks = !clause.guards.empty() || !clause.atoms.empty();
  return asks && std::ranges::all_of(clause.atoms, [&](const Atom& atom) {
           const FieldRow& row = kFields[atom.field];
           const bool has_classes = row.type == Type::address ||
                                    (row.type == Type::integer && row.maximum < kLargestNumber);
           return has_classes && interval_count(filter, atom) <= kMostIntervals;
         });
}

/// The keys that most clauses have, at most so many.
template <typename Key>
std::set<Key> most_frequent(const std::map<Key, std::size_t>& counts, std::size_t most) {
  std::vector<std::pair<std::size_t, Key>> by_count;
  for (const auto& [key, count] : counts) by_count.emplace_back(count, key);
  std::ranges::sort(by_count, std::greater<>());
  std::set<Key> kept;
  for (std::size_t i = 0; i < std::min(most, by_count.size()); ++i) kept.insert(by_count[i].second);
  return kept;
}

std::size_t interval_count(const CheckedFilter& filter, const Clause& clause) {
  std::size_t count = 0;
  for (const Atom& atom : clause.atoms) count += interval_count(filter, atom);
  return count;
}

class Builder {
 public:
  Builder(const CheckedFilter& filter, std::span<const Clause> clauses)
      : filter_(filter), clauses_(clauses) {}

  Classifier run() && {
    made_.first = clauses_.front().id;
    made_.width = (clauses_.size() + 63) / 64;
    add_guards();
    std::set<FieldIndex> fields;
    for (const Clause& clause : clauses_)
      for (const Atom& atom : clause.atoms) fields.insert(atom.field);
    for (const FieldIndex field : fields) add_dimension(field);
    return std::move(made_);
  }

 private:
  static void set_bit(std::uint64_t* vector, std::size_t bit) {
    vector[bit / 64] |= std::uint64_t{1} << bit % 64;
  }

  void add_guards() {
    std::map<Meaning, std::size_t> places;
    for (const Clause& clause : clauses_)
      for (const Guard& guard : clause.guards)
        if (places.try_emplace(guard.meaning, places.size()).second)
          made_.guards.push_back(guard.node);
    if (made_.guards.empty()) return;
    made_.by_guards.resize(made_.width << made_.guards.size());
    for (std::size_t i = 0; i < clauses_.size(); ++i) {
      std::size_t needed = 0;
      for (const Guard& guard : clauses_[i].guards)
        needed |= std::size_t{1} << places.at(guard.meaning);
      for (std::size_t truths = 0; truths < std::size_t{1} << made_.guards.size(); ++truths)
        if ((needed & ~truths) == 0) set_bit(&made_.by_guards[truths * made_.width], i);
    }
  }

  void add_dimension(FieldIndex field) {
    sets::BitVector base(made_.width);
    std::vector<sets::Turned<std::uint64_t>> numbers, ipv4;
    std::vector<sets::Turned<U128>> ipv6;
    for (std::uint32_t i = 0; i < clauses_.size(); ++i) {
      const Clause& clause = clauses_[i];
      const bool by_absence = holds_without(clause, field);
      if (by_absence) set_bit(base.data(), i);
      if (std::ranges::find(clause.atoms, field, &Atom::field) == clause.atoms.end()) continue;
      ValueSet values = values_of(filter_, clause, field);
      if (by_absence) values = difference(domain_of(field), values);
      for (const auto& [low, high] : values.integers)
        numbers.push_back({{static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high)}, i});
      for (const auto& [low, high] : values.ipv4) ipv4.push_back({{low, high}, i});
      for (const auto& each : values.ipv6) ipv6.push_back({each, i});
    }
    Dimension& made = made_.dimensions.emplace_back(Dimension{.field = field});
    made.vectors.add(base);
    made.numbers = sets::classify(numbers, base, made.vectors);
    made.ipv4 = sets::classify(ipv4, base, made.vectors);
    made.ipv6 = sets::classify(ipv6, base, made.vectors);
  }

  const CheckedFilter& filter_;
  std::span<const Clause> clauses_;
  Classifier made_{};
};

/// What most clauses ask; the others are no candidates.
class Candidates {
 public:
  void count(const Clause& clause) {
    for (const Atom& atom : clause.atoms) ++field_counts_[atom.field];
    for (const Guard& guard : clause.guards) ++guard_counts_[guard.meaning];
  }

  void choose() {
    fields_ = most_frequent(field_counts_, kMostFields);
    guards_ = most_frequent(guard_counts_, kMostGuards);
  }

  bool contain(const std::vector<Clause>& clauses) const {
    return std::ranges::all_of(clauses, [&](const Clause& clause) { return contain(clause); });
  }

 private:
  bool contain(const Clause& clause) const {
    return std::ranges::all_of(
               clause.guards,
               [&](const Guard& guard) { return guards_.contains(guard.meaning); }) &&
           std::ranges::all_of(clause.atoms,
                               [&](const Atom& atom) { return fields_.contains(atom.field); });
  }

  std::map<FieldIndex, std::size_t> field_counts_;
  std::map<Meaning, std::size_t> guard_counts_;
  std::set<FieldIndex> fields_;
  std::set<Meaning> guards_;
};

/// How many conditions a condition is written with.
std::size_t written_count(const CheckedFilter& filter, NodeId id) {
  const auto* logical = std::get_if<Logical>(&filter.at(id).value);
  if (logical == nullptr) return 1;
  std::size_t count = 0;
  for (const NodeId operand : logical->operands) count += written_count(filter, operand);
  return count;
}

std::size_t interval_count(const CheckedFilter& filter, const std::vector<Clause>& clauses) {
  std::size_t count = 0;
  for (const Clause& clause : clauses) count += interval_count(filter, clause);
  return count;
}

/// The clauses of a condition; nothing where one of them cannot be classified, or not all together.
std::optional<std::vector<Clause>> classifiable(const CheckedFilter& filter, NodeId id) {
  const std::size_t most = std::min(kMostMultiplied * written_count(filter, id), kMostConditions);
  auto clauses = clauses_of(filter, id, most);
  if (!clauses || clauses->size() > kMostClauses ||
      interval_count(filter, *clauses) > kMostTogether ||
      !std::ranges::all_of(*clauses,
                           [&](const Clause& clause) { return can_be_classified(filter, clause); }))
    return std::nullopt;
  return clauses;
}

/// Rules that are asked one after the other, while they can be classified.
class Runs {
 public:
  Runs(const CheckedFilter& filter, const Policy& policy) : filter_(filter), policy_(policy) {}

  void add(std::size_t rule, std::vector<Clause>&& clauses) {
    const std::size_t intervals = interval_count(filter_, clauses);
    if (clauses_.size() + clauses.size() > kMostClauses || intervals_ + intervals > kMostTogether)
      end();
    intervals_ += intervals;
    places_.push_back(rule);
    const bool allows = policy_.rules[rule].action == RuleAction::allow;
    decisions_.insert(decisions_.end(), clauses.size(),
                      static_cast<std::uint32_t>(rule << 1 | (allows ? 1 : 0)));
    std::ranges::move(clauses, std::back_inserter(clauses_));
  }

  void add_alone(std::size_t rule) {
    end();
    steps_.emplace_back(rule);
  }

  std::vector<Step> take() && {
    end();
    return std::move(steps_);
  }

 private:
  void end() {
    if (clauses_.size() >= kWorthVectors)
      steps_.emplace_back(RuleRun{Builder(filter_, clauses_).run(), std::move(decisions_)});
    else
      steps_.insert(steps_.end(), places_.begin(), places_.end());
    clauses_.clear();
    intervals_ = 0;
    places_.clear();
    decisions_.clear();
  }

  const CheckedFilter& filter_;
  const Policy& policy_;
  std::vector<Step> steps_;
  std::vector<Clause> clauses_;
  std::size_t intervals_ = 0;
  std::vector<std::size_t> places_;
  std::vector<std::uint32_t> decisions_;
};

}  // namespace

std::vector<Classifier> take_classifiers(const CheckedFilter& filter,
                                         std::vector<NodeId>& operands) {
  if (operands.size() < kWorthVectors) return {};
  std::map<NodeId, std::vector<Clause>> of_operands;
  Candidates candidates;
  for (const NodeId id : operands) {
    auto clauses = classifiable(filter, id);
    if (!clauses) continue;
    for (const Clause& clause : *clauses) candidates.count(clause);
    of_operands.emplace(id, *std::move(clauses));
  }
  candidates.choose();
  std::erase_if(of_operands, [&](const auto& each) { return !candidates.contain(each.second); });
  std::vector<Clause> clauses;
  for (auto& [id, more] : of_operands) std::ranges::move(more, std::back_inserter(clauses));
  if (clauses.size() < kWorthVectors) return {};
  std::erase_if(operands, [&](NodeId id) { return of_operands.contains(id); });
  std::vector<Classifier> made;
  for (std::span<const Clause> rest = clauses; !rest.empty();) {
    std::size_t count = 0;
    std::size_t intervals = 0;
    for (; count < std::min(rest.size(), kMostClauses); ++count) {
      intervals += interval_count(filter, rest[count]);
      if (intervals > kMostTogether) break;
    }
    made.push_back(Builder(filter, rest.first(count)).run());
    rest = rest.subspan(count);
  }
  return made;
}

std::vector<Step> steps_of(const CheckedFilter& filter, const Policy& policy,
                           const std::vector<std::size_t>& asked) {
  if (asked.size() < kWorthVectors) return {asked.begin(), asked.end()};
  std::vector<std::optional<std::vector<Clause>>> clauses;
  Candidates candidates;
  for (const std::size_t rule : asked) {
    const bool decides = policy.rules[rule].action != RuleAction::count;
    auto& of_rule = clauses.emplace_back();
    if (decides) of_rule = classifiable(filter, policy.rules[rule].condition);
    if (of_rule)
      for (const Clause& clause : *of_rule) candidates.count(clause);
  }
  candidates.choose();
  Runs runs(filter, policy);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (clauses[i] && candidates.contain(*clauses[i]))
      runs.add(asked[i], *std::move(clauses[i]));
    else
      runs.add_alone(asked[i]);
  }
  return std::move(runs).take();
}

}  // namespace fwc::plan
