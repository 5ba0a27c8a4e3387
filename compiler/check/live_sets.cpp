// SPDX-License-Identifier: MIT
// `let @name: type = …;` and `in @name`.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/fold.h"
#include "compiler/check/live_keys.h"
#include "compiler/check/suggest.h"

namespace fwc {

namespace {

std::optional<LiveElement> element_named(std::string type) {
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  if (type == "ip") return LiveElement::address;
  if (type == "port") return LiveElement::port;
  if (type == "int") return LiveElement::integer;
  if (type == "(ip,port)") return LiveElement::address_port;
  return std::nullopt;
}

/// Of a set at first, so that it is loaded in seconds; `fwc set` adds more.
constexpr std::uint64_t kMostKeys = 1U << 20;

bool is_address(LiveElement element, std::size_t part) {
  return part == 0 && (element == LiveElement::address || element == LiveElement::address_port);
}

std::size_t parts_of(LiveElement element) {
  return element == LiveElement::address_port ? 2 : 1;
}

}  // namespace

void Checker::declare_live_set(const ast::Declaration& declaration) {
  const auto element = element_named(declaration.type.value_or(""));
  if (!element)
    report_.add(
        Code::wrong_type, declaration.type_span,
        fmt::format("{} is not the type of a live set", quoted(declaration.type.value_or(""))),
        "a live set holds `ip`, `port`, `int` or `(ip, port)`");
  const auto again = std::ranges::find(live_sets_, declaration.name, &LiveSetDeclaration::name);
  if (again != live_sets_.end()) {
    report_.add(Code::duplicate_variable, declaration.name_span,
                fmt::format("{} is declared twice", quoted("@" + declaration.name)));
    return;
  }
  LiveSetDeclaration set{.name = declaration.name,
                         .element = element.value_or(LiveElement::address)};
  if (element && declaration.has_value) fill(set, declaration);
  live_sets_.push_back(std::move(set));
  live_set_spans_.push_back(declaration.name_span);
  live_set_read_.push_back(!element);
}

/// What the set holds at first, read as if a value of its type were looked up in it.
bool Checker::fill(LiveSetDeclaration& set, const ast::Declaration& declaration) {
  const bool port = set.element == LiveElement::port || set.element == LiveElement::address_port;
  TupleValues values;
  const Span span = declaration.name_span;
  for (std::size_t part = 0; part < parts_of(set.element); ++part) {
    const bool address = is_address(set.element, part);
    values.ids.push_back(address ? tree_.address({}, span) : tree_.integer(0, span));
    values.kinds.push_back(address ? ValueKind::address
                           : port  ? ValueKind::port
                                   : ValueKind::plain);
  }
  std::vector<std::vector<ValueSet>> pairs;
  if (set.element == LiveElement::address_port) {
    if (!collect_tuple(declaration.value, values, pairs)) return false;
    for (std::vector<ValueSet>& pair : pairs)
      set.pairs.push_back(
          {.addresses = canonical(std::move(pair[0])), .ports = canonical(std::move(pair[1]))});
  } else {
    Elements elements;
    collect(declaration.value, values.ids[0], values.kinds[0], elements);
    if (elements.failed) return false;
    set.values = canonical(std::move(elements.ipv4));
  }
  const auto is_port = [](const ValueSet& ports) {
    return ports.integers.empty() ||
           (ports.integers.front().low >= 0 && ports.integers.back().high <= kLargestPort);
  };
  const bool in_range = !port || (is_port(set.values) &&
                                  std::ranges::all_of(set.pairs, is_port, &AddressPorts::ports));
  if (!in_range)
    report_.add(Code::out_of_range, span_of(declaration.value),
                fmt::format("a port in {} is not 0 to {}", quoted("@" + set.name), kLargestPort));
  return in_range && is_loadable(set, declaration);
}

bool Checker::is_loadable(const LiveSetDeclaration& set, const ast::Declaration& declaration) {
  const std::uint64_t keys = live_key_count(set);
  if (keys <= kMostKeys) return true;
  const bool pairs = set.element == LiveElement::address_port;
  report_.add(Code::too_complex, span_of(declaration.value),
              fmt::format("{} would hold {} prefixes, and {} is the most", quoted("@" + set.name),
                          keys, kMostKeys),
              pairs ? "each port of a range is an entry for each prefix of its addresses"
                    : "a range is as many prefixes as it takes");
  return false;
}

std::optional<std::uint32_t> Checker::find_live_set(const ast::LiveSet& set, Span span) {
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < live_sets_.size(); ++i) {
    if (live_sets_[i].name == set.text) {
      live_set_read_[i] = true;
      return static_cast<std::uint32_t>(i);
    }
    known.push_back(live_sets_[i].name);
  }
  const auto near = nearest(set.text, known);
  report_.add(
      Code::unknown_variable, span, fmt::format("{} is not declared", quoted("@" + set.text)),
      near ? fmt::format("did you mean {}?", quoted(fmt::format("@{}", *near)))
           : fmt::format("declare it before: {}", quoted(fmt::format("let @{}: ip;", set.text))));
  return std::nullopt;
}

Checker::Value Checker::check(const ast::LiveSet& set, const Place& place) {
  if (find_live_set(set, place.span))
    report_.add(
        Code::wrong_type, place.span,
        fmt::format("the live set {} stands where a value is expected", quoted("@" + set.text)),
        "a set stands after `in` and `not in`");
  return std::nullopt;
}

Checker::Value Checker::check(const ast::File&, const Place& place) {
  report_.add(Code::wrong_type, place.span, "a set stands where a value is expected",
              "a set stands after `in` and `not in`");
  return std::nullopt;
}

Checker::Value Checker::check_live_member(const ast::Membership& membership,
                                          const ast::LiveSet& set, const Place& place) {
  const auto number = find_live_set(set, span_of(membership.set));
  std::vector<ast::NodeId> written = {membership.value};
  if (const auto* tuple = std::get_if<ast::Tuple>(&filter_.at(membership.value).value))
    written = tuple->elements;
  std::vector<NodeId> values;
  for (const ast::NodeId id : written)
    if (const Value value = this->value(id))
      values.push_back(tree_.type(*value) == Type::boolean ? tree_.number(*value) : *value);
  if (!number || values.size() != written.size()) return std::nullopt;
  const LiveElement element = live_sets_[*number].element;
  bool right = values.size() == parts_of(element);
  for (std::size_t i = 0; right && i < values.size(); ++i)
    right = tree_.type(values[i]) == (is_address(element, i) ? Type::address : Type::integer);
  if (!right) {
    report_.add(Code::wrong_type, place.span,
                fmt::format("{} holds {}, which {} is not", quoted("@" + set.text),
                            quoted(name(element)), quote(membership.value)));
    return std::nullopt;
  }
  return negated_if(membership.negated, tree_.live_member(std::move(values), *number, place.span),
                    place.span);
}

}  // namespace fwc
