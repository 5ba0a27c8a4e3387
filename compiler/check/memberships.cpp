// SPDX-License-Identifier: MIT
// `in` and `not in`: the elements of a set become intervals.
#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/families.h"
#include "compiler/check/lints.h"

namespace fwc {

namespace {

void add_interval(ValueSet& set, const Address& low, const Address& high) {
  if (low.family == Family::ipv4)
    set.ipv4.push_back(
        {static_cast<std::uint32_t>(low.bits.low), static_cast<std::uint32_t>(high.bits.low)});
  else
    set.ipv6.push_back({low.bits, high.bits});
}

void append(ValueSet& to, const ValueSet& more) {
  to.integers.insert(to.integers.end(), more.integers.begin(), more.integers.end());
  to.ipv4.insert(to.ipv4.end(), more.ipv4.begin(), more.ipv4.end());
  to.ipv6.insert(to.ipv6.end(), more.ipv6.begin(), more.ipv6.end());
}

}  // namespace

Checker::Value Checker::check(const ast::Membership& membership, const Place& place) {
  if (std::size_t elements = 0; !limit_elements(membership.set, elements)) return std::nullopt;
  if (const auto* live = std::get_if<ast::LiveSet>(&filter_.at(membership.set).value))
    return check_live_member(membership, *live, place);
  if (const auto* tuple = std::get_if<ast::Tuple>(&filter_.at(membership.value).value))
    return check_tuple(membership, *tuple, place);
  const Value value = this->value(membership.value);
  const ValueKind kind = kinds_[membership.value];
  if (value && is_choice(*value)) return check_choice(membership, *value, place);
  Elements elements;
  const auto* set = std::get_if<ast::Set>(&filter_.at(set_of(membership.set)).value);
  if (set != nullptr)
    collect_all(*set, value, kind, elements);
  else
    collect(membership.set, value, kind, elements);
  if (!value || elements.failed) return std::nullopt;
  const bool empty = elements.ipv4.integers.empty() && elements.ipv6.integers.empty() &&
                     elements.ipv4.ipv4.empty() && elements.ipv4.ipv6.empty();
  if (empty) return empty_member(membership, place.span);
  const NodeId id = member(*value, std::move(elements), place.span);
  warn_of_constant(id, membership.negated, place.span);
  return negated_if(membership.negated, id, place.span);
}

/// An empty set as it is written is a mistake; an empty file is one that is still to be filled.
Checker::Value Checker::empty_member(const ast::Membership& membership, Span span) {
  const auto* set = std::get_if<ast::Set>(&filter_.at(set_of(membership.set)).value);
  if (set != nullptr && set->elements.empty()) {
    report_.add(Code::empty_set, span_of(membership.set), "the set is empty, so nothing is in it");
    return std::nullopt;
  }
  report_.add(Code::empty_file, span_of(membership.set),
              fmt::format("{} holds no entries, so nothing is in it", quote(membership.set)),
              "a live set, `let @name: ip;`, can be filled while the filter runs");
  return negated_if(membership.negated, tree_.boolean(false, span), span);
}

/// `dst_port == 80 in {80}` looks 80 up, for `in` binds tighter than `==`.
void Checker::warn_of_constant(NodeId member, bool negated, Span span) {
  const auto found = tree_.constant(member);
  if (!found || report_.has(Code::bitwise_precedence, span)) return;
  const bool result = (*found != 0) != negated;
  report_.add(result ? Code::always_true : Code::always_false, span,
              fmt::format("{} is always {}", report_.quote(span), result ? "true" : "false"));
}

void Checker::collect_all(const ast::Set& set, Value value, ValueKind kind, Elements& out) {
  std::vector<SetElement> written;
  for (const ast::NodeId element : set.elements) {
    Elements own;
    collect(element, value, kind, own);
    out.failed |= own.failed;
    out.by_family |= own.by_family;
    append(out.ipv4, own.ipv4);
    append(out.ipv6, own.ipv6);
    const std::size_t count =
        own.ipv4.integers.size() + own.ipv4.ipv4.size() + own.ipv4.ipv6.size();
    written.push_back({span_of(element), std::move(own.ipv4), count == 1});
  }
  if (!out.failed && !out.by_family) lint_elements(written, report_);
}

void Checker::collect(ast::NodeId element, Value value, ValueKind kind, Elements& out) {
  element = set_of(element);
  const ast::Node& node = filter_.at(element);
  if (const auto* set = std::get_if<ast::Set>(&node.value)) {
    for (const ast::NodeId each : set->elements) collect(each, value, kind, out);
    return;
  }
  if (const auto* file = std::get_if<ast::File>(&node.value))
    return collect_file(*file, node.span, value, kind, out);
  if (const auto* prefix = std::get_if<ast::Prefix>(&node.value)) {
    const bool mac = is_mac(prefix->address);
    out.failed |= !(mac ? collect_mac_prefix(*prefix, element, value, out)
                        : collect_prefix(*prefix, element, value, out));
    return;
  }
  if (const NetworkRow* network = network_at(element, kind)) {
    out.failed |= !collect_network(*network, element, value, out);
    return;
  }
  if (const auto* range = std::get_if<ast::Range>(&node.value)) {
    out.failed |= !collect_range(*range, element, value, kind, out);
    return;
  }
  const auto* bytes = std::get_if<ast::Bytes>(&node.value);
  if (bytes != nullptr && value && slice_at(*value) != nullptr) {
    out.failed |= !collect_bytes(*bytes, element, *value, out);
    return;
  }
  const bool field = value && tree_.field_row(*value) != nullptr;
  if (const auto named = named_by_family(element, kind); named && field) {
    out.by_family = true;
    if (named->ipv4) out.ipv4.integers.push_back({*named->ipv4, *named->ipv4});
    if (named->ipv6) out.ipv6.integers.push_back({*named->ipv6, *named->ipv6});
    return;
  }
  const Value constant = element_constant(element, value, kind);
  out.failed |= !constant;
  if (constant) collect_constant(*constant, out);
}

void Checker::collect_constant(NodeId constant, Elements& out) {
  if (const Address* address = tree_.constant_address(constant)) {
    add_interval(out.ipv4, *address, *address);
    return;
  }
  const std::int64_t number = *tree_.constant(constant);
  out.ipv4.integers.push_back({number, number});
  out.ipv6.integers.push_back({number, number});
}

bool Checker::has_type_of(Type type, ast::NodeId element, Value value) {
  if (!value) return true;
  const Type wanted = tree_.type(*value);
  if (compares(type, wanted) || (is_number(type) && wanted == Type::bytes)) return true;
  report_.add(Code::wrong_type, span_of(element),
              fmt::format("{} is {}, but {}, which is looked up, is {}", quote(element),
                          std::holds_alternative<ast::Prefix>(filter_.at(element).value)
                              ? "a prefix"
                              : with_article(type),
                          report_.quote(tree_.at(*value).span), with_article(wanted)),
              !is_number(type)      ? hint_for(type)
              : wanted == Type::mac ? "an address is written as `00:00:5e:00:53:01`"
                                    : "an address is written as `192.0.2.1` or `2001:db8::1`");
  return false;
}

bool Checker::collect_bytes(const ast::Bytes& bytes, ast::NodeId element, NodeId value,
                            Elements& out) {
  const auto read = bytes_for(bytes, element, value);
  if (!read) return false;
  std::uint64_t number = 0;
  for (const char byte : *read) number = number << 8 | static_cast<unsigned char>(byte);
  collect_constant(tree_.integer(static_cast<std::int64_t>(number), span_of(element)), out);
  return true;
}

Checker::Value Checker::element_constant(ast::NodeId element, Value value, ValueKind kind) {
  const Value id = this->value(element, kind);
  if (!id) return std::nullopt;
  if (!has_type_of(tree_.type(*id), element, value)) return std::nullopt;
  if (tree_.constant_address(*id) != nullptr) return id;
  if (!tree_.constant(*id)) {
    report_.add(Code::not_constant, span_of(element),
                fmt::format("{} is not a constant", quote(element)),
                "what is looked up in is known when the filter is compiled; compare with `==`");
    return std::nullopt;
  }
  if (value && !can_equal(*value, *id, element)) return std::nullopt;
  return id;
}

bool Checker::collect_prefix(const ast::Prefix& prefix, ast::NodeId element, Value value,
                             Elements& out) {
  const auto read = prefix_of(prefix, span_of(element));
  if (!read || !has_type_of(Type::address, element, value)) return false;
  add_interval(out.ipv4, first_address(*read), last_address(*read));
  return true;
}

bool Checker::collect_network(const NetworkRow& network, ast::NodeId element, Value value,
                              Elements& out) {
  if (!has_type_of(Type::address, element, value)) return false;
  for (std::size_t i = 0; i < network.count; ++i)
    add_interval(out.ipv4, first_address(network.prefixes[i]), last_address(network.prefixes[i]));
  return true;
}

bool Checker::collect_range(const ast::Range& range, ast::NodeId element, Value value,
                            ValueKind kind, Elements& out) {
  const Value low = element_constant(range.low, value, kind);
  const Value high = element_constant(range.high, value, kind);
  if (!low || !high) return false;
  const Address* first = tree_.constant_address(*low);
  const Address* last = tree_.constant_address(*high);
  const bool mixed = (first == nullptr) != (last == nullptr) ||
                     (first != nullptr && first->family != last->family);
  if (mixed) {
    report_.add(Code::wrong_type, span_of(element),
                fmt::format("the ends of {} are of different {}", quote(element),
                            first != nullptr && last != nullptr ? "address families" : "types"));
    return false;
  }
  const bool empty =
      first != nullptr ? *last < *first : *tree_.constant(*high) < *tree_.constant(*low);
  if (empty) {
    report_.add(Code::empty_range, span_of(element),
                fmt::format("the range {} is empty", quote(element)),
                fmt::format("write {}", quoted(source(range.high) + ".." + source(range.low))));
    return false;
  }
  if (first != nullptr) {
    add_interval(out.ipv4, *first, *last);
    return true;
  }
  const Interval<std::int64_t> numbers{*tree_.constant(*low), *tree_.constant(*high)};
  out.ipv4.integers.push_back(numbers);
  out.ipv6.integers.push_back(numbers);
  return true;
}

NodeId Checker::member(NodeId value, Elements elements, Span span) {
  if (tree_.type(value) != Type::address) value = *comparable(value);
  if (!elements.by_family) return tree_.member(value, std::move(elements.ipv4), span);
  const auto index = std::get<FieldValue>(tree_.at(value).value).field;
  const Span value_span = tree_.at(value).span;
  return for_each_family(kFields[index], !elements.ipv4.integers.empty(),
                         !elements.ipv6.integers.empty(), span, [&](Family family) {
                           ValueSet& set = family == Family::ipv4 ? elements.ipv4 : elements.ipv6;
                           return tree_.member(tree_.field(index, value_span), std::move(set),
                                               span);
                         });
}

}  // namespace fwc
