// SPDX-License-Identifier: MIT
// Where a packet leaves the program, and what is done there before. Where nobody observes who
// decided, there are two exits, one for each verdict; else one for each decider, all of which end
// in one tail. The one place for what a program tells about a packet that it has judged.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/codegen/observation.h"
#include "compiler/codegen/program.h"

namespace fwc::codegen {

/// The entries of a direction, from the first on; those of the rules follow (see fwc/object.h).
inline constexpr std::uint32_t kMalformedEntry = 0;
inline constexpr std::uint32_t kDefaultEntry = 1;
inline constexpr std::uint32_t kFragmentDefaultEntry = 2;
inline constexpr std::uint32_t kRuleEntries = 3;

/// Passed and dropped by rules of earlier programs that are gone, of either direction.
inline constexpr std::uint32_t kEarlierEntries = 4;

class Exits {
 public:
  using Block = llvm::BasicBlock;

  Exits(Program& program, const Policy& policy, const Observation& observation);

  /// Whether it is told who decided.
  bool observed() const { return observation_.any(); }

  /// Whether the rule has to be asked: a count rule only where something is counted.
  bool asks(const Rule& rule) const { return rule.action != RuleAction::count || counts(); }

  /// Whether every packet is dropped and nobody observes by whom, so that none has to be looked at.
  bool drops_everything(const CheckedFilter& filter) const;

  /// Leaves by a rule that only the program knows, at the builder's place: by its place in the
  /// policy, an i64, and whether it allows, an i1.
  void leave_by_rule(llvm::Value* index, llvm::Value* allows);

  // Blocks to leave to.
  Block* malformed() { return program_.drop; }
  Block* rule(std::size_t index);
  Block* by_default();
  Block* by_default_of_fragments();

  /// Counts for a count rule at the builder's place, and goes on.
  void count(std::size_t rule);

  /// Writes the exits that are used.
  void finish();

 private:
  struct Exit {
    Block* block;
    std::uint32_t entry;  ///< of the direction
    bool forwards;
  };

  /// An exit for rules that only the program knows.
  struct FoundExit {
    Block* block;
    llvm::Value* entry;    ///< of both directions
    llvm::Value* verdict;  ///< as the kernel takes it
  };

  bool counts() const { return observation_.counters != nullptr; }
  Block* exit(const char* name, std::uint32_t entry, bool forwards);
  Block* verdict(bool forwards) { return forwards ? program_.forward : program_.drop; }
  void finish_verdicts();
  void finish_observed();
  void add_to_counter(llvm::Value* entry);

  Program& program_;
  const Policy& policy_;
  Observation observation_;
  std::vector<Exit> exits_;
  std::vector<FoundExit> found_;
  llvm::Value* key_ = nullptr;  ///< room on the stack for the number of an entry
};

}  // namespace fwc::codegen
