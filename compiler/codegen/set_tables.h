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
#include "compiler/sets/bitmap.h"
#include "compiler/sets/ipv4_index.h"

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

class SetTables {
 public:
  explicit SetTables(llvm::Module& module) : module_(module) {}

  /// The sets are known by their addresses, so they must outlive this object.
  const Ipv4Table& ipv4(const std::vector<Interval<std::uint32_t>>& set);
  /// Nothing where the numbers lie too far apart.
  const std::optional<BitmapTable>& bitmap(const std::vector<Interval<std::int64_t>>& set);

 private:
  llvm::GlobalVariable* table(std::span<const std::uint64_t> words);

  llvm::Module& module_;
  std::map<const void*, Ipv4Table> ipv4_;
  std::map<const void*, std::optional<BitmapTable>> bitmaps_;
  std::map<llvm::Constant*, llvm::GlobalVariable*> tables_;
};

}  // namespace fwc::codegen
