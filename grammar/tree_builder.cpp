// SPDX-License-Identifier: MIT
// Precedence climbing over two stacks; see the header for its place.
#include "grammar/tree_builder.h"

#include <algorithm>
#include <string>

namespace fwc::grammar {

namespace {

/// Whether `left` takes the operand between it and `right`. A logical operator waits for the next
/// of its kind, so that all operands of a chain are there when its node is made.
bool binds_first(Operator left, Operator right) {
  if (left == right && row(left).kind == OperatorKind::logical) return false;
  return row(left).precedence >= row(right).precedence;
}

ast::RuleAction action_of(std::string_view word) {
  if (word == "allow") return ast::RuleAction::allow;
  return word == "drop" ? ast::RuleAction::drop : ast::RuleAction::count;
}

/// `(ip, port)`, however it was written.
std::string without_blanks(std::string_view type) {
  std::string out;
  for (const char c : type) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\v' && c != '\f') out += c;
    if (c == ',') out += ' ';
  }
  return out;
}

}  // namespace

std::optional<Span> TreeBuilder::opener() const {
  return openers_.empty() ? std::nullopt : std::optional(openers_.back().span);
}

void TreeBuilder::check_depth(std::size_t depth, Span culprit) const {
  if (depth <= limits_.depth) return;
  throw SyntaxError{
      .kind = SyntaxError::Kind::too_deep,
      .span = culprit,
      .message = "the filter is nested deeper than " + std::to_string(limits_.depth) + " levels",
      .hint =
          "a chain of `||`, `&&` or `^^` and a set `{…}` are one level each, "
          "however long"};
}

void TreeBuilder::add(Value value, Span span, std::size_t depth, Span culprit) {
  check_depth(depth, culprit);
  if (filter_.nodes.size() >= limits_.nodes)
    throw SyntaxError{.kind = SyntaxError::Kind::too_long,
                      .span = culprit,
                      .message = "the filter has more than " + std::to_string(limits_.nodes) +
                                 " operands and operators",
                      .hint = {}};
  const auto id = static_cast<ast::NodeId>(filter_.nodes.size());
  filter_.nodes.push_back({.value = std::move(value), .span = span});
  operands_.push_back({.node = id, .outer = span, .depth = depth});
}

void TreeBuilder::leaf(Value value, Span span) {
  add(std::move(value), span, 1, span);
}

TreeBuilder::Operand TreeBuilder::pop() {
  const Operand top = operands_.back();
  operands_.pop_back();
  return top;
}

// ---- operands

void TreeBuilder::integer(const Token& token) {
  leaf(ast::Integer{std::string(token.text)}, token.span);
}

void TreeBuilder::address(const Token& token) {
  leaf(ast::Address{std::string(token.text)}, token.span);
}

void TreeBuilder::prefix(const Token& token) {
  const std::size_t slash = token.text.find('/');
  leaf(ast::Prefix{.address = std::string(token.text.substr(0, slash)),
                   .length = std::string(token.text.substr(slash + 1))},
       token.span);
}

void TreeBuilder::mac(const Token& token) {
  leaf(ast::Mac{std::string(token.text)}, token.span);
}

void TreeBuilder::bytes(const Token& token) {
  leaf(ast::Bytes{std::string(token.text)}, token.span);
}

void TreeBuilder::name(const Token& token) {
  leaf(ast::Name{std::string(token.text)}, token.span);
}

void TreeBuilder::variable(const Token& token) {
  leaf(ast::Variable{std::string(token.text.substr(1))}, token.span);
}

void TreeBuilder::live_set(const Token& token) {
  leaf(ast::LiveSet{std::string(token.text.substr(1))}, token.span);
}

void TreeBuilder::file(const Token& token) {
  const std::size_t quote = token.text.find('"');
  leaf(ast::File{std::string(token.text.substr(quote + 1, token.text.size() - quote - 2))},
       token.span);
}

// ---- operators

void TreeBuilder::begin_operation() {
  operations_.push_back(operators_.size());
}

void TreeBuilder::end_operation() {
  while (operators_.size() > operations_.back()) reduce();
  operations_.pop_back();
}

void TreeBuilder::unary(Operator op, Span span) {
  enter(span);
  operators_.push_back({op, span});
}

