// SPDX-License-Identifier: MIT
// The verdict by walking the tree. Clarity goes before speed here: this is what a filter means, and
// what the program of the code generator is held against.
#include "compiler/eval/evaluate.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <variant>

#include "compiler/eval/header_walk.h"

namespace fwc {

namespace {

using Value = NodeValue;

Value of_bool(bool value) {
  return std::int64_t{value};
}

/// Present and not 0.
bool is_true(const Value& value) {
  return value && std::get<std::int64_t>(*value) != 0;
}

// --- arithmetic ---

std::int64_t divide(std::int64_t lhs, std::int64_t rhs) {
  if (rhs == 0) return 0;
  const bool wraps = lhs == std::numeric_limits<std::int64_t>::min() && rhs == -1;
  return wraps ? lhs : lhs / rhs;
}

std::int64_t modulo(std::int64_t lhs, std::int64_t rhs) {
  if (rhs == 0) return lhs;
  return rhs == -1 ? 0 : lhs % rhs;
}

std::int64_t calculate(ArithmeticOp op, std::int64_t lhs, std::int64_t rhs) {
  // What wraps is calculated unsigned, where C++ defines it.
  const auto a = static_cast<std::uint64_t>(lhs);
  const auto b = static_cast<std::uint64_t>(rhs);
  switch (op) {
    case ArithmeticOp::add: return static_cast<std::int64_t>(a + b);
    case ArithmeticOp::subtract: return static_cast<std::int64_t>(a - b);
    case ArithmeticOp::multiply: return static_cast<std::int64_t>(a * b);
    case ArithmeticOp::divide: return divide(lhs, rhs);
    case ArithmeticOp::modulo: return modulo(lhs, rhs);
    case ArithmeticOp::bit_and: return lhs & rhs;
    case ArithmeticOp::bit_or: return lhs | rhs;
    case ArithmeticOp::bit_xor: return lhs ^ rhs;
    case ArithmeticOp::shift_left: return static_cast<std::int64_t>(a << (b % 64));
    case ArithmeticOp::shift_right: return lhs >> (b % 64);
  }
  return 0;
}

// --- sets ---

template <typename T>
bool contains(const std::vector<Interval<T>>& intervals, const T& value) {
  const auto first = std::ranges::lower_bound(intervals, value, {}, &Interval<T>::high);
  return first != intervals.end() && first->low <= value;
}

bool contains(const ValueSet& set, std::int64_t value) {
  return contains(set.integers, value);
}

bool contains(const ValueSet& set, const Address& value) {
  switch (value.family) {
    case Family::ipv4: return contains(set.ipv4, static_cast<std::uint32_t>(value.bits.low));
    case Family::ipv6: return contains(set.ipv6, value.bits);
  }
  return false;
}

// --- fields ---

class FieldReader {
 public:
  FieldReader(const Packet& packet, const Headers& headers) : packet_(packet), headers_(headers) {}

  /// Bytes of the payload; nothing where it ends before.
  std::optional<std::span<const std::byte>> slice(std::size_t offset, std::size_t count) const {
    const auto start = payload_offset(packet_, headers_);
    if (!start || packet_.bytes.size() - *start < offset + count) return std::nullopt;
    return packet_.bytes.subspan(*start + offset, count);
  }

  /// Of the interfaces with a name there is only that of the packet.
  std::int64_t index_of(std::string_view interface) const {
    const bool same = !interface.empty() && packet_.context.interface_name == interface;
    return same ? packet_.context.interface : -1;
  }

  Value read(FieldIndex index) const {
    const FieldRow& field = kFields[resolve(index, packet_.context.ingress)];
    return std::visit([&](const auto& source) { return read(source, field.type); }, field.source);
  }

 private:
  Value read(const InHeader& source, Type type) const {
    for (const HeaderBits& at : std::span(source.at).first(source.count))
      if (const auto offset = layer_offset(headers_, at.layer))
        return read(at, 8 * *offset + at.bit, type);
    return std::nullopt;
  }

  Value read(const HeaderBits& at, std::size_t first, Type type) const {
    if (at.bits == address_bits(Family::ipv6))
      return Address{Family::ipv6, {bits(first, 64), bits(first + 64, 64)}};
    const std::uint64_t value = bits(first, at.bits) * at.scale;
    if (type == Type::address) return Address{Family::ipv4, {0, value}};
    return static_cast<std::int64_t>(value);
  }

  Value read(const HasLayer& source, Type) const {
    const auto layers = std::span(source.any).first(source.count);
    return of_bool(std::ranges::any_of(layers, [&](Layer l) { return has_layer(headers_, l); }));
  }

