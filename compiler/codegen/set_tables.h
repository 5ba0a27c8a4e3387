// SPDX-License-Identifier: MIT
// The tables of large sets in the module's `.rodata`. A set is built once, however many programs
// and conditions look things up in it, and equal tables are one.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/Module.h>

#include "compiler/check/checked_filter.h"
#include "compiler/plan/alternatives.h"
#include "compiler/sets/bitmap.h"
#include "compiler/sets/ipv4_index.h"
#include "compiler/sets/ipv6_index.h"
#include "compiler/sets/keyed_index.h"

namespace fwc::codegen {

/// An index without its words, which are in the module.
struct Ipv4Table {
  sets::Ipv4Index index;
  std::uint64_t words;
  llvm::GlobalVariable* data;
};

struct BitmapTable {
  std::int64_t first;
  std::uint64_t words;
  llvm::GlobalVariable* data;
};

/// Tables of intervals, whose numbers are in the module.
struct IntervalTable {
  unsigned probes;
  unsigned steps;
  bool has_nodes;
  std::uint64_t intervals;
  std::uint64_t entries;
  std::uint64_t records;
  llvm::GlobalVariable* interval_data;
  llvm::GlobalVariable* directory_data;  ///< null where there is none, as with the next
  llvm::GlobalVariable* record_data;
};

struct WideTable {
  sets::Directory root;
  IntervalTable tables;
};

struct KeyedTable {
  sets::KeyedIndex index;
  llvm::GlobalVariable* slots;
  IntervalTable tables;
};

struct Ipv6Table {
  bool everything;
  std::optional<WideTable> upper;
  std::optional<KeyedTable> lower;
};

/// The tables of a group of clauses.
struct KeyedTables {
  std::optional<KeyedTable> numbers;
  std::optional<KeyedTable> ipv4;
  std::optional<KeyedTable> ipv6_upper;
  std::optional<KeyedTable> ipv6_lower;
};

/// Classes of values, whose ends and vectors are in the module.
struct ClassTable {
  unsigned steps;
  llvm::GlobalVariable* before;
  llvm::GlobalVariable* vectors;
};

struct DimensionTables {
  ClassTable numbers;
  ClassTable ipv4;
  ClassTable ipv6;
  std::uint32_t count;  ///< of vectors
  llvm::GlobalVariable* vectors;
};

struct ClassifierTables {
  llvm::GlobalVariable* by_guards = nullptr;  ///< null where there are none
  std::vector<DimensionTables> dimensions;
};

/// How a common bit of vectors becomes a decision.
struct RunTables {
  /// By the top six bits of the product of a single bit and kDeBruijn, the place of that bit.
  llvm::GlobalVariable* places;
  llvm::GlobalVariable* decisions;
};

/// A de Bruijn sequence: each shift of it has other six bits at the top.
inline constexpr std::uint64_t kDeBruijn = 0x03f7'9d71'b4cb'0a89;
inline constexpr unsigned kTopSix = 58;

class SetTables {
 public:
  explicit SetTables(llvm::Module& module) : module_(module) {}

  /// The sets are known by their addresses, so they must outlive this object.
  const Ipv4Table& ipv4(const std::vector<Interval<std::uint32_t>>& set);
  /// Nothing where the numbers lie too far apart.
  const std::optional<BitmapTable>& bitmap(const std::vector<Interval<std::int64_t>>& set);
  /// Of the numbers with their sign bits turned around.
  const WideTable& wide(const std::vector<Interval<std::int64_t>>& set);
  const Ipv6Table& ipv6(const std::vector<Interval<U128>>& set);

  const KeyedTables& keyed(const plan::Keyed& keyed);
  const ClassifierTables& classifier(const plan::Classifier& classifier);
  /// The rules of a policy, which is known by its address as well.
  const std::vector<plan::Step>& steps(const CheckedFilter& filter, const Policy& policy,
                                       const std::vector<std::size_t>& asked);
  const RunTables& run(const plan::RuleRun& run);

  /// The groups of a chain's operands, which are known by their address as well.
  const std::vector<plan::Alternative>& alternatives(const CheckedFilter& filter,
                                                     const std::vector<NodeId>& operands);
  /// The groups of what the operands from the given one on negate; null where fewer than two do.
  const std::vector<plan::Alternative>* negated(const CheckedFilter& filter,
                                                const std::vector<NodeId>& operands,
                                                std::size_t from);

 private:
  KeyedTable keyed_table(const sets::KeyedIndex& index);
  template <typename T>
  ClassTable class_table(const sets::Classes<T>& classes);
  template <typename T>
  llvm::GlobalVariable* table(const std::vector<T>& numbers);
  IntervalTable interval_table(const sets::IntervalTables& tables);
  WideTable wide_table(const sets::WideIndex& index);

  llvm::Module& module_;
  std::map<const void*, Ipv4Table> ipv4_;
  std::map<const void*, std::optional<BitmapTable>> bitmaps_;
  std::map<const void*, WideTable> wide_;
  std::map<const void*, Ipv6Table> ipv6_;
  std::map<const void*, KeyedTables> keyed_;
  std::map<const void*, ClassifierTables> classifiers_;
  std::map<const void*, std::vector<plan::Step>> steps_;
  std::map<const void*, RunTables> runs_;
  std::map<const void*, std::vector<plan::Alternative>> alternatives_;
  std::map<std::pair<const void*, std::size_t>, std::vector<plan::Alternative>> negated_;
  std::map<llvm::Constant*, llvm::GlobalVariable*> tables_;
};

}  // namespace fwc::codegen
