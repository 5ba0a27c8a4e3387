// SPDX-License-Identifier: MIT
// The resolved filter: what the checker makes and what the evaluator and the code generator read.
// Every name is a table row, every literal a number, every type agrees and every set is sorted, so
// nothing after the checker has an error to report to a user.
//
// Meaning (docs/semantics.md): an int or ip node may be absent; a bool node never is, but
// for a bool FieldValue, which is absent where its field is. Where a bool is used as a condition,
// and everywhere but below AsInteger, absent is false.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/language/fields.h"
#include "compiler/language/types.h"
#include "grammar/span.h"

namespace fwc {

using NodeId = std::uint32_t;

// --- bool and int ---

struct BooleanConstant {
  bool value;
  friend bool operator==(const BooleanConstant&, const BooleanConstant&) = default;
};
struct IntegerConstant {
  std::int64_t value;
  friend bool operator==(const IntegerConstant&, const IntegerConstant&) = default;
};
struct AddressConstant {
  Address value;
  friend bool operator==(const AddressConstant&, const AddressConstant&) = default;
};

/// A field of the packet, of the type of its row.
struct FieldValue {
  FieldIndex field;
  friend bool operator==(const FieldValue&, const FieldValue&) = default;
};

/// A live variable, by its place in CheckedFilter::variables. Never absent.
struct VariableValue {
  std::uint32_t variable;
  friend bool operator==(const VariableValue&, const VariableValue&) = default;
};

/// Signed 64-bit arithmetic; absent where an operand is. `-x` is `0 - x`, `~x` is `x ^ -1`.
/// add, subtract, multiply and shift_left wrap; shift counts are taken modulo 64; shift_right is
/// arithmetic; divide truncates toward zero, `x / 0` is 0 and `x % 0` is x; INT64_MIN / -1 wraps.
enum class ArithmeticOp : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
};
struct Arithmetic {
  ArithmeticOp op;
  NodeId lhs;
  NodeId rhs;
  friend bool operator==(const Arithmetic&, const Arithmetic&) = default;
};

/// 0 or 1; absent where the operand is a bool FieldValue whose field is absent.
struct AsInteger {
  NodeId operand;  ///< bool
  friend bool operator==(const AsInteger&, const AsInteger&) = default;
};

/// True where the operand is present and not 0.
struct AsBoolean {
  NodeId operand;  ///< int
  friend bool operator==(const AsBoolean&, const AsBoolean&) = default;
};

// --- bool ---

/// False where an operand is absent. `!=` is Not{equal}; `a > b` is `b < a`. Operands are both int,
/// or, for equal alone, both ip.
enum class ComparisonOp : std::uint8_t { equal, less, less_equal };
struct Comparison {
  ComparisonOp op;
  NodeId lhs;
  NodeId rhs;
  friend bool operator==(const Comparison&, const Comparison&) = default;
};

/// `value in set`; false where the value is absent. `not in` is Not{Member}.
struct Member {
  NodeId value;       ///< int or ip
  std::uint32_t set;  ///< place in CheckedFilter::sets
  friend bool operator==(const Member&, const Member&) = default;
};

struct Not {
  NodeId operand;  ///< bool
  friend bool operator==(const Not&, const Not&) = default;
};

/// All of, any of, an odd number of the operands, which are bool and at least two.
enum class LogicalOp : std::uint8_t { all, any, odd };
struct Logical {
  LogicalOp op;
  std::vector<NodeId> operands;
  friend bool operator==(const Logical&, const Logical&) = default;
};

// --- any type ---

/// The arms have one type. Of int or ip arms, the value and the presence are those of the chosen
/// one; bool arms are conditions (absent is false), so that the laws of Boolean algebra hold.
struct Conditional {
  NodeId condition;  ///< bool
  NodeId then_value;
  NodeId else_value;
  friend bool operator==(const Conditional&, const Conditional&) = default;
};

struct Node {
  std::variant<BooleanConstant, IntegerConstant, AddressConstant, FieldValue, VariableValue,
               Arithmetic, AsInteger, AsBoolean, Comparison, Member, Not, Logical, Conditional>
      value;
  Type type;
  Span span;  ///< the text that this node stands for
  friend bool operator==(const Node&, const Node&) = default;
};

// --- sets and variables ---

/// Both ends included.
template <typename T>
struct Interval {
  T low;
  T high;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// A set in canonical form: sorted, disjoint, no two intervals adjacent. Either `integers` or the
/// two lists of addresses are used, by the type of the value that is looked up.
struct ValueSet {
  std::vector<Interval<std::int64_t>> integers;
  std::vector<Interval<std::uint32_t>> ipv4;
  std::vector<Interval<U128>> ipv6;
  friend bool operator==(const ValueSet&, const ValueSet&) = default;
};

/// A value that can be changed while the program runs.
struct VariableDeclaration {
  std::string name;  ///< without the dollar sign
  Type type;         ///< boolean or integer
  std::int64_t initial;
  std::int64_t minimum;  ///< bounds are included; a bool has 0 and 1
  std::int64_t maximum;
  friend bool operator==(const VariableDeclaration&, const VariableDeclaration&) = default;
};

struct CheckedFilter {
  std::string text;         ///< what was written; spans point into it
  std::vector<Node> nodes;  ///< a child stands before its parent
  NodeId root = 0;          ///< bool
  std::vector<ValueSet> sets;
  std::vector<VariableDeclaration> variables;

  const Node& at(NodeId id) const { return nodes[id]; }
  friend bool operator==(const CheckedFilter&, const CheckedFilter&) = default;
};

}  // namespace fwc
