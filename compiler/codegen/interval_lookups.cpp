// SPDX-License-Identifier: MIT
// Lookups in tables of intervals and behind keys: contains() of compiler/sets/interval_tables.h and
// keyed_index.h as IR. What decides where to read next is calculated without branches, for each
// branch would double the states that the verifier follows.
#include "compiler/codegen/lower.h"

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kIntervalBytes = 16;
constexpr std::uint64_t kLowerHalf = 0xffffffff;

}  // namespace

/// The place in a table of `count` elements as a pointer, or to `if_outside`, which never happens
/// with places that the table itself holds.
llvm::Value* Lowering::table_place(llvm::GlobalVariable* table, std::uint64_t count,
                                   std::uint64_t bytes, llvm::Value* place, Block* if_outside) {
  Block* inside = p_.block("");
  ir_.CreateCondBr(ir_.CreateICmpUGE(place, p_.number(count)), if_outside, inside);
  ir_.SetInsertPoint(inside);
  return ir_.CreateInBoundsGEP(ir_.getInt8Ty(), table, ir_.CreateMul(place, p_.number(bytes)));
}

/// 1 where a is below b, both unsigned, else 0: the borrow of their subtraction (Hacker's Delight,
/// section 2-13). Of a wider number's upper words, with the borrow of its lower ones, 0 or 1.
llvm::Value* Lowering::is_below(llvm::Value* a, llvm::Value* b, llvm::Value* borrowed) {
  llvm::Value* not_a = ir_.CreateNot(a);
  llvm::Value* difference = ir_.CreateSub(a, b);
  if (borrowed != nullptr) difference = ir_.CreateSub(difference, borrowed);
  llvm::Value* borrow =
      ir_.CreateOr(ir_.CreateAnd(not_a, b), ir_.CreateAnd(ir_.CreateOr(not_a, b), difference));
  return ir_.CreateLShr(borrow, 63);
}

/// Where `bit` is set in the value, it becomes what `instead` makes of it.
llvm::Value* Lowering::replace_if(llvm::Value* value, std::uint64_t bit,
                                  const std::function<llvm::Value*()>& instead) {
  Block* before = ir_.GetInsertBlock();
  Block* set = p_.unplaced_block("");
  Block* join = p_.unplaced_block("");
  llvm::Value* is_set = ir_.CreateICmpNE(ir_.CreateAnd(value, p_.number(bit)), p_.number(0));
  ir_.CreateCondBr(is_set, set, join);
  p_.place(set);
  llvm::Value* other = instead();
  Block* after = ir_.GetInsertBlock();
  ir_.CreateBr(join);
  p_.place(join);
  llvm::PHINode* result = ir_.CreatePHI(ir_.getInt64Ty(), 2);
  result->addIncoming(value, before);
  result->addIncoming(other, after);
  return result;
}

llvm::Value* Lowering::entry_of_node(const IntervalTable& table, llvm::Value* entry,
                                     llvm::Value* number, Block* if_false) {
  llvm::Value* node = ir_.CreateAnd(entry, p_.number(sets::kPlaceMask));
  llvm::Value* at = table_place(table.record_data, table.records - 1, 8, node, if_false);
  llvm::Value* form = p_.load(at, 8, 64);
  llvm::Value* shift = ir_.CreateAnd(form, p_.number(sets::kNodeShiftMask));
  llvm::Value* bucket = ir_.CreateLShr(ir_.CreateSub(number, p_.load(at, 0, 64)), shift);
  Block* inside = p_.block("");
  llvm::Value* entries = ir_.CreateLShr(form, sets::kNodeEntriesAt);
  ir_.CreateCondBr(ir_.CreateICmpUGE(bucket, entries), if_false, inside);
  ir_.SetInsertPoint(inside);
  llvm::Value* first =
      ir_.CreateAnd(ir_.CreateLShr(form, sets::kNodeFirstAt), p_.number(sets::kPlaceMask));
  return p_.load(
      table_place(table.directory_data, table.entries, 4, ir_.CreateAdd(first, bucket), if_false),
      0, 32);
}

/// The last interval of a crowded bucket that begins at or below the number, or its first.
llvm::Value* Lowering::search(const IntervalTable& table, llvm::Value* entry, llvm::Value* number,
                              Block* if_false) {
  llvm::Value* place = ir_.CreateAnd(entry, p_.number(sets::kPlaceMask));
  llvm::Value* record =
      p_.load(table_place(table.record_data, table.records, 8, place, if_false), 0, 64);
  llvm::Value* at = ir_.CreateAnd(record, p_.number(kLowerHalf));
  llvm::Value* end = ir_.CreateLShr(record, 32);
  for (unsigned step = table.steps; step-- > 0;) {
    llvm::Value* next = ir_.CreateAdd(at, p_.number(std::uint64_t{1} << step));
    llvm::Value* exists = ir_.CreateLShr(ir_.CreateSub(next, end), 63);
    llvm::Value* read = ir_.CreateAdd(at, ir_.CreateShl(exists, step));
    llvm::Value* low = p_.load(
        table_place(table.interval_data, table.intervals, kIntervalBytes, read, if_false), 0, 64);
    llvm::Value* reached = ir_.CreateXor(is_below(number, low), p_.number(1));
    at = ir_.CreateAdd(at, ir_.CreateShl(ir_.CreateAnd(reached, exists), step));
  }
  return at;
}

