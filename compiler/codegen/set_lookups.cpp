// SPDX-License-Identifier: MIT
// Lookups in the tables of large sets: the C++ functions contains() of compiler/sets as IR. Each
// load stands behind a comparison of its place with the size of the table, for that is the one form
// of a bound that the verifiers of all kernels follow.
#include "compiler/codegen/lower.h"

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kWordMask = 63;

}  // namespace

/// The word at that place, or to `if_outside`, which is never gone to where the place is one of the
/// table's own pointers.
llvm::Value* Lowering::table_word(llvm::GlobalVariable* table, std::uint64_t words,
                                  llvm::Value* place, Block* if_outside) {
  Block* inside = p_.block("");
  ir_.CreateCondBr(ir_.CreateICmpUGE(place, p_.number(words)), if_outside, inside);
  ir_.SetInsertPoint(inside);
  return p_.load(ir_.CreateInBoundsGEP(ir_.getInt64Ty(), table, place), 0, 64);
}

void Lowering::test_bit(llvm::Value* word, llvm::Value* place, Block* if_true, Block* if_false) {
  llvm::Value* shifted = ir_.CreateLShr(word, ir_.CreateAnd(place, p_.number(kWordMask)));
  llvm::Value* bit = ir_.CreateAnd(shifted, p_.number(1));
  ir_.CreateCondBr(ir_.CreateICmpNE(bit, p_.number(0)), if_true, if_false);
}

void Lowering::test_lanes(const sets::LaneForm& form, llvm::Value* entry, llvm::Value* value,
                          Block* if_true, Block* if_false) {
  llvm::Value* spread = p_.number(form.spread());
  llvm::Value* guarded = ir_.CreateOr(value, p_.number(form.guard()));
  llvm::Value* compared = ir_.CreateSub(ir_.CreateMul(guarded, spread), entry);
  llvm::Value* sum = ir_.CreateMul(ir_.CreateAnd(compared, p_.number(form.guards())), spread);
  llvm::Value* odd =
      ir_.CreateXor(ir_.CreateLShr(sum, form.top()), ir_.CreateLShr(entry, sets::kParityBit));
  llvm::Value* bit = ir_.CreateAnd(odd, p_.number(1));
  ir_.CreateCondBr(ir_.CreateICmpNE(bit, p_.number(0)), if_true, if_false);
}

void Lowering::look_up(const Ipv4Table& table, llvm::Value* address, Block* if_true,
                       Block* if_false) {
  const sets::Ipv4Index& index = table.index;
  llvm::Value* bucket = ir_.CreateLShr(address, index.shift);
  if (index.first != 0) bucket = ir_.CreateSub(bucket, p_.number(index.first));
  llvm::Value* entry = table_word(table.data, index.buckets, bucket, if_false);
  llvm::Value* within = ir_.CreateAnd(address, p_.number(index.lanes.value_mask()));
  if (!index.nested) return test_lanes(index.lanes, entry, within, if_true, if_false);
  Block* pointer = p_.unplaced_block("");
  Block* lanes = p_.block("");
  ir_.CreateCondBr(ir_.CreateICmpSLT(entry, p_.number(0)), pointer, lanes);
  ir_.SetInsertPoint(lanes);
  test_lanes(index.lanes, entry, within, if_true, if_false);
  const Unlikely rest(p_);
  p_.place(pointer);
  follow(table, entry, within, if_true, if_false);
}

/// A bucket with more boundaries than lanes.
void Lowering::follow(const Ipv4Table& table, llvm::Value* entry, llvm::Value* within,
                      Block* if_true, Block* if_false) {
  constexpr std::uint64_t kBase = 0xffffffff;
  const auto is_bitmap = [&](llvm::Value* word) {
    const std::uint64_t bit = std::uint64_t{1} << sets::kBitmapBit;
    return ir_.CreateICmpNE(ir_.CreateAnd(word, p_.number(bit)), p_.number(0));
  };
  const auto word_at = [&](llvm::Value* pointer, llvm::Value* place) {
    llvm::Value* base = ir_.CreateAnd(pointer, p_.number(kBase));
    return table_word(table.data, table.words, ir_.CreateAdd(base, place), if_false);
  };
  llvm::Value* shift = ir_.CreateAnd(ir_.CreateLShr(entry, sets::kPointerShiftAt),
                                     p_.number(sets::kPointerShiftMask));
  llvm::Value* word = word_at(entry, ir_.CreateLShr(within, shift));
  Block* bitmap = p_.unplaced_block("");
  llvm::PHINode* bits = llvm::IRBuilder<>(bitmap).CreatePHI(ir_.getInt64Ty(), 2);
  Block* finer = p_.block("");
  bits->addIncoming(word, ir_.GetInsertBlock());
  ir_.CreateCondBr(is_bitmap(entry), bitmap, finer);
  ir_.SetInsertPoint(finer);
  llvm::Value* finer_mask = ir_.CreateSub(ir_.CreateShl(p_.number(1), shift), p_.number(1));
  llvm::Value* within_finer = ir_.CreateAnd(within, finer_mask);
  Block* finer_pointer = p_.unplaced_block("");
  Block* lanes = p_.block("");
  ir_.CreateCondBr(ir_.CreateICmpSLT(word, p_.number(0)), finer_pointer, lanes);
  ir_.SetInsertPoint(lanes);
  test_lanes(table.index.finer, word, within_finer, if_true, if_false);
  p_.place(finer_pointer);
  llvm::Value* finer_bits = word_at(word, ir_.CreateLShr(within_finer, sets::kBitmapShift));
  bits->addIncoming(finer_bits, ir_.GetInsertBlock());
  ir_.CreateBr(bitmap);
  p_.place(
      bitmap);  // a place within a finer bucket has the same last bits as within the coarse one
  test_bit(bits, within, if_true, if_false);
}

void Lowering::look_up(const BitmapTable& table, llvm::Value* value, Block* if_true,
                       Block* if_false) {
  llvm::Value* place = value;
  if (table.first != 0)
    place = ir_.CreateSub(value, p_.number(static_cast<std::uint64_t>(table.first)));
  llvm::Value* word =
      table_word(table.data, table.words, ir_.CreateLShr(place, sets::kBitmapShift), if_false);
  test_bit(word, place, if_true, if_false);
}

/// All values lie within one word of bits.
bool Lowering::test_near(llvm::Value* value, const std::vector<Interval<std::int64_t>>& set,
                         Block* if_true, Block* if_false) {
  const auto first = static_cast<std::uint64_t>(set.front().low);
  if (static_cast<std::uint64_t>(set.back().high) - first > kWordMask) return false;
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  std::uint64_t bits = 0;
  const auto place_of = [first](std::int64_t in) { return static_cast<std::uint64_t>(in) - first; };
  for (const Interval<std::int64_t>& each : set)
    bits |= kOnes << place_of(each.low) & kOnes >> (kWordMask - place_of(each.high));
  llvm::Value* place = ir_.CreateSub(value, p_.number(first));
  Block* near = p_.block("");
  ir_.CreateCondBr(ir_.CreateICmpUGT(place, p_.number(kWordMask)), if_false, near);
  ir_.SetInsertPoint(near);
  test_bit(p_.number(bits), place, if_true, if_false);
  return true;
}

}  // namespace fwc::codegen
