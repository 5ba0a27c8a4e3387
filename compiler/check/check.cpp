// SPDX-License-Identifier: MIT
// The driver of a check: the declarations in order, the expression, the warnings about the whole.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/lints.h"
#include "compiler/check/reasoning/reasoner.h"

namespace fwc {

namespace {

constexpr Interval<std::int64_t> kUnbounded = {std::numeric_limits<std::int64_t>::min(),
                                               std::numeric_limits<std::int64_t>::max()};

std::string range_text(const Interval<std::int64_t>& range) {
  return fmt::format("{}..{}", range.low, range.high);
}

}  // namespace

CheckResult check(const ast::Filter& filter, std::string_view text, const SourceLoader& load_source,
                  Hook hook) {
  return Checker(filter, text, load_source, hook).run();
}

Checker::Checker(const ast::Filter& filter, std::string_view text, const SourceLoader& load_source,
                 Hook hook)
    : filter_(filter), text_(text), report_(text), load_source_(load_source), hook_(hook) {}

CheckResult Checker::run() && {
  find_kinds();
  for (const ast::Declaration& declaration : filter_.declarations) declare(declaration);
  lint_precedence(filter_, report_);
  CheckedFilter rules = check_rules();
  warn_of_unused_variables();
  if (report_.failed())
    return {
        .filter = std::nullopt, .issues = std::move(report_).take(), .files = std::move(files_)};
  rules.variables = std::move(variables_);
  rules.live_sets = std::move(live_sets_);
  rules.interfaces = std::move(interfaces_);
  rules.hook = hook_;
  CheckedFilter checked = std::move(tree_).finish(std::move(rules));
  Reasoner reasoner(checked);
  lint_clauses(checked, reasoner, report_);
  lint_rules(checked, reasoner, report_);
  lint_presence(checked, report_);
  lint_whole(filter_, checked, reasoner, report_);
  return {.filter = std::move(checked), .issues = std::move(report_).take()};
}

bool Checker::is_declared_twice(const ast::Declaration& declaration) {
  const auto is_this = [&](const auto& name) { return name == declaration.name; };
  const bool again = std::any_of(variables_.begin(), variables_.end(),
                                 [&](const auto& v) { return is_this(v.name); }) ||
                     std::any_of(failed_variables_.begin(), failed_variables_.end(), is_this);
  if (again)
    report_.add(Code::duplicate_variable, declaration.name_span,
                fmt::format("{} is declared twice", quoted("$" + declaration.name)));
  return again;
}

/// `let $gateway: ip = 10.0.0.1;`
void Checker::declare_address(const ast::Declaration& declaration, NodeId value) {
  if (declaration.bounds)
    report_.add(Code::wrong_type, span_of(*declaration.bounds), "an ip variable has no bounds");
  variables_.push_back(
      {.name = declaration.name, .type = Type::address, .address = *tree_.constant_address(value)});
  variable_spans_.push_back(declaration.name_span);
  variable_read_.push_back(false);
}

void Checker::declare(const ast::Declaration& declaration) {
  if (declaration.kind == ast::DeclarationKind::definition) return define(declaration);
  if (declaration.kind == ast::DeclarationKind::live_set) return declare_live_set(declaration);
  const Value value = this->value(declaration.value);
  if (is_declared_twice(declaration)) return;
  const bool as_address = !declaration.type || *declaration.type == name(Type::address);
  if (value && as_address && tree_.constant_address(*value) != nullptr)
    return declare_address(declaration, *value);
  const auto type = value ? declared_type(declaration, *value) : std::nullopt;
  const auto bounds = declared_bounds(declaration, type.value_or(Type::integer));
  const auto initial = value ? tree_.constant(*value) : std::nullopt;
  if (!type || !bounds || !initial) {
    failed_variables_.push_back(declaration.name);
    return;
  }
  if (*initial < bounds->low || *initial > bounds->high) {
    report_.add(
        Code::bad_default, span_of(declaration.value),
        fmt::format("the default {} of {} is outside its bounds {}", quote(declaration.value),
                    quoted("$" + declaration.name), quoted(range_text(*bounds))));
  }
  variables_.push_back({.name = declaration.name,
                        .type = *type,
                        .initial = *initial,
                        .minimum = bounds->low,
                        .maximum = bounds->high});
  variable_spans_.push_back(declaration.name_span);
  variable_read_.push_back(false);
}

std::optional<Type> Checker::declared_type(const ast::Declaration& declaration, NodeId value) {
  const Type given = tree_.type(value);
  const auto no_type = [&](Code code, Span span, std::string message, std::string hint = {}) {
    report_.add(code, span, std::move(message), std::move(hint));
    return std::nullopt;
  };
  if (!tree_.constant(value) && tree_.constant_address(value) == nullptr)
    return no_type(Code::not_constant, span_of(declaration.value),
                   fmt::format("the default {} is not a constant", quote(declaration.value)));
  if (given == Type::mac)
    return no_type(Code::wrong_type, span_of(declaration.value),
                   fmt::format("the default {} is a mac", quote(declaration.value)),
                   "a variable is an `int`, a `bool` or an `ip`");
  if (!declaration.type) return given;
  for (const Type type : {Type::boolean, Type::integer, Type::address}) {
    if (name(type) != *declaration.type) continue;
    if (type == given) return type;
    return no_type(
        Code::bad_default, span_of(declaration.value),
        fmt::format("the default {} of {} is {}, not {}", quote(declaration.value),
                    quoted("$" + declaration.name), with_article(given), with_article(type)));
  }
  return no_type(Code::wrong_type, declaration.type_span,
                 fmt::format("{} is not the type of a variable", quoted(*declaration.type)),
                 "a variable is an `int`, a `bool` or an `ip`");
}

std::optional<Interval<std::int64_t>> Checker::declared_bounds(const ast::Declaration& declaration,
                                                               Type type) {
  if (!declaration.bounds) return type == Type::boolean ? Interval<std::int64_t>{0, 1} : kUnbounded;
  const auto& range = std::get<ast::Range>(filter_.at(*declaration.bounds).value);
  std::optional<std::int64_t> ends[2];
  const ast::NodeId written[2] = {range.low, range.high};
  for (int i = 0; i < 2; ++i) {
    const Value end = number(written[i]);
    if (!end) continue;
    ends[i] = tree_.constant(*end);
    if (!ends[i])
      report_.add(Code::not_constant, span_of(written[i]),
                  fmt::format("the bound {} is not a constant", quote(written[i])));
  }
  if (!ends[0] || !ends[1]) return std::nullopt;
  if (type == Type::boolean) {
    report_.add(Code::wrong_type, span_of(*declaration.bounds), "a bool variable has no bounds");
    return std::nullopt;
  }
  if (*ends[0] <= *ends[1]) return Interval<std::int64_t>{*ends[0], *ends[1]};
  report_.add(Code::empty_range, span_of(*declaration.bounds),
              fmt::format("the range {} is empty", quote(*declaration.bounds)),
              fmt::format("write {}", quoted(source(range.high) + ".." + source(range.low))));
  return std::nullopt;
}

void Checker::warn_of_unused_variables() {
  if (report_.failed()) return;  // the reading may be misspelt
  for (std::size_t i = 0; i < variables_.size(); ++i)
    if (!variable_read_[i])
      report_.add(Code::unused_variable, variable_spans_[i],
                  fmt::format("{} is never read", quoted("$" + variables_[i].name)));
  for (std::size_t i = 0; i < live_sets_.size(); ++i)
    if (!live_set_read_[i])
      report_.add(Code::unused_variable, live_set_spans_[i],
                  fmt::format("{} is never read", quoted("@" + live_sets_[i].name)));
  warn_of_unused_definitions();
}

std::string Checker::source(ast::NodeId id) const {
  const std::string text(report_.text(span_of(id)));
  return filter_.at(id).parenthesized ? "(" + text + ")" : text;
}

std::string with_article(Type type) {
  if (type == Type::bytes) return std::string(name(type));
  const bool consonant = type == Type::boolean || type == Type::mac;
  return fmt::format("{} {}", consonant ? "a" : "an", name(type));
}

}  // namespace fwc
