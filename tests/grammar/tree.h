// SPDX-License-Identifier: MIT
// Trees as short text, so that a test shows the whole tree it expects: `(+ 1 (* 2 3))`. An operator
// is its symbol, a tree written in parentheses of its own is in `[ ]`.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

#include "grammar/parse.h"

namespace fwc {

inline std::string shape(const ast::Filter& filter, ast::NodeId id);

struct Shape {
  const ast::Filter& filter;

  std::string at(ast::NodeId id) const { return shape(filter, id); }
  std::string all(const std::vector<ast::NodeId>& ids) const {
    std::string text;
    for (const ast::NodeId id : ids) text += " " + at(id);
    return text;
  }
  static std::string symbol(Operator op) { return std::string(row(op).symbol); }

  std::string operator()(const ast::Integer& n) const { return n.text; }
  std::string operator()(const ast::Address& n) const { return "@" + n.text; }
  std::string operator()(const ast::Prefix& n) const { return "@" + n.address + "/" + n.length; }
  std::string operator()(const ast::Mac& n) const { return "@" + n.text; }
  std::string operator()(const ast::Bytes& n) const { return n.text; }
  std::string operator()(const ast::Name& n) const { return n.text; }
  std::string operator()(const ast::Variable& n) const { return "$" + n.text; }
  std::string operator()(const ast::LiveSet& n) const { return "@" + n.text; }
  std::string operator()(const ast::File& n) const { return "<" + n.path + ">"; }
  std::string operator()(const ast::Tuple& n) const { return "(," + all(n.elements) + ")"; }
  std::string operator()(const ast::Slice& n) const {
    return "(slice " + at(n.value) + " " + at(n.offset) +
           (n.length ? " " + at(*n.length) : std::string()) + ")";
  }
  std::string operator()(const ast::Unary& n) const {
    return "(" + symbol(n.op) + " " + at(n.operand) + ")";
  }
  std::string operator()(const ast::Binary& n) const {
    return "(" + symbol(n.op) + " " + at(n.lhs) + " " + at(n.rhs) + ")";
  }
  std::string operator()(const ast::Chain& n) const {
    return "(" + symbol(n.op) + all(n.operands) + ")";
  }
  std::string operator()(const ast::Conditional& n) const {
    return "(? " + at(n.condition) + " " + at(n.then_value) + " " + at(n.else_value) + ")";
  }
  std::string operator()(const ast::Membership& n) const {
    return std::string(n.negated ? "(not-in " : "(in ") + at(n.value) + " " + at(n.set) + ")";
  }
  std::string operator()(const ast::Set& n) const { return "{" + all(n.elements) + " }"; }
  std::string operator()(const ast::Range& n) const {
    return "(.. " + at(n.low) + " " + at(n.high) + ")";
  }
};

inline std::string shape(const ast::Filter& filter, ast::NodeId id) {
  const std::string text = std::visit(Shape{filter}, filter.at(id).value);
  return filter.at(id).parenthesized ? "[" + text + "]" : text;
}

/// The tree of a text, or what is wrong with it.
inline std::string shape(std::string_view text) {
  const auto parsed = parse(text);
  if (const auto* error = std::get_if<SyntaxError>(&parsed)) return "error: " + error->message;
  const auto& filter = std::get<ast::Filter>(parsed);
  return shape(filter, filter.root);
}

/// The filter of a text that must be right.
inline ast::Filter parsed(std::string_view text) {
  auto result = parse(text);
  if (const auto* error = std::get_if<SyntaxError>(&result)) {
    ADD_FAILURE() << text.substr(0, 200) << ": " << error->message;
    return parsed("false");
  }
  return std::get<ast::Filter>(std::move(result));
}

/// The error of a text that must be wrong.
inline SyntaxError error_of(std::string_view text, const ParseLimits& limits = {}) {
  auto result = parse(text, limits);
  if (auto* error = std::get_if<SyntaxError>(&result)) return *error;
  ADD_FAILURE() << text.substr(0, 200) << ": has no error";
  return {};
}

}  // namespace fwc