void TreeBuilder::infix(Operator op, Span span) {
  while (operators_.size() > operations_.back() && binds_first(operators_.back().op, op)) reduce();
  operators_.push_back({op, span});
}

void TreeBuilder::reduce() {
  const OperatorRow& top = row(operators_.back().op);
  if (top.unary) return reduce_unary();
  switch (top.kind) {
    case OperatorKind::logical: return reduce_chain();
    case OperatorKind::membership: return reduce_membership();
    case OperatorKind::equality:
    case OperatorKind::ordering:
    case OperatorKind::arithmetic: return reduce_binary();
  }
}

void TreeBuilder::reduce_unary() {
  const Waiting top = operators_.back();
  operators_.pop_back();
  --open_levels_;
  const Operand operand = pop();
  add(ast::Unary{.op = top.op, .operand = operand.node}, join(top.span, operand.outer),
      operand.depth + 1, top.span);
}

void TreeBuilder::reduce_binary() {
  const Waiting top = operators_.back();
  operators_.pop_back();
  const Operand rhs = pop();
  const Operand lhs = pop();
  add(ast::Binary{.op = top.op, .lhs = lhs.node, .rhs = rhs.node}, join(lhs.outer, rhs.outer),
      std::max(lhs.depth, rhs.depth) + 1, top.span);
}

void TreeBuilder::reduce_membership() {
  const Waiting top = operators_.back();
  operators_.pop_back();
  const Operand set = pop();
  const Operand value = pop();
  add(ast::Membership{.negated = top.op == Operator::not_in, .value = value.node, .set = set.node},
      join(value.outer, set.outer), std::max(value.depth, set.depth) + 1, top.span);
}

void TreeBuilder::reduce_chain() {
  const Waiting top = operators_.back();
  std::size_t operands = 1;
  for (; operators_.size() > operations_.back() && operators_.back().op == top.op; ++operands)
    operators_.pop_back();
  const auto first = operands_.end() - static_cast<std::ptrdiff_t>(operands);
  ast::Chain chain{.op = top.op, .operands = {}};
  chain.operands.reserve(operands);
  std::size_t depth = 0;
  for (auto i = first; i != operands_.end(); ++i) {
    chain.operands.push_back(i->node);
    depth = std::max(depth, i->depth);
  }
  const Span span = join(first->outer, operands_.back().outer);
  operands_.erase(first, operands_.end());
  add(std::move(chain), span, depth + 1, top.span);
}

void TreeBuilder::range() {
  const Operand high = pop();
  const Operand low = pop();
  const Span span = join(low.outer, high.outer);
  add(ast::Range{.low = low.node, .high = high.node}, span, std::max(low.depth, high.depth) + 1,
      span);
}

// ---- pairs

void TreeBuilder::enter(Span culprit) {
  // Something will stand below this level, hence one more.
  check_depth(++open_levels_ + 1, culprit);
}

void TreeBuilder::open(const Token& token) {
  enter(token.span);
  openers_.push_back({.span = token.span, .operands = operands_.size()});
}

void TreeBuilder::close_parenthesis(const Token& token) {
  --open_levels_;
  Operand& inner = operands_.back();
  if (std::holds_alternative<ast::Range>(filter_.nodes[inner.node].value))
    throw SyntaxError{.kind = SyntaxError::Kind::syntax,
                      .span = dots_,
                      .message = "`..` stands outside of a range",
                      .hint = "a range follows `in`, as in `dst_port in 1..1023`",
                      .found = dots_};
  check_depth(++inner.depth, openers_.back().span);
  inner.outer = join(openers_.back().span, token.span);
  filter_.nodes[inner.node].parenthesized = true;
  openers_.pop_back();
}

TreeBuilder::Elements TreeBuilder::take_elements(std::size_t before) {
  const auto first = operands_.begin() + static_cast<std::ptrdiff_t>(before);
  Elements taken;
  taken.nodes.reserve(static_cast<std::size_t>(operands_.end() - first));
  for (auto i = first; i != operands_.end(); ++i) {
    taken.nodes.push_back(i->node);
    taken.depth = std::max(taken.depth, i->depth);
  }
  operands_.erase(first, operands_.end());
  return taken;
}

