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
#include <string_view>
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

/// Bytes of the payload as a number in network order; absent where the payload ends before. Eight
/// bytes are a signed number, as every int.
struct SliceValue {
  std::uint32_t offset;
  std::uint8_t bytes;  ///< 1, 2, 4 or 8
  friend bool operator==(const SliceValue&, const SliceValue&) = default;
};

/// The index of an interface, which the runtime finds by its name when it loads the program. Never
/// absent; 0 is no interface.
struct InterfaceIndex {
  std::uint32_t interface;  ///< place in CheckedFilter::interfaces
  friend bool operator==(const InterfaceIndex&, const InterfaceIndex&) = default;
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

/// Whether the payload holds these bytes from an offset on; false where it ends before.
struct SliceEquals {
  std::uint32_t offset;
  std::string bytes;
  friend bool operator==(const SliceEquals&, const SliceEquals&) = default;
};

/// `value in set`; false where the value is absent. `not in` is Not{Member}.
struct Member {
  NodeId value;       ///< int or ip
  std::uint32_t set;  ///< place in CheckedFilter::sets
  friend bool operator==(const Member&, const Member&) = default;
};

/// Membership in a live set of one value or, of pairs, of two; false where a value is absent.
struct LiveMember {
  std::vector<NodeId> values;  ///< int or ip, as the set's element says
  std::uint32_t set;           ///< place in CheckedFilter::live_sets
  friend bool operator==(const LiveMember&, const LiveMember&) = default;
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
  std::variant<BooleanConstant, IntegerConstant, AddressConstant, FieldValue, SliceValue,
               InterfaceIndex, VariableValue, Arithmetic, AsInteger, AsBoolean, Comparison,
               SliceEquals, Member, LiveMember, Not, Logical, Conditional>
      value;
  Type type;
  Span span;  ///< the text that this node stands for
  friend bool operator==(const Node&, const Node&) = default;
};

/// The nodes that a node is made of.
std::vector<NodeId> children(const Node& node);

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
  Type type;         ///< boolean, integer or address
  std::int64_t initial = 0;
  std::int64_t minimum = 0;  ///< bounds are included; a bool has 0 and 1, an address none
  std::int64_t maximum = 0;
  Address address = {};  ///< the initial value of an address
  friend bool operator==(const VariableDeclaration&, const VariableDeclaration&) = default;
};

/// What the elements of a live set are: the types of the values that are looked up.
enum class LiveElement : std::uint8_t { address, port, integer, address_port };

constexpr std::string_view name(LiveElement element) {
  switch (element) {
    case LiveElement::address: return "ip";
    case LiveElement::port: return "port";
    case LiveElement::integer: return "int";
    case LiveElement::address_port: return "(ip, port)";
  }
  return {};
}

inline constexpr std::int64_t kLargestPort = 65535;

/// Addresses and ports that belong together: each of the one with each of the other.
struct AddressPorts {
  ValueSet addresses;
  ValueSet ports;
  friend bool operator==(const AddressPorts&, const AddressPorts&) = default;
};

/// A set that can be changed while the program runs.
struct LiveSetDeclaration {
  std::string name;  ///< without the at sign
  LiveElement element = LiveElement::address;
  ValueSet values;                  ///< what is in it at first
  std::vector<AddressPorts> pairs;  ///< the same of pairs
  friend bool operator==(const LiveSetDeclaration&, const LiveSetDeclaration&) = default;
};

// --- rules ---

enum class RuleAction : std::uint8_t { allow, drop, count };

/// What a word of the language says.
constexpr std::string_view name(RuleAction action) {
  switch (action) {
    case RuleAction::allow: return "allow";
    case RuleAction::drop: return "drop";
    case RuleAction::count: return "count";
  }
  return {};
}

struct Rule {
  std::string name;  ///< empty where it has none
  RuleAction action;
  NodeId condition;  ///< bool
  Span span;         ///< the whole rule
  friend bool operator==(const Rule&, const Rule&) = default;
};

/// The rules of one direction. The first `allow` or `drop` whose condition holds decides; a `count`
/// whose condition holds is counted, and the rules after it are asked.
struct Policy {
  std::vector<Rule> rules;
  bool default_allows = false;  ///< what happens where no rule decides
  Span default_span;            ///< empty where none is written
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// A plain expression is the policy of one `allow` rule and `default drop`, for both directions.
struct CheckedFilter {
  std::string text;         ///< what was written; spans point into it
  std::vector<Node> nodes;  ///< a child stands before its parent
  std::vector<ValueSet> sets;
  std::vector<VariableDeclaration> variables;
  std::vector<LiveSetDeclaration> live_sets;
  Hook hook = Hook::cgroup;
  std::vector<std::string> interfaces;  ///< the names that are looked up at load, each once
  bool is_expression = true;            ///< written as one, without rules
  bool has_parts = false;               ///< written with parts for one or both directions
  std::optional<Policy> ingress;        ///< empty where the filter says nothing of that direction
  std::optional<Policy> egress;

  const Node& at(NodeId id) const { return nodes[id]; }

  const std::optional<Policy>& policy(bool of_ingress) const {
    return of_ingress ? ingress : egress;
  }

  /// The condition of every rule, each once, in the order of the text.
  std::vector<NodeId> conditions() const;

  /// By node, whether it is one of the given or below one.
  std::vector<bool> reachable(const std::vector<NodeId>& from) const;

  /// Whether some rule asks for the flow of a packet (language/flows.h).
  bool asks_for_flows() const;

  /// The condition of a filter that is an expression.
  NodeId expression() const { return egress->rules.front().condition; }
  friend bool operator==(const CheckedFilter&, const CheckedFilter&) = default;
};

}  // namespace fwc
