// SPDX-License-Identifier: MIT
// Classes of packets, from the tables of layers and fields, and their way up the tree.
#include "compiler/check/packet_classes.h"

#include <array>

#include "compiler/check/fold.h"
#include "compiler/check/lints.h"

namespace fwc {

namespace {

constexpr unsigned kPerFamily = 24;  // bits for transport layers, the last for all other protocols
static_assert(kLayers.size() < kPerFamily);
constexpr PacketClasses kNotIp = PacketClasses{1} << (2 * kPerFamily);

constexpr PacketClasses bit(Family family, unsigned index) {
  return PacketClasses{1} << (index + (family == Family::ipv6 ? kPerFamily : 0));
}

constexpr PacketClasses other(Family family) {
  return bit(family, kPerFamily - 1);
}

/// The classes whose packets have the layer.
constexpr PacketClasses with_layer(Layer layer) {
  PacketClasses classes = 0;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    if ((row(layer).families & family_bit(family)) == 0) continue;
    if (!is_network(layer)) {
      classes |= bit(family, static_cast<unsigned>(layer));
      continue;
    }
    classes |= other(family);
    for (const LayerRow& r : kLayers)
      if (!is_network(r.layer) && (r.families & family_bit(family)) != 0)
        classes |= bit(family, static_cast<unsigned>(r.layer));
  }
  return classes;
}

constexpr PacketClasses kIpv4 = with_layer(Layer::ipv4);
constexpr PacketClasses kIpv6 = with_layer(Layer::ipv6);
constexpr PacketClasses kIp = kIpv4 | kIpv6;
constexpr PacketClasses kAll = kIp | kNotIp;

/// The classes of packets by protocol number.
consteval std::array<PacketClasses, 256> classes_by_protocol(Family family) {
  std::array<PacketClasses, 256> classes{};
  classes.fill(other(family));
  for (const LayerRow& r : kLayers)
    if (!is_network(r.layer) && (r.families & family_bit(family)) != 0)
      classes[r.protocol] = bit(family, static_cast<unsigned>(r.layer));
  return classes;
}
constexpr auto kIpv4Protocols = classes_by_protocol(Family::ipv4);
constexpr auto kIpv6Protocols = classes_by_protocol(Family::ipv6);

/// Of a condition on the protocol alone.
template <typename Holds>
Reach by_protocol(Holds holds) {
  Reach reach{.if_true = 0, .if_false = kNotIp};
  for (std::size_t number = 0; number < kIpv4Protocols.size(); ++number)
    (holds(static_cast<std::int64_t>(number)) ? reach.if_true : reach.if_false) |=
        kIpv4Protocols[number] | kIpv6Protocols[number];
  return reach;
}

bool compare(ComparisonOp op, std::int64_t lhs, std::int64_t rhs) {
  switch (op) {
    case ComparisonOp::equal: return lhs == rhs;
    case ComparisonOp::less: return lhs < rhs;
    case ComparisonOp::less_equal: return lhs <= rhs;
  }
  return false;
}

PacketClasses with_payload() {
  PacketClasses classes = 0;
  for (const LayerRow& layer : kLayers)
    if (has_payload(layer)) classes |= with_layer(layer.layer);
  return classes;
}

PacketClasses walk_presence(WalkResult result) {
  switch (result) {
    case WalkResult::protocol:
    case WalkResult::fragment:
    case WalkResult::first_fragment:
    case WalkResult::fragment_offset: return kIp;
    case WalkResult::ipv4_options: return kIpv4;
    case WalkResult::extensions: return kIpv6;
    case WalkResult::authentication: return kAll;
  }
  return kAll;
}

/// One of the fields that a field stands for; they are present on the same packets.
const FieldRow* stands_for(const FieldRow& field) {
  if (const auto* either = std::get_if<EitherOf>(&field.source))
    return &kFields[*find_field(either->fields[0])];
  if (const auto* other = std::get_if<ByDirection>(&field.source))
    return &kFields[*find_field(other->egress)];
  return nullptr;
}

class ReachFinder {
 public:
  explicit ReachFinder(const CheckedFilter& filter) : filter_(filter) {}

  std::vector<Reach> run() && {
    reach_.reserve(filter_.nodes.size());
    for (const Node& node : filter_.nodes) reach_.push_back(std::visit(*this, node.value));
    return std::move(reach_);
  }