void Lowering::look_up(const IntervalTable& table, llvm::Value* entry, llvm::Value* number,
                       Block* if_true, Block* if_false) {
  if (table.has_nodes)
    entry = replace_if(entry, sets::kNode,
                       [&] { return entry_of_node(table, entry, number, if_false); });
  llvm::Value* at = entry;
  if (table.steps > 0)
    at = replace_if(entry, sets::kSearch, [&] { return search(table, entry, number, if_false); });
  const std::uint64_t places = table.intervals - (table.probes - 1);
  llvm::Value* interval = table_place(table.interval_data, places, kIntervalBytes, at, if_false);
  llvm::Value* found = nullptr;
  for (unsigned probe = 0; probe < table.probes; ++probe) {
    llvm::Value* low = p_.load(interval, probe * kIntervalBytes, 64);
    llvm::Value* size = p_.load(interval, probe * kIntervalBytes + 8, 64);
    llvm::Value* is_in = is_below(ir_.CreateSub(number, low), size);
    found = found == nullptr ? is_in : ir_.CreateOr(found, is_in);
  }
  ir_.CreateCondBr(ir_.CreateICmpNE(found, p_.number(0)), if_true, if_false);
}

void Lowering::look_up(const WideTable& table, llvm::Value* number, Block* if_true,
                       Block* if_false) {
  llvm::Value* bucket =
      ir_.CreateLShr(ir_.CreateSub(number, p_.number(table.root.lowest)), table.root.shift);
  llvm::Value* entry = p_.load(
      table_place(table.tables.directory_data, table.root.entries, 4, bucket, if_false), 0, 32);
  look_up(table.tables, entry, number, if_true, if_false);
}

/// The entry of a key, or 0, which leads to the interval that holds nothing.
llvm::Value* Lowering::entry_of_key(const KeyedTable& table, llvm::ArrayRef<llvm::Value*> key,
                                    Block* if_false) {
  const sets::KeyedIndex& index = table.index;
  const std::uint64_t bytes = 8 * index.slot_words();
  llvm::Value* entry = p_.number(0);
  for (const unsigned side : {0u, 1u}) {
    llvm::Value* hash = ir_.CreateMul(key[0], p_.number(index.factors[side][0]));
    if (index.key_words > 1)
      hash = ir_.CreateAdd(hash, ir_.CreateMul(key[1], p_.number(index.factors[side][1])));
    llvm::Value* place =
        ir_.CreateLShr(ir_.CreateMul(ir_.CreateLShr(hash, 32), p_.number(index.places)), 32);
    if (side == 1) place = ir_.CreateAdd(place, p_.number(index.places));
    llvm::Value* slot =
        table_place(table.slots, 2 * std::uint64_t{index.places}, bytes, place, if_false);
    llvm::Value* difference = ir_.CreateXor(p_.load(slot, 0, 64), key[0]);
    if (index.key_words > 1)
      difference = ir_.CreateOr(difference, ir_.CreateXor(p_.load(slot, 8, 64), key[1]));
    llvm::Value* differs = ir_.CreateLShr(ir_.CreateOr(difference, ir_.CreateNeg(difference)), 63);
    llvm::Value* mask = ir_.CreateSub(differs, p_.number(1));
    entry = ir_.CreateOr(entry, ir_.CreateAnd(p_.load(slot, bytes - 8, 64), mask));
  }
  return entry;
}

void Lowering::look_up(const KeyedTable& table, llvm::ArrayRef<llvm::Value*> key,
                       llvm::Value* number, Block* if_true, Block* if_false) {
  look_up(table.tables, entry_of_key(table, key, if_false), number, if_true, if_false);
}

void Lowering::look_up(const Ipv6Table& table, const AddressValue& value, Block* if_true,
                       Block* if_false) {
  if (table.everything || (!table.upper && !table.lower)) {
    ir_.CreateBr(table.everything ? if_true : if_false);
    return;
  }
  if (table.upper) {
    Block* next = table.lower ? p_.unplaced_block("") : if_false;
    look_up(*table.upper, value.high, if_true, next);
    if (!table.lower) return;
    p_.place(next);
  }
  look_up(*table.lower, {value.high}, value.low, if_true, if_false);
}

}  // namespace fwc::codegen
