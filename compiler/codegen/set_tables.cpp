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
llvm::GlobalVariable* SetTables::table(std::span<const std::uint64_t> words) {
  const llvm::StringRef bytes(reinterpret_cast<const char*>(words.data()), words.size_bytes());
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

}  // namespace fwc::codegen