  Value read(WalkResult result, Type) const {
    if (result == WalkResult::authentication) return of_bool(headers_.authentication);
    if (!headers_.family) return std::nullopt;
    const bool later = headers_.fragment_offset != 0;
    switch (result) {
      case WalkResult::protocol: return std::int64_t{*headers_.protocol};
      case WalkResult::authentication: break;
      case WalkResult::fragment: return of_bool(headers_.more_fragments || later);
      case WalkResult::first_fragment: return of_bool(headers_.more_fragments && !later);
      case WalkResult::fragment_offset: return std::int64_t{headers_.fragment_offset};
      case WalkResult::ipv4_options:
        return headers_.family == Family::ipv4 ? of_bool(headers_.ipv4_options) : Value{};
      case WalkResult::extensions:
        return headers_.family == Family::ipv6 ? of_bool(headers_.extensions != 0) : Value{};
    }
    return std::nullopt;
  }

  Value read(ContextWord word, Type) const {
    switch (word) {
      case ContextWord::length: return static_cast<std::int64_t>(packet_.bytes.size());
      case ContextWord::mark: return std::int64_t{packet_.context.mark};
      case ContextWord::priority: return std::int64_t{packet_.context.priority};
      case ContextWord::interface: return std::int64_t{packet_.context.interface};
      case ContextWord::gso_size: return std::int64_t{packet_.context.gso_size};
      case ContextWord::gso_segments: return std::int64_t{packet_.context.gso_segments};
    }
    return std::nullopt;
  }

  Value read(SocketFact fact, Type) const {
    const auto number = [](const auto& known) {
      return known ? Value(static_cast<std::int64_t>(*known)) : Value{};
    };
    switch (fact) {
      case SocketFact::owner: return number(packet_.context.owner);
      case SocketFact::cookie: return number(packet_.context.cookie);
      case SocketFact::cgroup: return number(packet_.context.cgroup);
    }
    return std::nullopt;
  }

  Value read(FlowFact fact, Type) const {
    switch (fact) {
      case FlowFact::established: return of_bool(packet_.context.established);
      case FlowFact::reply: return of_bool(packet_.context.reply);
    }
    return std::nullopt;
  }

  Value read(const IsDirection& direction, Type) const {
    return of_bool(direction.ingress == packet_.context.ingress);
  }

  Value read(LinkFact fact, Type) const {
    const auto& link = packet_.context.link;
    if (!link) return std::nullopt;
    switch (fact) {
      case LinkFact::destination: return static_cast<std::int64_t>(link->destination);
      case LinkFact::source: return static_cast<std::int64_t>(link->source);
      case LinkFact::ethertype: return std::int64_t{packet_.protocol};
      case LinkFact::vlan: return link->vlan ? Value(std::int64_t{*link->vlan}) : Value{};
    }
    return std::nullopt;
  }

  Value read(PayloadPart part, Type) const {
    const auto start = payload_offset(packet_, headers_);
    if (!start || part == PayloadPart::bytes) return std::nullopt;
    return static_cast<std::int64_t>(packet_.bytes.size() - *start);
  }

  // The checker has made two comparisons of the one, and resolve() another field of the other.
  Value read(const EitherOf&, Type) const { return std::nullopt; }
  Value read(const ByDirection&, Type) const { return std::nullopt; }

  std::uint64_t bits(std::size_t first, unsigned width) const {
    return read_bits(packet_.bytes, first, width);
  }

  const Packet& packet_;
  const Headers& headers_;
};

// --- the tree ---

class Evaluation {
 public:
  Evaluation(const CheckedFilter& filter, FieldReader fields,
             std::span<const std::int64_t> variables)
      : filter_(filter), fields_(fields), variables_(variables) {}

  bool condition(NodeId id) const { return is_true(value(id)); }

  Value value(NodeId id) const {
    const Node& node = filter_.at(id);
    return std::visit([&](const auto& n) { return value(n, node.type); }, node.value);
  }

 private:
  Value value(const BooleanConstant& n, Type) const { return of_bool(n.value); }
  Value value(const IntegerConstant& n, Type) const { return n.value; }
  Value value(const AddressConstant& n, Type) const { return n.value; }
  Value value(const FieldValue& n, Type) const { return fields_.read(n.field); }

  Value value(const SliceValue& n, Type) const {
    const auto bytes = fields_.slice(n.offset, n.bytes);
    if (!bytes) return std::nullopt;
    return static_cast<std::int64_t>(read_bits(*bytes, 0, 8U * n.bytes));
  }

  Value value(const SliceEquals& n, Type) const {
    const auto bytes = fields_.slice(n.offset, n.bytes.size());
    return of_bool(bytes && std::ranges::equal(*bytes, std::as_bytes(std::span(n.bytes))));
  }

  Value value(const InterfaceIndex& n, Type) const {
    return fields_.index_of(filter_.interfaces[n.interface]);
  }

