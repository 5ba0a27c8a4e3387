// SPDX-License-Identifier: MIT
// Trees of text: their rendering and their simplification.
#include "tests/harness/expression.h"

#include <algorithm>

namespace fwc::test {

namespace {

std::string in_parentheses_below(const Expression& child, std::uint8_t precedence) {
  return child.precedence < precedence ? "(" + child.text() + ")" : child.text();
}

std::string prefix_text(const Expression& e) {
  const Expression& child = e.children.front();
  const bool word = e.head.size() > 1;
  // `- -x` without the blank would be read as the decrement of C.
  const bool apart = word || child.form == Expression::Form::prefix;
  return e.head + (apart ? " " : "") + in_parentheses_below(child, e.precedence);
}

std::string infix_text(const Expression& e) {
  std::string text = in_parentheses_below(e.children.front(), e.precedence);
  for (std::size_t i = 1; i < e.children.size(); ++i)
    text += e.gap + e.head + e.gap +
            in_parentheses_below(e.children[i], static_cast<std::uint8_t>(e.precedence + 1));
  return text;
}

std::string membership_text(const Expression& e) {
  std::string set;
  for (const std::string& element : e.elements) set += (set.empty() ? "" : ", ") + element;
  return in_parentheses_below(e.children.front(), static_cast<std::uint8_t>(e.precedence + 1)) +
         e.gap + e.head + e.gap + (e.bare ? set : "{" + set + "}");
}

std::string conditional_text(const Expression& e) {
  return in_parentheses_below(e.children[0], kConditionalPrecedence + 1) + e.gap + "? " +
         e.children[1].text() + " :" + e.gap + e.children[2].text();
}

bool converts(Type from, Type to) {
  return compares(from, to);
}

using Expressions = std::vector<Expression>;

Expression leaf(Type type, std::string head) {
  Expression e;
  e.type = type;
  e.head = std::move(head);
  return e;
}

void add_constants(const Expression& e, Expressions& out) {
  if (e.form == Expression::Form::leaf || !is_number(e.type)) return;
  for (const char* constant : {"false", "true"}) out.push_back(leaf(Type::boolean, constant));
  if (e.type == Type::integer)
    for (const char* constant : {"0", "1"}) out.push_back(leaf(Type::integer, constant));
}

Expressions simpler(const Expression& e) {
  Expressions out;
  add_constants(e, out);
  for (const Expression& child : e.children)
    if (converts(child.type, e.type)) out.push_back(child);
  if (e.form == Expression::Form::infix && e.children.size() > 2) {
    for (std::size_t i = 0; i < e.children.size(); ++i) {
      out.push_back(e);
      out.back().children.erase(out.back().children.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  for (std::size_t i = 0; e.elements.size() > 1 && i < e.elements.size(); ++i) {
    out.push_back(e);
    out.back().elements.erase(out.back().elements.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (e.form != Expression::Form::leaf && e.gap != " ") {
    out.push_back(e);
    out.back().gap = " ";
  }
  for (std::size_t i = 0; i < e.children.size(); ++i) {
    for (Expression& child : simpler(e.children[i])) {
      out.push_back(e);
      out.back().children[i] = std::move(child);
    }
  }
  return out;
}

}  // namespace

std::string Expression::text() const {
  switch (form) {
    case Form::leaf: return head;
    case Form::prefix: return prefix_text(*this);
    case Form::infix: return infix_text(*this);
    case Form::membership: return membership_text(*this);
    case Form::conditional: return conditional_text(*this);
  }
  return {};
}

std::string RandomFilter::text() const {
  std::string text;
  for (const std::string& declaration : declarations) text += declaration + " ";
  if (otherwise.empty()) return text + expression.text();
  for (const RandomRule& rule : rules) text += rule.head + " " + rule.condition.text() + "; ";
  return text + otherwise;
}

/// Fewer rules, or simpler ones; a single rule as an expression.
static std::vector<RandomFilter> simpler_policies(const RandomFilter& filter) {
  std::vector<RandomFilter> out;
  const auto changed = [&]() -> RandomFilter& { return out.emplace_back(filter); };
  for (const RandomRule& rule : filter.rules) {
    RandomFilter& alone = changed();
    alone.rules.clear();
    alone.otherwise.clear();
    alone.expression = rule.condition;
  }
  for (std::size_t i = 0; i < filter.rules.size(); ++i) {
    auto& rules = changed().rules;
    rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (std::size_t i = 0; i < filter.rules.size(); ++i)
    for (Expression& condition : simpler(filter.rules[i].condition))
      changed().rules[i].condition = std::move(condition);
  return out;
}

std::vector<RandomFilter> simpler(const RandomFilter& filter) {
  std::vector<RandomFilter> out;
  for (std::size_t i = 0; i < filter.declarations.size(); ++i) {
    out.push_back(filter);
    out.back().declarations.erase(out.back().declarations.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (!filter.otherwise.empty()) {
    for (RandomFilter& policy : simpler_policies(filter)) out.push_back(std::move(policy));
    return out;
  }
  for (Expression& expression : simpler(filter.expression))
    out.push_back({.declarations = filter.declarations, .expression = std::move(expression)});
  return out;
}

}  // namespace fwc::test