  Reach operator()(const BooleanConstant& n) const {
    return n.value ? Reach{kAll, 0} : Reach{0, kAll};
  }
  Reach operator()(const IntegerConstant&) const { return {kAll, 0}; }
  Reach operator()(const AddressConstant&) const { return {kAll, 0}; }
  Reach operator()(const SliceValue&) const { return {with_payload(), 0}; }
  Reach operator()(const InterfaceIndex&) const { return {kAll, 0}; }
  Reach operator()(const SliceEquals&) const { return {with_payload(), kAll}; }
  Reach operator()(const VariableValue&) const { return {kAll, kAll}; }
  Reach operator()(const FieldValue& n) const {
    const FieldRow& field = kFields[n.field];
    if (const auto* test = std::get_if<HasLayer>(&field.source)) {
      PacketClasses classes = 0;
      for (std::size_t i = 0; i < test->count; ++i) classes |= with_layer(test->any[i]);
      return {classes, kAll & ~classes};
    }
    return {presence(field), kAll};
  }
  Reach operator()(const Arithmetic& n) const { return {present(n.lhs) & present(n.rhs), 0}; }
  Reach operator()(const AsInteger& n) const {
    const auto* field = std::get_if<FieldValue>(&filter_.at(n.operand).value);
    return {field == nullptr ? kAll : presence(kFields[field->field]), 0};
  }
  Reach operator()(const AsBoolean& n) const { return {present(n.operand), kAll}; }
  Reach operator()(const Comparison& n) const {
    if (const auto reach = protocol_comparison(n)) return *reach;
    return {present(n.lhs) & present(n.rhs) & family_of(n.lhs) & family_of(n.rhs), kAll};
  }
  Reach operator()(const Member& n) const {
    const ValueSet& set = filter_.sets[n.set];
    if (is_protocol(n.value))
      return by_protocol([&](std::int64_t number) { return contains(set, number); });
    PacketClasses families = kAll;
    if (set.integers.empty() && set.ipv4.empty()) families &= ~kIpv4;
    if (set.integers.empty() && set.ipv6.empty()) families &= ~kIpv6;
    return {present(n.value) & families, kAll};
  }
  Reach operator()(const LiveMember& n) const {
    PacketClasses classes = kAll;
    for (const NodeId value : n.values) classes &= present(value);
    return {classes, kAll};
  }
  Reach operator()(const Not& n) const {
    return {reach_[n.operand].if_false, reach_[n.operand].if_true};
  }
  Reach operator()(const Logical& n) const {
    Reach sum = reach_[n.operands.front()];
    for (std::size_t i = 1; i < n.operands.size(); ++i)
      sum = join(n.op, sum, reach_[n.operands[i]]);
    return sum;
  }
  Reach operator()(const Conditional& n) const {
    const Reach& c = reach_[n.condition];
    const Reach& a = reach_[n.then_value];
    const Reach& b = reach_[n.else_value];
    return {(c.if_true & a.if_true) | (c.if_false & b.if_true),
            (c.if_true & a.if_false) | (c.if_false & b.if_false)};
  }

 private:
  static Reach join(LogicalOp op, const Reach& a, const Reach& b) {
    switch (op) {
      case LogicalOp::all: return {a.if_true & b.if_true, a.if_false | b.if_false};
      case LogicalOp::any: return {a.if_true | b.if_true, a.if_false & b.if_false};
      case LogicalOp::odd:
        return {(a.if_true & b.if_false) | (a.if_false & b.if_true),
                (a.if_true & b.if_true) | (a.if_false & b.if_false)};
    }
    return {kAll, kAll};
  }

  PacketClasses present(NodeId id) const { return reach_[id].if_true; }

  bool is_protocol(NodeId id) const {
    const auto* field = std::get_if<FieldValue>(&filter_.at(id).value);
    if (field == nullptr) return false;
    const auto* walk = std::get_if<WalkResult>(&kFields[field->field].source);
    return walk != nullptr && *walk == WalkResult::protocol;
  }

  std::optional<Reach> protocol_comparison(const Comparison& n) const {
    if (is_protocol(n.lhs))
      if (const auto* c = std::get_if<IntegerConstant>(&filter_.at(n.rhs).value))
        return by_protocol([&](std::int64_t number) { return compare(n.op, number, c->value); });
    if (is_protocol(n.rhs))
      if (const auto* c = std::get_if<IntegerConstant>(&filter_.at(n.lhs).value))
        return by_protocol([&](std::int64_t number) { return compare(n.op, c->value, number); });
    return std::nullopt;
  }

  /// Where something can equal the value: an IPv4 address equals nothing of an IPv6 packet.
  PacketClasses family_of(NodeId id) const {
    const auto* address = std::get_if<AddressConstant>(&filter_.at(id).value);
    if (address == nullptr) return kAll;
    return address->value.family == Family::ipv4 ? kIpv4 : kIpv6;
  }

  const CheckedFilter& filter_;
  std::vector<Reach> reach_;
};

}  // namespace

PacketClasses all_classes() {
  return kAll;
}
PacketClasses ip_classes() {
  return kIp;
}

PacketClasses presence(const FieldRow& field) {
  if (const auto* header = std::get_if<InHeader>(&field.source)) {
    PacketClasses classes = 0;
    for (std::size_t i = 0; i < header->count; ++i) classes |= with_layer(header->at[i].layer);
    return classes;
  }
  if (const auto* walk = std::get_if<WalkResult>(&field.source)) return walk_presence(*walk);
  if (std::holds_alternative<PayloadPart>(field.source)) return with_payload();
  if (const FieldRow* other = stands_for(field)) return presence(*other);
  return kAll;
}

std::vector<Reach> find_reach(const CheckedFilter& filter) {
  return ReachFinder(filter).run();
}

std::string guard_for(const FieldRow& field) {
  if (const FieldRow* other = stands_for(field)) return guard_for(*other);
  if (std::holds_alternative<PayloadPart>(field.source)) return "payload.len > 0";
  const auto* header = std::get_if<InHeader>(&field.source);
  if (header == nullptr || (presence(field) & ip_classes()) == ip_classes()) return {};
  // One name for all the layers, if there is one.
  for (const FieldRow& f : kFields)
    if (const auto* test = std::get_if<HasLayer>(&f.source))
      if (test->count == header->count && test->any[0] == header->at[0].layer &&
          (test->count == 1 || test->any[1] == header->at[1].layer))
        return std::string(f.name);
  std::string guard;
  for (std::size_t i = 0; i < header->count; ++i) {
    if (i != 0) guard += " || ";
    guard += row(header->at[i].layer).name;
  }
  return guard;
}

}  // namespace fwc
