// SPDX-License-Identifier: MIT
// Long chains by vectors of bits: vector_of() of compiler/sets/bit_vectors.h for each field, and
// what the vectors have in common. The searches have no branch, so the verifier follows them once.
#include "compiler/codegen/lower.h"

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kWordBytes = 8;
constexpr std::uint64_t kNumberBytes = 4;  // of a vector, of a decision

}  // namespace

/// Leaves from the first word of the vectors in which they have a bit in common, to what `found`
/// makes of it.
void Lowering::match(const plan::Classifier& classifier,
                     const std::function<Block*(llvm::Value* common, std::size_t word)>& found,
                     Block* if_false) {
  const ClassifierTables& tables = tables_.classifier(classifier);
  const std::uint64_t bytes = kWordBytes * classifier.width;
  llvm::SmallVector<llvm::Value*, 8> vectors;
  if (tables.by_guards != nullptr)
    vectors.push_back(guards_vector(classifier, tables.by_guards, if_false));
  for (std::size_t i = 0; i < classifier.dimensions.size(); ++i)
    vectors.push_back(
        dimension_vector(classifier.dimensions[i], tables.dimensions[i], bytes, if_false));
  for (std::size_t word = 0; word < classifier.width; ++word) {
    llvm::Value* common = p_.load(vectors.front(), kWordBytes * word, 64);
    for (llvm::Value* vector : llvm::drop_begin(vectors))
      common = ir_.CreateAnd(common, p_.load(vector, kWordBytes * word, 64));
    const bool last = word + 1 == classifier.width;
    Block* next = last ? if_false : p_.block("");
    ir_.CreateCondBr(ir_.CreateICmpNE(common, p_.number(0)), found(common, word), next);
    if (!last) ir_.SetInsertPoint(next);
  }
}

/// Whether one of the clauses holds.
Outcome Lowering::any_class(const plan::Classifier& classifier, Block* if_true, Block* if_false) {
  const Facts before = facts_;
  match(classifier, [if_true](llvm::Value*, std::size_t) { return if_true; }, if_false);
  return {.when_true = before, .when_false = before};
}

/// Leaves by the first rule that holds; goes on where none does. The lowest bit of a word is found
/// by a product in which each bit brings another six bits to the top (de Bruijn sequence;
/// Leiserson, Prokop and Randall, "Using de Bruijn sequences to index a 1 in a computer word",
/// 1998).
void Lowering::first_of(const plan::RuleRun& run, Exits& exits) {
  const RunTables& tables = tables_.run(run);
  mark(filter_.at(run.classifier.first));
  Block* found = p_.unplaced_block("");
  Block* otherwise = p_.unplaced_block("");
  llvm::PHINode* bits = llvm::PHINode::Create(ir_.getInt64Ty(), 2);
  llvm::PHINode* before = llvm::PHINode::Create(ir_.getInt64Ty(), 2);
  const Facts facts = facts_;
  match(
      run.classifier,
      [&](llvm::Value* common, std::size_t word) {
        bits->addIncoming(common, ir_.GetInsertBlock());
        before->addIncoming(p_.number(64 * word), ir_.GetInsertBlock());
        return found;
      },
      otherwise);
  p_.place(found);
  ir_.Insert(bits);
  ir_.Insert(before);
  llvm::Value* bits_before = p_.forgotten_half(before);
  llvm::Value* lowest = ir_.CreateAnd(bits, ir_.CreateNeg(bits));
  llvm::Value* key = ir_.CreateLShr(ir_.CreateMul(lowest, p_.number(kDeBruijn)), kTopSix);
  llvm::Value* place = p_.load(ir_.CreateInBoundsGEP(ir_.getInt8Ty(), tables.places, key), 0, 8);
  llvm::Value* decision = p_.load(table_place(tables.decisions, run.decisions.size(), kNumberBytes,
                                              ir_.CreateAdd(bits_before, place), otherwise),
                                  0, 32);
  llvm::Value* allows = ir_.CreateICmpNE(ir_.CreateAnd(decision, p_.number(1)), p_.number(0));
  exits.leave_by_rule(ir_.CreateLShr(decision, 1), allows);
  go_on(otherwise, facts);
}