void TreeBuilder::close_set(const Token& token) {
  --open_levels_;
  const Opener brace = openers_.back();
  openers_.pop_back();
  Elements elements = take_elements(brace.operands);
  add(ast::Set{std::move(elements.nodes)}, join(brace.span, token.span), elements.depth + 1,
      brace.span);
}

/// Offset and length stand behind the bracket, the name before it.
void TreeBuilder::close_slice(const Token& token) {
  --open_levels_;
  const Opener bracket = openers_.back();
  openers_.pop_back();
  const Elements numbers = take_elements(bracket.operands);
  const Operand value = pop();
  ast::Slice slice{.value = value.node, .offset = numbers.nodes.front(), .length = std::nullopt};
  if (numbers.nodes.size() > 1) slice.length = numbers.nodes.back();
  add(slice, join(value.outer, token.span), numbers.depth + 1, bracket.span);
}

/// All that stands behind the parenthesis that is open.
void TreeBuilder::tuple() {
  const Opener& parenthesis = openers_.back();
  const Span span = join(operands_[parenthesis.operands].outer, operands_.back().outer);
  Elements elements = take_elements(parenthesis.operands);
  add(ast::Tuple{std::move(elements.nodes)}, span, elements.depth + 1, parenthesis.span);
}

void TreeBuilder::colon(const Token&) {
  openers_.pop_back();
}

void TreeBuilder::conditional() {
  --open_levels_;
  const Operand else_value = pop();
  const Operand then_value = pop();
  const Operand condition = pop();
  const Span span = join(condition.outer, else_value.outer);
  add(ast::Conditional{.condition = condition.node,
                       .then_value = then_value.node,
                       .else_value = else_value.node},
      span, std::max({condition.depth, then_value.depth, else_value.depth}) + 1, span);
}

// ---- declarations

void TreeBuilder::declared(const Token& token) {
  declaration_ = {};
  const char sign = token.text.front();
  declaration_.kind = sign == '$'   ? ast::DeclarationKind::variable
                      : sign == '@' ? ast::DeclarationKind::live_set
                                    : ast::DeclarationKind::definition;
  declaration_.name = token.text.substr(sign == '$' || sign == '@' ? 1 : 0);
  declaration_.name_span = token.span;
}

void TreeBuilder::type(const Token& token) {
  declaration_.type = without_blanks(token.text);
  declaration_.type_span = token.span;
}

void TreeBuilder::declaration() {
  // The bounds, if there are any, lie above the value.
  if (operands_.size() == 2) declaration_.bounds = pop().node;
  declaration_.has_value = !operands_.empty();
  if (declaration_.has_value) declaration_.value = pop().node;
  filter_.declarations.push_back(std::move(declaration_));
}

// ---- policies

void TreeBuilder::part(const Token& token) {
  const auto direction =
      token.text == "ingress" ? ast::PartDirection::ingress : ast::PartDirection::egress;
  filter_.parts.push_back(
      {.direction = direction, .span = token.span, .rules = {}, .otherwise = {}});
}

void TreeBuilder::open_part(const Token& token) {
  openers_.push_back({.span = token.span, .operands = operands_.size()});
}

void TreeBuilder::close_part(const Token&) {
  openers_.pop_back();
}

void TreeBuilder::begin_rules() {
  filter_.parts.emplace_back();
}

void TreeBuilder::rule_action(const Token& token) {
  rule_ = {};
  rule_.action = action_of(token.text);
  rule_.action_span = token.span;
}

void TreeBuilder::rule_name(const Token& token) {
  rule_.name = token.text;
  rule_.name_span = token.span;
}

void TreeBuilder::rule(const Token& token) {
  rule_.condition = pop().node;
  rule_.span = join(rule_.action_span, token.span);
  filter_.parts.back().rules.push_back(std::move(rule_));
}

void TreeBuilder::default_word(const Token& token) {
  filter_.parts.back().otherwise.span = token.span;
}

void TreeBuilder::default_action(const Token& token) {
  filter_.parts.back().otherwise.action = action_of(token.text);
}

void TreeBuilder::default_rule(const Token& token) {
  ast::Default& otherwise = filter_.parts.back().otherwise;
  otherwise.span = join(otherwise.span, token.span);
}

ast::Filter TreeBuilder::take() && {
  if (!filter_.is_policy()) filter_.root = operands_.back().node;
  return std::move(filter_);
}

}  // namespace fwc::grammar
