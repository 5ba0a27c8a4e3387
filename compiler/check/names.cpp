// SPDX-License-Identifier: MIT
// Names: fields, named constants and variables, and what to say of a name that is none of them.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/suggest.h"
#include "compiler/language/foreign_names.h"

namespace fwc {

namespace {

constexpr std::string_view kTrue = "true";
constexpr std::string_view kFalse = "false";

bool is_bitwise(Operator op) {
  return op == Operator::bit_and || op == Operator::bit_or || op == Operator::bit_xor;
}

/// The kind of constants that the expression speaks of, from the kinds of its parts.
struct FindKind {
  const ast::Filter& filter;
  const std::map<std::string_view, ast::NodeId>& definitions;
  const std::vector<ValueKind>& kinds;

  ValueKind flags_of(ast::NodeId lhs, ast::NodeId rhs) const {
    const bool flags = kinds[lhs] == ValueKind::tcp_flags || kinds[rhs] == ValueKind::tcp_flags;
    return flags ? ValueKind::tcp_flags : ValueKind::plain;
  }
  ValueKind operator()(const ast::Name& n) const {
    if (const auto field = find_field(n.text)) return kFields[*field].kind;
    const auto defined = definitions.find(n.text);
    // A definition stands before its uses; one that does not is an error.
    return defined != definitions.end() && defined->second < kinds.size() ? kinds[defined->second]
                                                                          : ValueKind::plain;
  }
  ValueKind operator()(const ast::Mac&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Bytes&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Slice&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Unary& n) const {
    return n.op == Operator::complement ? flags_of(n.operand, n.operand) : ValueKind::plain;
  }
  ValueKind operator()(const ast::Binary& n) const {
    // Comparisons too: `tcp.flags == syn | ack` gets a warning about its precedence, not an error
    // about `ack`.
    const bool compares = row(n.op).kind != OperatorKind::arithmetic;
    return is_bitwise(n.op) || compares ? flags_of(n.lhs, n.rhs) : ValueKind::plain;
  }
  ValueKind operator()(const ast::Conditional& n) const {
    const ValueKind kind = kinds[n.then_value];
    return kind == kinds[n.else_value] ? kind : ValueKind::plain;
  }
  ValueKind operator()(const ast::Integer&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Address&) const { return ValueKind::address; }
  ValueKind operator()(const ast::Prefix&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Variable&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Chain&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Membership&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Set&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Range&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::Tuple&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::File&) const { return ValueKind::plain; }
  ValueKind operator()(const ast::LiveSet&) const { return ValueKind::plain; }
};

/// Every name that may stand in such a place.
std::vector<std::string_view> names_for(ValueKind expected) {
  std::vector<std::string_view> names = constant_names(expected);
  for (const FieldRow& field : kFields) names.push_back(field.name);
  names.push_back(kTrue);
  names.push_back(kFalse);
  return names;
}

}  // namespace

void Checker::find_kinds() {
  kinds_.reserve(filter_.nodes.size());
  std::map<std::string_view, ast::NodeId> definitions;
  for (const ast::Declaration& d : filter_.declarations)
    if (d.kind == ast::DeclarationKind::definition) definitions.try_emplace(d.name, d.value);
  for (const ast::Node& node : filter_.nodes) {
    ValueKind kind = std::visit(FindKind{filter_, definitions, kinds_}, node.value);
    const auto* binary = std::get_if<ast::Binary>(&node.value);
    const bool compares = binary != nullptr && row(binary->op).kind != OperatorKind::arithmetic;
    if (compares && node.parenthesized) kind = ValueKind::plain;
    kinds_.push_back(kind);
  }
}

Checker::Value Checker::check(const ast::Name& name, const Place& place) {
  if (name.text == kTrue) return tree_.boolean(true, place.span);
  if (name.text == kFalse) return tree_.boolean(false, place.span);
  if (Definition* definition = find_definition(name.text))
    return check_definition(*definition, place);
  if (const auto named = find_constant(place.expected, name.text)) {
    if (named->ipv4 == named->ipv6) return tree_.integer(*named->ipv4, place.span);
    report_.add(Code::wrong_type, place.span,
                fmt::format("{} has different numbers over IPv4 and IPv6", quoted(name.text)),
                "it stands after `==`, after `!=` and alone in a set");
    return std::nullopt;
  }
  if (const auto field = find_field(name.text)) {
    if (!is_on_hook(kFields[*field], place.span)) return std::nullopt;
    if (kFields[*field].type != Type::bytes) return tree_.field(*field, place.span);
    report_.add(Code::wrong_type, place.span,
                fmt::format("{} stands without a slice", quoted(name.text)),
                fmt::format("name the bytes, as in {}: four from the first on",
                            quoted(fmt::format("{}[0:4]", name.text))));
    return std::nullopt;
  }
  if (network_at(place.id, place.expected) != nullptr) {
    report_.add(Code::wrong_type, place.span,
                fmt::format("the network {} stands where a value is expected", quoted(name.text)),
                fmt::format("look an address up in it, as in {}",
                            quoted(fmt::format("dst_ip in {}", name.text))));
    return std::nullopt;
  }
  return unknown_name(name.text, place);
}

bool Checker::is_on_hook(const FieldRow& field, Span span) {
  if ((field.hooks & hook_bit(hook_)) != 0) return true;
  std::vector<std::string_view> hooks;
  for (const Hook hook : kHooks)
    if ((field.hooks & hook_bit(hook)) != 0) hooks.push_back(fwc::name(hook));
  report_.add(
      Code::not_on_hook, span,
      fmt::format("{} is not known on the hook {}", quoted(field.name), quoted(fwc::name(hook_))),
      fmt::format("it is on {}, as `--hook {}`", quoted_choice(hooks), hooks.front()));
  return false;
}

Checker::Value Checker::unknown_name(std::string_view name, const Place& place) {
  if (tell_of_later_definition(name, place.span)) return std::nullopt;
  if (place.expected == ValueKind::interface) {
    report_.add(Code::unknown_name, place.span, fmt::format("unknown name {}", quoted(name)),
                fmt::format("the names of interfaces stand in quotes, {}",
                            quoted(fmt::format("\"{}\"", name))));
    return std::nullopt;
  }
  report_.add(Code::unknown_name, place.span, fmt::format("unknown name {}", quoted(name)),
              report_.full() ? std::string{} : hint_for_name(name, place.expected));
  return std::nullopt;
}

std::string Checker::hint_for_name(std::string_view name, ValueKind expected) const {
  if (const ForeignName* foreign = find_foreign_name(name, expected))
    return fmt::format("here it is {}", quoted(foreign->here));
  for (const ValueKind kind : kConstantKinds) {
    if (!is_constant(kind, name)) continue;
    const auto fields = field_names([kind](const FieldRow& f) { return f.kind == kind; });
    if (fields.empty()) continue;
    return fmt::format("it is {}, which stands beside {}, as in {}", constants_of(kind),
                       quoted_choice(fields),
                       quoted(fmt::format("{} {} {}", fields[fields.size() > 1],
                                          kind == ValueKind::address ? "in" : "==", name)));
  }
  std::vector<std::string_view> known = names_for(expected);
  for (const Definition& definition : definitions_) known.push_back(definition.name);
  if (const auto near = nearest(name, known)) return fmt::format("did you mean {}?", quoted(*near));
  for (const ValueKind kind : kConstantKinds)
    if (const ForeignName* foreign = find_foreign_name(name, kind))
      return fmt::format("here it is {}, which is {}", quoted(foreign->here), constants_of(kind));
  return {};
}

const NetworkRow* Checker::network_at(ast::NodeId id, ValueKind kind) const {
  const auto* name = std::get_if<ast::Name>(&filter_.at(id).value);
  return name == nullptr || kind != ValueKind::address ? nullptr : find_network(name->text);
}

std::optional<NamedValue> Checker::named_by_family(ast::NodeId id, ValueKind kind) const {
  const auto* name = std::get_if<ast::Name>(&filter_.at(id).value);
  if (name == nullptr) return std::nullopt;
  const auto named = find_constant(kind, name->text);
  return named && named->ipv4 != named->ipv6 ? named : std::nullopt;
}

Checker::Value Checker::check(const ast::Variable& variable, const Place& place) {
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    if (variables_[i].name != variable.text) continue;
    variable_read_[i] = true;
    return tree_.variable(static_cast<std::uint32_t>(i), variables_[i].type, place.span);
  }
  const auto is_this = [&](const std::string& name) { return name == variable.text; };
  if (std::any_of(failed_variables_.begin(), failed_variables_.end(), is_this)) return std::nullopt;
  std::vector<std::string_view> known;
  for (const VariableDeclaration& declared : variables_) known.push_back(declared.name);
  std::string hint = fmt::format("declare it before the expression: {}",
                                 quoted(fmt::format("let ${} = 0;", variable.text)));
  if (const auto near = nearest(variable.text, known))
    hint = fmt::format("did you mean {}?", quoted(fmt::format("${}", *near)));
  report_.add(Code::unknown_variable, place.span,
              fmt::format("{} is not declared", quoted("$" + variable.text)), std::move(hint));
  return std::nullopt;
}

}  // namespace fwc
