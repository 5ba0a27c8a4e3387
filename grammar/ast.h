// SPDX-License-Identifier: MIT
// The tree of what was written: first stage of the pipe. Names are text and literals are text, for
// nothing is resolved yet; the checker turns this into a CheckedFilter.
//
// Nodes live in one vector and name their children by index, so that a tree of any size is freed
// without recursion and compares with ==. A child's index is always lower than its parent's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/operators.h"
#include "grammar/span.h"

namespace fwc::ast {

using NodeId = std::uint32_t;

/// An integer literal as written: `53`, `0x1f`, `0o17`, `0b101`, `1_000`, `1'000`, also `010`.
struct Integer {
  std::string text;
  friend bool operator==(const Integer&, const Integer&) = default;
};

/// An IPv4 or IPv6 address as written, without a prefix length. May still be malformed
/// (`1.2.3.999`).
struct Address {
  std::string text;
  friend bool operator==(const Address&, const Address&) = default;
};

/// `address/length` as written.
struct Prefix {
  std::string address;
  std::string length;
  friend bool operator==(const Prefix&, const Prefix&) = default;
};

/// An Ethernet address as written: `00:1b:21:0a:0b:0c`.
struct Mac {
  std::string text;
  friend bool operator==(const Mac&, const Mac&) = default;
};

/// A byte string as written, with its quotes: `"GET "`, `hex"0d 0a"`. Also the name of an
/// interface.
struct Bytes {
  std::string text;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

/// A field, a constant, a definition, `true` or `false`: `udp`, `tcp.flags`, `https`.
struct Name {
  std::string text;
  friend bool operator==(const Name&, const Name&) = default;
};

/// `$name`; the text is without the dollar sign.
struct Variable {
  std::string text;
  friend bool operator==(const Variable&, const Variable&) = default;
};

struct Unary {
  Operator op;
  NodeId operand;
  friend bool operator==(const Unary&, const Unary&) = default;
};

/// `value[offset:length]`; one byte where no length is written. The value is a Name.
struct Slice {
  NodeId value;
  NodeId offset;
  std::optional<NodeId> length;
  friend bool operator==(const Slice&, const Slice&) = default;
};

/// Every binary operator but the logical and the membership ones.
struct Binary {
  Operator op;
  NodeId lhs;
  NodeId rhs;
  friend bool operator==(const Binary&, const Binary&) = default;
};

/// `a || b || c`: one wide node, so that a long chain is not a deep tree. At least two operands.
struct Chain {
  Operator op;  ///< logical_or, logical_xor or logical_and
  std::vector<NodeId> operands;
  friend bool operator==(const Chain&, const Chain&) = default;
};

struct Conditional {
  NodeId condition;
  NodeId then_value;
  NodeId else_value;
  friend bool operator==(const Conditional&, const Conditional&) = default;
};

/// `value in set`. The right side is a Set, a Range, a Prefix or any operand (the checker judges
/// it).
struct Membership {
  bool negated;
  NodeId value;
  NodeId set;
  friend bool operator==(const Membership&, const Membership&) = default;
};

/// `{a, b..c, d/8}`; may be empty here, which the checker refuses.
struct Set {
  std::vector<NodeId> elements;
  friend bool operator==(const Set&, const Set&) = default;
};

/// `low..high`, both ends included.
struct Range {
  NodeId low;
  NodeId high;
  friend bool operator==(const Range&, const Range&) = default;
};

/// `(a, b)`: at least two elements. On the left of `in` values, in a set also prefixes and ranges.
struct Tuple {
  std::vector<NodeId> elements;
  friend bool operator==(const Tuple&, const Tuple&) = default;
};

/// `from "path"`: the entries of a file.
struct File {
  std::string path;
  friend bool operator==(const File&, const File&) = default;
};

/// `@name`; the text is without the at sign.
struct LiveSet {
  std::string text;
  friend bool operator==(const LiveSet&, const LiveSet&) = default;
};

struct Node {
  std::variant<Integer, Address, Prefix, Mac, Bytes, Name, Variable, Slice, Unary, Binary, Chain,
               Conditional, Membership, Set, Range, Tuple, File, LiveSet>
      value;
  Span span;
  bool parenthesized = false;  ///< written in parentheses of its own; lints about precedence ask
  friend bool operator==(const Node&, const Node&) = default;
};

enum class DeclarationKind : std::uint8_t { variable, live_set, definition };

/// `let $name: type = value in low..high;` (type and bounds may be missing), `let @name: type =
/// set;` (the set may be missing) or `let name = value;`.
struct Declaration {
  DeclarationKind kind = DeclarationKind::variable;
  std::string name;  ///< without the dollar or at sign
  Span name_span;
  std::optional<std::string> type;
  Span type_span;
  NodeId value = 0;
  bool has_value = true;
  std::optional<NodeId> bounds;  ///< a Range node
  friend bool operator==(const Declaration&, const Declaration&) = default;
};

enum class RuleAction : std::uint8_t { allow, drop, count };

/// `allow name: condition;` (the name may be missing).
struct Rule {
  RuleAction action;
  Span action_span;
  std::optional<std::string> name;
  Span name_span;
  NodeId condition;
  Span span;  ///< with the `;`
  friend bool operator==(const Rule&, const Rule&) = default;
};

/// `default drop;`
struct Default {
  RuleAction action = RuleAction::drop;  ///< allow or drop
  Span span;
  friend bool operator==(const Default&, const Default&) = default;
};

constexpr std::string_view spelling(RuleAction action) {
  switch (action) {
    case RuleAction::allow: return "allow";
    case RuleAction::drop: return "drop";
    case RuleAction::count: return "count";
  }
  return {};
}

enum class PartDirection : std::uint8_t { both, ingress, egress };

constexpr std::string_view spelling(PartDirection direction) {
  switch (direction) {
    case PartDirection::both: return {};
    case PartDirection::ingress: return "ingress";
    case PartDirection::egress: return "egress";
  }
  return {};
}

/// The rules for one direction, `egress { … }`, or, where none is written, for both.
struct Part {
  PartDirection direction = PartDirection::both;
  Span span;  ///< the word `ingress` or `egress`; empty where none is written
  std::vector<Rule> rules;
  Default otherwise;
  friend bool operator==(const Part&, const Part&) = default;
};

/// A whole filter text: declarations, then one expression or a policy.
struct Filter {
  std::vector<Node> nodes;
  std::vector<Declaration> declarations;
  NodeId root = 0;          ///< the expression; of a policy without meaning
  std::vector<Part> parts;  ///< of a policy; empty where there is an expression

  bool is_policy() const { return !parts.empty(); }
  const Node& at(NodeId id) const { return nodes[id]; }
  friend bool operator==(const Filter&, const Filter&) = default;
};

}  // namespace fwc::ast
