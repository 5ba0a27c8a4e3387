// SPDX-License-Identifier: MIT
// Membership in a set of sorted, disjoint intervals, in a form that its size and shape choose
// (docs/decisions/sets.md): a balanced tree of comparisons, bits of a constant, or a table.
#include <limits>

#include "compiler/codegen/lower.h"

namespace fwc::codegen {

namespace {

using Block = llvm::BasicBlock;

/// Up to so many intervals are compared: fewer instructions than a table, and no memory.
constexpr std::size_t kComparedNumbers = 2;
constexpr std::size_t kComparedWideNumbers = 8;
constexpr std::size_t kComparedAddresses = 4;

/// How a value is compared with a constant; each ends the block.
template <typename T>
struct Comparisons {
  Interval<T> domain;  ///< what the value can be; bounds at its ends need no test
  std::function<void(T bound, Block* if_less, Block* if_not)> less;
  std::function<void(T bound, Block* if_greater, Block* if_not)> greater;
  std::function<void(T bound, Block* if_equal, Block* if_not)> equal;
};

template <typename T>
class Search {
 public:
  Search(Program& program, const Comparisons<T>& compare, Block* if_true, Block* if_false)
      : p_(program), compare_(compare), if_true_(if_true), if_false_(if_false) {}

  void among(llvm::ArrayRef<Interval<T>> set) {
    if (set.empty()) {
      p_.ir.CreateBr(if_false_);
      return;
    }
    const Interval<T>& middle = set[set.size() / 2];
    const auto left = set.take_front(set.size() / 2);
    const auto right = set.drop_front(set.size() / 2 + 1);
    if (middle.low == middle.high)
      around_value(middle.low, left, right);
    else
      around_interval(middle, left, right);
  }

 private:
  using Set = llvm::ArrayRef<Interval<T>>;

  void around_value(T value, Set left, Set right) {
    const bool alone = left.empty() && right.empty();
    Block* unequal = alone ? if_false_ : p_.unplaced_block("");
    compare_.equal(value, if_true_, unequal);
    if (alone) return;
    p_.place(unequal);
    if (left.empty() || right.empty()) return among(left.empty() ? right : left);
    Block* below = p_.unplaced_block("");
    Block* above = p_.unplaced_block("");
    compare_.less(value, below, above);
    p_.place(above);
    among(right);
    p_.place(below);
    among(left);
  }

  void around_interval(const Interval<T>& interval, Set left, Set right) {
    Block* below = left.empty() ? if_false_ : p_.unplaced_block("");
    Block* above = right.empty() ? if_false_ : p_.unplaced_block("");
    if (interval.low != compare_.domain.low) {
      Block* not_below = p_.unplaced_block("");
      compare_.less(interval.low, below, not_below);
      p_.place(not_below);
    }
    if (interval.high != compare_.domain.high)
      compare_.greater(interval.high, above, if_true_);
    else
      p_.ir.CreateBr(if_true_);
    if (!right.empty()) {
      p_.place(above);
      among(right);
    }
    if (!left.empty()) {
      p_.place(below);
      among(left);
    }
  }

  Program& p_;
  const Comparisons<T>& compare_;
  Block* if_true_;
  Block* if_false_;
};

}  // namespace

void Lowering::integer_in(llvm::Value* value, const std::vector<Interval<std::int64_t>>& set,
                          Block* if_true, Block* if_false) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (set.size() > kComparedNumbers) {
    if (test_near(value, set, if_true, if_false)) return;
    if (const auto& table = tables_.bitmap(set)) return look_up(*table, value, if_true, if_false);
  }
  if (set.size() > kComparedWideNumbers) {
    llvm::Value* unsigned_value = ir_.CreateXor(value, p_.number(std::uint64_t{1} << 63));
    return look_up(tables_.wide(set), unsigned_value, if_true, if_false);
  }
  const auto by = [&](llvm::CmpInst::Predicate predicate) {
    return [this, value, predicate](std::int64_t bound, Block* yes, Block* no) {
      llvm::Value* constant = p_.number(static_cast<std::uint64_t>(bound));
      ir_.CreateCondBr(ir_.CreateICmp(predicate, value, constant), yes, no);
    };
  };
  const Comparisons<std::int64_t> compare{.domain = {Limits::min(), Limits::max()},
                                          .less = by(llvm::CmpInst::ICMP_SLT),
                                          .greater = by(llvm::CmpInst::ICMP_SGT),
                                          .equal = by(llvm::CmpInst::ICMP_EQ)};
  Search<std::int64_t>(p_, compare, if_true, if_false).among(set);
}

void Lowering::ipv4_in(llvm::Value* value, const std::vector<Interval<std::uint32_t>>& set,
                       Block* if_true, Block* if_false) {
  if (set.size() > kComparedAddresses) return look_up(tables_.ipv4(set), value, if_true, if_false);
  const auto by = [&](llvm::CmpInst::Predicate predicate) {
    return [this, value, predicate](std::uint32_t bound, Block* yes, Block* no) {
      ir_.CreateCondBr(ir_.CreateICmp(predicate, value, p_.number(bound)), yes, no);
    };
  };
  const Comparisons<std::uint32_t> compare{.domain = {0, std::numeric_limits<std::uint32_t>::max()},
                                           .less = by(llvm::CmpInst::ICMP_ULT),
                                           .greater = by(llvm::CmpInst::ICMP_UGT),
                                           .equal = by(llvm::CmpInst::ICMP_EQ)};
  Search<std::uint32_t>(p_, compare, if_true, if_false).among(set);
}

/// The halves are compared one after the other; where a bound is that of a prefix of up to 64 bits,
/// the high half alone decides.
void Lowering::ipv6_in(const AddressValue& value, const std::vector<Interval<U128>>& set,
                       Block* if_true, Block* if_false) {
  if (set.size() > kComparedAddresses) return look_up(tables_.ipv6(set), value, if_true, if_false);
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  const auto ordered = [&](llvm::CmpInst::Predicate predicate, std::uint64_t free_low) {
    return [this, &value, predicate, free_low](U128 bound, Block* yes, Block* no) {
      llvm::Value* high = p_.number(bound.high);
      llvm::Value* decided = ir_.CreateICmp(predicate, value.high, high);
      if (bound.low == free_low) {
        ir_.CreateCondBr(decided, yes, no);
        return;
      }
      Block* undecided = p_.block("");
      Block* same_high = p_.block("");
      ir_.CreateCondBr(decided, yes, undecided);
      ir_.SetInsertPoint(undecided);
      ir_.CreateCondBr(ir_.CreateICmpEQ(value.high, high), same_high, no);
      ir_.SetInsertPoint(same_high);
      ir_.CreateCondBr(ir_.CreateICmp(predicate, value.low, p_.number(bound.low)), yes, no);
    };
  };
  const Comparisons<U128> compare{
      .domain = {{0, 0}, {kOnes, kOnes}},
      .less = ordered(llvm::CmpInst::ICMP_ULT, 0),
      .greater = ordered(llvm::CmpInst::ICMP_UGT, kOnes),
      .equal = [&](U128 bound, Block* yes, Block* no) {
        Block* same_high = p_.block("");
        ir_.CreateCondBr(ir_.CreateICmpEQ(value.high, p_.number(bound.high)), same_high, no);
        ir_.SetInsertPoint(same_high);
        ir_.CreateCondBr(ir_.CreateICmpEQ(value.low, p_.number(bound.low)), yes, no);
      }};
  Search<U128>(p_, compare, if_true, if_false).among(set);
}

}  // namespace fwc::codegen