  Value value(const VariableValue& n, Type type) const {
    if (type == Type::address) return filter_.variables[n.variable].address;
    const std::int64_t current = n.variable < variables_.size()
                                     ? variables_[n.variable]
                                     : filter_.variables[n.variable].initial;
    return type == Type::boolean ? of_bool(current != 0) : current;
  }

  Value value(const Arithmetic& n, Type) const {
    const Value lhs = value(n.lhs);
    const Value rhs = value(n.rhs);
    if (!lhs || !rhs) return std::nullopt;
    return calculate(n.op, std::get<std::int64_t>(*lhs), std::get<std::int64_t>(*rhs));
  }

  Value value(const AsInteger& n, Type) const { return value(n.operand); }
  Value value(const AsBoolean& n, Type) const { return of_bool(condition(n.operand)); }

  Value value(const Comparison& n, Type) const {
    const Value lhs = value(n.lhs);
    const Value rhs = value(n.rhs);
    if (!lhs || !rhs) return of_bool(false);
    switch (n.op) {
      case ComparisonOp::equal: return of_bool(*lhs == *rhs);
      case ComparisonOp::less: return of_bool(*lhs < *rhs);
      case ComparisonOp::less_equal: return of_bool(*lhs <= *rhs);
    }
    return std::nullopt;
  }

  Value value(const Member& n, Type) const {
    const Value looked_up = value(n.value);
    return of_bool(looked_up && holds(filter_.sets[n.set], *looked_up));
  }

  Value value(const LiveMember& n, Type) const {
    const LiveSetDeclaration& set = filter_.live_sets[n.set];
    const Value first = value(n.values.front());
    const Value last = value(n.values.back());
    if (!first || !last) return of_bool(false);
    if (set.element != LiveElement::address_port) return of_bool(holds(set.values, *first));
    return of_bool(std::ranges::any_of(set.pairs, [&](const AddressPorts& pair) {
      return holds(pair.addresses, *first) && holds(pair.ports, *last);
    }));
  }

  static bool holds(const ValueSet& set, const std::variant<std::int64_t, Address>& value) {
    return std::visit([&](const auto& v) { return contains(set, v); }, value);
  }

  Value value(const Not& n, Type) const { return of_bool(!condition(n.operand)); }

  Value value(const Logical& n, Type) const {
    const auto is_met = [this](NodeId operand) { return condition(operand); };
    switch (n.op) {
      case LogicalOp::all: return of_bool(std::ranges::all_of(n.operands, is_met));
      case LogicalOp::any: return of_bool(std::ranges::any_of(n.operands, is_met));
      case LogicalOp::odd: return of_bool(std::ranges::count_if(n.operands, is_met) % 2 == 1);
    }
    return std::nullopt;
  }

  Value value(const Conditional& n, Type type) const {
    const Value chosen = value(condition(n.condition) ? n.then_value : n.else_value);
    return type == Type::boolean ? of_bool(is_true(chosen)) : chosen;
  }

  const CheckedFilter& filter_;
  FieldReader fields_;
  std::span<const std::int64_t> variables_;
};

}  // namespace

Decision decide(const CheckedFilter& filter, const Packet& packet,
                std::span<const std::int64_t> variables) {
  const std::optional<Policy>& policy = filter.policy(packet.context.ingress);
  if (!policy) return {.forwards = true, .decider = Decider::unfiltered, .counted = {}};
  const Headers headers = walk_headers(packet);
  if (headers.malformed) return {};
  const Evaluation evaluation(filter, FieldReader(packet, headers), variables);
  const bool later = headers.family && headers.fragment_offset != 0;
  Decision decision{.forwards = policy->default_allows,
                    .decider = later ? Decider::by_default_of_fragments : Decider::by_default,
                    .counted = {}};
  for (std::size_t i = 0; i < policy->rules.size(); ++i) {
    const Rule& rule = policy->rules[i];
    if (!evaluation.condition(rule.condition)) continue;
    if (rule.action == RuleAction::count) {
      decision.counted.push_back(i);
      continue;
    }
    decision.forwards = rule.action == RuleAction::allow;
    decision.decider = Decider::rule;
    decision.rule = i;
    break;
  }
  return decision;
}

bool evaluate(const CheckedFilter& filter, const Packet& packet,
              std::span<const std::int64_t> variables) {
  return decide(filter, packet, variables).forwards;
}

NodeValue evaluate_node(const CheckedFilter& filter, NodeId node, const Packet& packet,
                        std::span<const std::int64_t> variables) {
  const Headers headers = walk_headers(packet);
  if (headers.malformed) return std::nullopt;
  return Evaluation(filter, FieldReader(packet, headers), variables).value(node);
}

}  // namespace fwc
