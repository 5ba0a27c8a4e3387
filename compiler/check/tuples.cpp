// SPDX-License-Identifier: MIT
// `(dst_ip, dst_port) in {(10.0.0.0/8, 53), …}`: a choice between the different values of the last
// parts, each with the set of the first parts that belong to it.
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/fold.h"

namespace fwc {

namespace {

/// The parts after the first as a key of a map.
std::string key_of(const std::vector<ValueSet>& parts) {
  std::string key;
  const auto add = [&](const auto& intervals) {
    key += std::to_string(intervals.size()) + ':';
    for (const auto& i : intervals) {
      key.append(reinterpret_cast<const char*>(&i.low), sizeof i.low);
      key.append(reinterpret_cast<const char*>(&i.high), sizeof i.high);
    }
  };
  for (std::size_t i = 1; i < parts.size(); ++i) {
    add(parts[i].integers);
    add(parts[i].ipv4);
    add(parts[i].ipv6);
  }
  return key;
}

void append(ValueSet& to, const ValueSet& from) {
  to.integers.insert(to.integers.end(), from.integers.begin(), from.integers.end());
  to.ipv4.insert(to.ipv4.end(), from.ipv4.begin(), from.ipv4.end());
  to.ipv6.insert(to.ipv6.end(), from.ipv6.begin(), from.ipv6.end());
}

}  // namespace

Checker::Value Checker::check(const ast::Tuple&, const Place& place) {
  report_.add(Code::wrong_type, place.span, "a tuple stands where a value is expected",
              "look it up in a set of tuples, as in `(dst_ip, dst_port) in {(10.0.0.1, 53)}`");
  return std::nullopt;
}

Checker::Value Checker::check_tuple(const ast::Membership& membership, const ast::Tuple& tuple,
                                    const Place& place) {
  TupleValues values;
  for (const ast::NodeId element : tuple.elements) {
    const Value value = this->value(element);
    if (!value) continue;
    if (is_choice(*value)) {
      report_.add(Code::wrong_type, span_of(element),
                  fmt::format("{} cannot be a part of a tuple", quote(element)),
                  "compare it beside the tuple");
      continue;
    }
    values.ids.push_back(tree_.type(*value) == Type::boolean ? tree_.number(*value) : *value);
    values.kinds.push_back(kinds_[element]);
  }
  if (values.ids.size() != tuple.elements.size()) return std::nullopt;
  std::vector<std::vector<ValueSet>> entries;
  if (!collect_tuple(membership.set, values, entries)) return std::nullopt;
  if (entries.empty()) return empty_member(membership, place.span);
  const NodeId id = tuple_member(values, std::move(entries), place.span);
  return negated_if(membership.negated, id, place.span);
}

bool Checker::collect_tuple(ast::NodeId element, const TupleValues& values,
                            std::vector<std::vector<ValueSet>>& out) {
  const ast::Node& node = filter_.at(set_of(element));
  if (const auto* set = std::get_if<ast::Set>(&node.value)) {
    bool right = true;
    for (const ast::NodeId each : set->elements) right = collect_tuple(each, values, out) && right;
    return right;
  }
  if (const auto* file = std::get_if<ast::File>(&node.value)) {
    std::vector<WantedEntry> wanted;
    for (std::size_t i = 0; i < values.ids.size(); ++i)
      wanted.push_back(wanted_by(values.ids[i], values.kinds[i]));
    auto read = read_file(*file, node.span, wanted);
    if (read) out.insert(out.end(), read->tuples.begin(), read->tuples.end());
    return read.has_value();
  }
  const auto* tuple = std::get_if<ast::Tuple>(&node.value);
  if (tuple == nullptr || tuple->elements.size() != values.ids.size()) {
    report_.add(
        Code::wrong_type, node.span,
        fmt::format("{} is no tuple of {} parts", report_.quote(node.span), values.ids.size()),
        "write `(10.0.0.1, 53)`");
    return false;
  }
  std::vector<ValueSet> parts;
  for (std::size_t i = 0; i < values.ids.size(); ++i) {
    Elements elements;
    collect(tuple->elements[i], values.ids[i], values.kinds[i], elements);
    if (elements.by_family)
      report_.add(
          Code::wrong_type, span_of(tuple->elements[i]),
          fmt::format("{} has different numbers over IPv4 and IPv6", quote(tuple->elements[i])));
    if (elements.failed || elements.by_family) return false;
    parts.push_back(std::move(elements.ipv4));
  }
  out.push_back(std::move(parts));
  return true;
}

NodeId Checker::tuple_member(const TupleValues& values, std::vector<std::vector<ValueSet>> entries,
                             Span span) {
  std::map<std::string, std::vector<ValueSet>> by_last;
  for (std::vector<ValueSet>& entry : entries) {
    const auto [place, added] = by_last.try_emplace(key_of(entry));
    if (added)
      place->second = std::move(entry);
    else
      append(place->second.front(), entry.front());
  }
  std::vector<NodeId> choices;
  for (auto& [key, parts] : by_last) {
    std::vector<NodeId> all;
    for (std::size_t i = parts.size(); i-- > 0;)
      all.push_back(member(values.ids[i], {.ipv4 = std::move(parts[i]), .ipv6 = {}}, span));
    choices.push_back(tree_.logical(LogicalOp::all, std::move(all), span));
  }
  if (choices.size() == 1) return choices.front();
  return tree_.logical(LogicalOp::any, std::move(choices), span);
}

}  // namespace fwc
