// SPDX-License-Identifier: MIT
// Tree to text, the way back from parse.cpp. Recursion is bounded by the depth that parse allows.
#include <string>

#include "grammar/parse.h"

namespace fwc {

namespace {

constexpr std::uint8_t kInExpression = kConditionalPrecedence;
constexpr std::uint8_t kInSet = row(Operator::bit_or).precedence;
constexpr std::uint8_t kInBounds = row(Operator::in).precedence + 1;
constexpr std::uint8_t kLeafPrecedence = kUnaryPrecedence + 1;

struct PrecedenceOf {
  std::uint8_t operator()(const ast::Unary& n) const { return row(n.op).precedence; }
  std::uint8_t operator()(const ast::Binary& n) const { return row(n.op).precedence; }
  std::uint8_t operator()(const ast::Chain& n) const { return row(n.op).precedence; }
  std::uint8_t operator()(const ast::Conditional&) const { return kConditionalPrecedence; }
  std::uint8_t operator()(const ast::Membership&) const { return row(Operator::in).precedence; }
  std::uint8_t operator()(const ast::Integer&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Address&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Prefix&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Mac&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Bytes&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Slice&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Name&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Variable&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Set&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Range&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::Tuple&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::File&) const { return kLeafPrecedence; }
  std::uint8_t operator()(const ast::LiveSet&) const { return kLeafPrecedence; }
};

class Printer {
 public:
  explicit Printer(const ast::Filter& filter) : filter_(filter) {}

  /// Writes a node where nothing looser than `loosest` may stand without parentheses.
  void print(ast::NodeId id, std::uint8_t loosest) {
    const ast::Node& node = filter_.at(id);
    const bool parentheses = std::visit(PrecedenceOf{}, node.value) < loosest;
    if (parentheses) text_ += '(';
    std::visit(*this, node.value);
    if (parentheses) text_ += ')';
  }

  void declaration(const ast::Declaration& d) {
    const bool variable = d.kind == ast::DeclarationKind::variable;
    text_ += "let " + std::string(sign(d.kind)) + d.name;
    if (d.type) text_ += ": " + *d.type;
    if (d.has_value) {
      text_ += " = ";
      print(d.value, variable ? kInBounds : kInExpression);
    }
    if (d.bounds) {
      text_ += " in ";
      print(*d.bounds, kInBounds);
    }
    text_ += "; ";
  }

  void part(const ast::Part& part) {
    if (part.direction != ast::PartDirection::both)
      text_ += std::string(spelling(part.direction)) + " { ";
    for (const ast::Rule& rule : part.rules) {
      text_ += std::string(spelling(rule.action)) + ' ';
      if (rule.name) text_ += *rule.name + ": ";
      print(rule.condition, kInExpression);
      text_ += "; ";
    }
    text_ += "default " + std::string(spelling(part.otherwise.action)) + "; ";
    if (part.direction != ast::PartDirection::both) text_ += "} ";
  }

  std::string take() && {
    if (text_.ends_with(' ')) text_.pop_back();
    return std::move(text_);
  }

  void operator()(const ast::Integer& n) { text_ += n.text; }
  void operator()(const ast::Address& n) { text_ += n.text; }
  void operator()(const ast::Prefix& n) { text_ += n.address + "/" + n.length; }
  void operator()(const ast::Mac& n) { text_ += n.text; }
  void operator()(const ast::Bytes& n) { text_ += n.text; }
  void operator()(const ast::Name& n) { text_ += n.text; }
  void operator()(const ast::Variable& n) { text_ += "$" + n.text; }
  void operator()(const ast::LiveSet& n) { text_ += "@" + n.text; }
  void operator()(const ast::File& n) { text_ += "from \"" + n.path + '"'; }

  void operator()(const ast::Slice& n) {
    print(n.value, kLeafPrecedence);
    text_ += '[';
    print(n.offset, kInExpression);
    if (n.length) {
      text_ += ':';
      print(*n.length, kInExpression);
    }
    text_ += ']';
  }

  void operator()(const ast::Unary& n) {
    text_ += row(n.op).symbol;
    print(n.operand, row(n.op).precedence);
  }

  void operator()(const ast::Binary& n) {
    print(n.lhs, row(n.op).precedence);
    infix(n.op);
    print(n.rhs, row(n.op).precedence + 1);
  }

  void operator()(const ast::Chain& n) {
    for (std::size_t i = 0; i < n.operands.size(); ++i) {
      if (i != 0) infix(n.op);
      print(n.operands[i], row(n.op).precedence + 1);
    }
  }

  void operator()(const ast::Conditional& n) {
    print(n.condition, kConditionalPrecedence + 1);
    text_ += " ? ";
    print(n.then_value, kInExpression);
    text_ += " : ";
    print(n.else_value, kInExpression);
  }

  void operator()(const ast::Membership& n) {
    print(n.value, row(Operator::in).precedence);
    infix(n.negated ? Operator::not_in : Operator::in);
    print(n.set, kInBounds);
  }

  void operator()(const ast::Set& n) {
    text_ += '{';
    list(n.elements, kInSet);
    text_ += '}';
  }

  void operator()(const ast::Tuple& n) {
    text_ += '(';
    list(n.elements, kInExpression);
    text_ += ')';
  }

  // In a set as well, where the low end would otherwise take the `..` for an `in` of its own.
  void operator()(const ast::Range& n) {
    print(n.low, kInBounds);
    text_ += text_.ends_with('.') ? " .." : "..";  // a literal takes dots at its end for its own
    print(n.high, kInBounds);
  }

 private:
  static std::string_view sign(ast::DeclarationKind kind) {
    switch (kind) {
      case ast::DeclarationKind::variable: return "$";
      case ast::DeclarationKind::live_set: return "@";
      case ast::DeclarationKind::definition: return "";
    }
    return "";
  }

  void list(const std::vector<ast::NodeId>& elements, std::uint8_t loosest) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i != 0) text_ += ", ";
      print(elements[i], loosest);
    }
  }

  void infix(Operator op) {
    text_ += ' ';
    text_ += row(op).symbol;
    text_ += ' ';
  }

  const ast::Filter& filter_;
  std::string text_;
};

}  // namespace

std::string print(const ast::Filter& filter) {
  Printer printer(filter);
  for (const ast::Declaration& d : filter.declarations) printer.declaration(d);
  for (const ast::Part& part : filter.parts) printer.part(part);
  if (!filter.is_policy()) printer.print(filter.root, kInExpression);
  return std::move(printer).take();
}

std::string print(const ast::Filter& filter, ast::NodeId node) {
  Printer printer(filter);
  printer.print(node, kInExpression);
  return std::move(printer).take();
}

}  // namespace fwc