/// The vector of the clauses whose guards are all true.
llvm::Value* Lowering::guards_vector(const plan::Classifier& classifier,
                                     llvm::GlobalVariable* table, Block* if_outside) {
  llvm::Value* truths = p_.number(0);
  for (std::size_t i = 0; i < classifier.guards.size(); ++i)
    truths =
        ir_.CreateAdd(truths, ir_.CreateShl(p_.forgotten_half(truth(classifier.guards[i])), i));
  return table_place(table, std::uint64_t{1} << classifier.guards.size(),
                     kWordBytes * classifier.width, truths, if_outside);
}

llvm::Value* Lowering::dimension_vector(const plan::Dimension& dimension,
                                        const DimensionTables& tables, std::uint64_t bytes,
                                        Block* if_outside) {
  const Facts before = facts_;
  Block* absent = p_.unplaced_block("");
  Block* found = p_.unplaced_block("");
  llvm::PHINode* vector = llvm::PHINode::Create(ir_.getInt64Ty(), 3);
  const auto find = [&](llvm::Value* number) {
    vector->addIncoming(number, ir_.GetInsertBlock());
    ir_.CreateBr(found);
  };
  const FieldRow& row = row_of(dimension.field);
  if (row.type == Type::address)
    for_each_location(std::get<InHeader>(row.source), absent,
                      [&](const HeaderBits& at) { find(address_vector(tables, at)); });
  else
    find(number_vector(tables.numbers, field_integer(dimension.field, absent)));
  p_.place(absent);
  find(p_.number(0));
  go_on(found, before);
  ir_.Insert(vector);
  return table_place(tables.vectors, tables.count, bytes, p_.forgotten_half(vector), if_outside);
}

/// The number of the vector of the last class with an end before it that the value is behind.
llvm::Value* Lowering::class_vector(
    const ClassTable& table, std::uint64_t end_bytes,
    const std::function<llvm::Value*(llvm::Value* end)>& is_behind) {
  const auto place = [&](llvm::GlobalVariable* data, llvm::Value* at, std::uint64_t bytes) {
    return ir_.CreateInBoundsGEP(ir_.getInt8Ty(), data, ir_.CreateMul(at, p_.number(bytes)));
  };
  llvm::Value* at = p_.number(0);
  for (unsigned step = table.steps; step-- > 0;) {
    llvm::Value* next = ir_.CreateAdd(at, p_.number(std::uint64_t{1} << step));
    // Opaque, or the back end would see that the sum is a disjunction, of which the verifiers
    // of 5.10 and 6.1 know no bounds.
    llvm::Value* behind = p_.opaque(is_behind(place(table.before, next, end_bytes)));
    at = ir_.CreateAdd(at, ir_.CreateShl(behind, step));
  }
  return p_.load(place(table.vectors, at, kNumberBytes), 0, 32);
}

/// Numbers and ends are below 2^63, so the sign of a difference says which is larger.
llvm::Value* Lowering::number_vector(const ClassTable& table, llvm::Value* number) {
  return class_vector(table, kWordBytes, [&](llvm::Value* end) {
    return ir_.CreateLShr(ir_.CreateSub(p_.load(end, 0, 64), number), 63);
  });
}

/// Of an IPv6 address, by its halves.
llvm::Value* Lowering::address_vector(const DimensionTables& tables, const HeaderBits& at) {
  const AddressValue value = read_address(at);
  if (at.bits == address_bits(Family::ipv4)) return number_vector(tables.ipv4, value.low);
  return class_vector(tables.ipv6, 2 * kWordBytes, [&](llvm::Value* end) {
    llvm::Value* borrow = is_below(p_.load(end, offsetof(U128, low), 64), value.low);
    return is_below(p_.load(end, offsetof(U128, high), 64), value.high, borrow);
  });
}

}  // namespace fwc::codegen
