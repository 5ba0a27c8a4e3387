// SPDX-License-Identifier: MIT
// Tables of sets as constants of bytes: LLVM writes an array of bytes several times as fast as one
// of wider numbers.
#include "compiler/codegen/set_tables.h"

#include <bit>

#include <llvm/IR/Constants.h>

namespace fwc::codegen {

static_assert(std::endian::native == std::endian::little,
              "tables are written as they lie in memory");

/// Constants are unique in their context, so equal tables have one address.
template <typename T>
llvm::GlobalVariable* SetTables::table(const std::vector<T>& numbers) {
  if (numbers.empty()) return nullptr;
  const llvm::StringRef bytes(reinterpret_cast<const char*>(numbers.data()),
                              numbers.size() * sizeof(T));
  llvm::Type* byte = llvm::Type::getInt8Ty(module_.getContext());
  llvm::Constant* data = llvm::ConstantDataArray::getRaw(bytes, bytes.size(), byte);
  llvm::GlobalVariable*& global = tables_[data];
  if (global != nullptr) return global;
  const std::string name = "set" + std::to_string(tables_.size() - 1);
  global = llvm::cast<llvm::GlobalVariable>(module_.getOrInsertGlobal(name, data->getType()));
  global->setInitializer(data);
  global->setConstant(true);
  global->setSection(".rodata");
  global->setAlignment(llvm::Align(8));
  return global;
}

const Ipv4Table& SetTables::ipv4(const std::vector<Interval<std::uint32_t>>& set) {
  if (const auto known = ipv4_.find(&set); known != ipv4_.end()) return known->second;
  sets::Ipv4Index index = sets::index_ipv4(set);
  const std::vector<std::uint64_t> words = std::move(index.words);
  Ipv4Table made{.index = std::move(index), .words = words.size(), .data = table(words)};
  return ipv4_.emplace(&set, std::move(made)).first->second;
}

const std::optional<BitmapTable>& SetTables::bitmap(
    const std::vector<Interval<std::int64_t>>& set) {
  std::optional<BitmapTable>& known = bitmaps_[&set];
  if (known) return known;
  if (const auto made = sets::bitmap(set))
    known = {.first = made->first, .words = made->words.size(), .data = table(made->words)};
  return known;
}

IntervalTable SetTables::interval_table(const sets::IntervalTables& tables) {
  return {.probes = tables.probes,
          .steps = tables.steps,
          .has_nodes = tables.has_nodes,
          .intervals = tables.intervals.size() / 2,
          .entries = tables.directory.size(),
          .records = tables.records.size(),
          .interval_data = table(tables.intervals),
          .directory_data = table(tables.directory),
          .record_data = table(tables.records)};
}

WideTable SetTables::wide_table(const sets::WideIndex& index) {
  return {.root = index.root, .tables = interval_table(index.tables)};
}

const WideTable& SetTables::wide(const std::vector<Interval<std::int64_t>>& set) {
  if (const auto known = wide_.find(&set); known != wide_.end()) return known->second;
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  std::vector<sets::WideInterval> unsigned_set;
  for (const auto& [low, high] : set)
    unsigned_set.push_back(
        {static_cast<std::uint64_t>(low) ^ kSign, static_cast<std::uint64_t>(high) ^ kSign});
  return wide_.emplace(&set, wide_table(sets::index_wide(unsigned_set))).first->second;
}

const Ipv6Table& SetTables::ipv6(const std::vector<Interval<U128>>& set) {
  if (const auto known = ipv6_.find(&set); known != ipv6_.end()) return known->second;
  sets::Ipv6Index index = sets::index_ipv6(set);
  Ipv6Table made{.everything = index.everything, .upper = {}, .lower = {}};
  if (index.upper) made.upper = wide_table(*index.upper);
  if (index.lower) made.lower = keyed_table(*index.lower);
  return ipv6_.emplace(&set, std::move(made)).first->second;
}

KeyedTable SetTables::keyed_table(const sets::KeyedIndex& index) {
  KeyedTable made{.index = {.key_words = index.key_words, .places = index.places},
                  .slots = table(index.slots),
                  .tables = interval_table(index.tables)};
  made.index.factors = index.factors;
  return made;
}

const KeyedTables& SetTables::keyed(const plan::Keyed& keyed) {
  if (const auto known = keyed_.find(&keyed); known != keyed_.end()) return known->second;
  KeyedTables made;
  if (keyed.numbers) made.numbers = keyed_table(*keyed.numbers);
  if (keyed.ipv4) made.ipv4 = keyed_table(*keyed.ipv4);
  if (keyed.ipv6_upper) made.ipv6_upper = keyed_table(*keyed.ipv6_upper);
  if (keyed.ipv6_lower) made.ipv6_lower = keyed_table(*keyed.ipv6_lower);
  return keyed_.emplace(&keyed, std::move(made)).first->second;
}

template <typename T>
ClassTable SetTables::class_table(const sets::Classes<T>& classes) {
  return {
      .steps = classes.steps, .before = table(classes.before), .vectors = table(classes.vectors)};
}

const ClassifierTables& SetTables::classifier(const plan::Classifier& classifier) {
  const auto [known, is_new] = classifiers_.try_emplace(&classifier);
  ClassifierTables& made = known->second;
  if (!is_new) return made;
  made.by_guards = table(classifier.by_guards);
  for (const plan::Dimension& each : classifier.dimensions)
    made.dimensions.push_back({.numbers = class_table(each.numbers),
                               .ipv4 = class_table(each.ipv4),
                               .ipv6 = class_table(each.ipv6),
                               .count = each.vectors.count(),
                               .vectors = table(each.vectors.words())});
  return made;
}

const std::vector<plan::Step>& SetTables::steps(const CheckedFilter& filter, const Policy& policy,
                                                const std::vector<std::size_t>& asked) {
  const auto [known, is_new] = steps_.try_emplace(&policy);
  if (is_new) known->second = plan::steps_of(filter, policy, asked);
  return known->second;
}

const RunTables& SetTables::run(const plan::RuleRun& run) {
  const auto [known, is_new] = runs_.try_emplace(&run);
  if (!is_new) return known->second;
  std::vector<std::uint8_t> places(64);
  for (std::uint8_t bit = 0; bit < places.size(); ++bit) places[kDeBruijn << bit >> kTopSix] = bit;
  known->second = {.places = table(places), .decisions = table(run.decisions)};
  return known->second;
}

const std::vector<plan::Alternative>& SetTables::alternatives(const CheckedFilter& filter,
                                                              const std::vector<NodeId>& operands) {
  if (const auto known = alternatives_.find(&operands); known != alternatives_.end())
    return known->second;
  return alternatives_.emplace(&operands, plan::group(filter, operands)).first->second;
}

const std::vector<plan::Alternative>* SetTables::negated(const CheckedFilter& filter,
                                                         const std::vector<NodeId>& operands,
                                                         std::size_t from) {
  const std::pair key{static_cast<const void*>(&operands), from};
  if (const auto known = negated_.find(key); known != negated_.end()) return &known->second;
  std::vector<NodeId> of_negations;
  for (std::size_t i = from; i < operands.size(); ++i)
    if (const auto* negation = std::get_if<Not>(&filter.at(operands[i]).value))
      of_negations.push_back(negation->operand);
  if (of_negations.size() < 2) return nullptr;
  return &negated_.emplace(key, plan::group(filter, of_negations)).first->second;
}

}  // namespace fwc::codegen
