// SPDX-License-Identifier: MIT
// Enumerates trees by putting smaller ones together.
#include "tests/universe/expressions.h"

namespace fwc::test {

namespace {

using Form = SmallExpression::Form;

// As the page on the language orders them, from the loosest to the tightest.
enum Level : unsigned { kConditional = 1, kAny, kOdd, kAll, kPrefix, kPrimary };

Level level_of(Form form) {
  switch (form) {
    case Form::atom: return kPrefix;  // comparisons are atoms, and looser than `!`
    case Form::all: return kAll;
    case Form::any: return kAny;
    case Form::odd: return kOdd;
    case Form::conditional: return kConditional;
  }
  return kPrimary;
}

}  // namespace

void Universe::both_signs(SmallExpression expression, const Visit& visit) const {
  expression.table &= rows_;
  visit(expression);
  expression.negated = true;
  expression.table ^= rows_;
  visit(expression);
}

void Universe::binary(std::uint32_t left, std::uint32_t right, const Visit& visit) const {
  const TruthTable a = known_[left].table;
  const TruthTable b = known_[right].table;
  SmallExpression e{.operands = {left, right},
                    .ordered = left <= right && known_[left].ordered && known_[right].ordered};
  const auto as = [&](Form form, TruthTable table) {
    e.form = form;
    e.table = table;
    both_signs(e, visit);
  };
  as(Form::all, a & b);
  as(Form::any, a | b);
  as(Form::odd, a ^ b);
}

void Universe::conditional(std::uint32_t a, std::uint32_t b, std::uint32_t c,
                           const Visit& visit) const {
  const TruthTable condition = known_[a].table;
  both_signs({.form = Form::conditional,
              .operands = {a, b, c},
              .table = (condition & known_[b].table) | (~condition & known_[c].table),
              .ordered = known_[a].ordered && known_[b].ordered && known_[c].ordered},
             visit);
}

void Universe::combine(std::size_t size, const Visit& visit) const {
  const auto each_of = [this](std::size_t of, const auto& use) {
    for (std::size_t i = starts_[of - 1]; i < starts_[of]; ++i) use(static_cast<std::uint32_t>(i));
  };
  for (std::size_t left = 1; left < size; ++left)
    each_of(left, [&](std::uint32_t a) {
      each_of(size - left, [&](std::uint32_t b) { binary(a, b, visit); });
    });
  for (std::size_t first = 1; first + 1 < size; ++first)
    for (std::size_t second = 1; first + second < size; ++second)
      each_of(first, [&](std::uint32_t a) {
        each_of(second, [&](std::uint32_t b) {
          each_of(size - first - second, [&](std::uint32_t c) { conditional(a, b, c, visit); });
        });
      });
}

void Universe::fill(std::size_t size) {
  while (starts_.size() <= size) {
    std::vector<SmallExpression> more;
    const Visit keep = [&more](const SmallExpression& e) { more.push_back(e); };
    if (starts_.size() == 1)
      for (std::uint32_t i = 0; i < atoms_.size(); ++i)
        both_signs({.operands = {i}, .table = atoms_[i].table}, keep);
    else
      combine(starts_.size(), keep);
    known_.insert(known_.end(), more.begin(), more.end());
    starts_.push_back(known_.size());
  }
}

void Universe::each(std::size_t size, bool ordered, const Visit& visit) {
  fill(size == 1 ? 1 : size - 1);
  const Visit choose = [&](const SmallExpression& e) {
    if (!ordered || e.ordered) visit(e);
  };
  if (size > 1) return combine(size, choose);
  for (std::size_t i = 0; i < starts_[1]; ++i) choose(known_[i]);
}

std::string Universe::operand(std::uint32_t number, unsigned least) const {
  return text(known_[number], least);
}

std::string Universe::text(const SmallExpression& e, unsigned least) const {
  const unsigned level = level_of(e.form);
  const auto infix = [&](const char* sign) {
    return operand(e.operands[0], level) + sign + operand(e.operands[1], level + 1);
  };
  std::string inner;
  switch (e.form) {
    case Form::atom: inner = atoms_[e.operands[0]].text; break;
    case Form::all: inner = infix(" && "); break;
    case Form::any: inner = infix(" || "); break;
    case Form::odd: inner = infix(" ^^ "); break;
    case Form::conditional:
      inner = operand(e.operands[0], level + 1) + " ? " + operand(e.operands[1], level) + " : " +
              operand(e.operands[2], level);
      break;
  }
  if (e.negated) return "!(" + inner + ")";
  return level < least ? "(" + inner + ")" : inner;
}

std::string Universe::text(const SmallExpression& expression) const {
  return text(expression, kConditional);
}

}  // namespace fwc::test
