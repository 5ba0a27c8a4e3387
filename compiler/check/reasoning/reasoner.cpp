// SPDX-License-Identifier: MIT
// Conditions narrow sets of packets, alternatives join them; see reasoner.h.
#include "compiler/check/reasoning/reasoner.h"

#include <algorithm>
#include <set>

#include "compiler/check/reasoning/values.h"

namespace fwc {

namespace {

// Beyond these nothing more is remembered, which only finds less.
constexpr std::size_t kMostKnown = 64;

std::size_t index(Network network) {
  return static_cast<std::size_t>(network);
}

/// The transport protocols that the filter tells apart.
std::set<Layer> layers_in(const CheckedFilter& filter) {
  std::set<Layer> layers;
  const auto add = [&](Layer layer) {
    if (!is_network(layer)) layers.insert(layer);
  };
  for (const Node& node : filter.nodes) {
    const auto* field = std::get_if<FieldValue>(&node.value);
    if (field == nullptr) continue;
    const FieldSource& source = row_of_presence(kFields[field->field]).source;
    if (const auto* header = std::get_if<InHeader>(&source))
      for (std::size_t i = 0; i < header->count; ++i) add(header->at[i].layer);
    if (const auto* test = std::get_if<HasLayer>(&source))
      for (std::size_t i = 0; i < test->count; ++i) add(test->any[i]);
  }
  return layers;
}

auto find_known(auto& known, SubjectId subject) {
  return std::ranges::lower_bound(known, subject, {}, &Known::subject);
}

}  // namespace

Reasoner::Reasoner(const CheckedFilter& filter) : filter_(filter), effects_(filter) {
  ClassSet rest = all_kinds();
  for (const Layer layer : layers_in(filter)) {
    const ClassSet with = with_layer(layer);
    for (const Network network : {Network::ipv4, Network::ipv6}) {
      const Classes own = rest[network] & with[network];
      if (own.none()) continue;
      kinds_.push_back({.id = kinds_.size(), .network = network, .classes = own, .known = {}});
      rest[network] &= ~own;
    }
  }
  for (const Network network : {Network::ipv4, Network::ipv6, Network::other})
    kinds_.push_back(
        {.id = kinds_.size(), .network = network, .classes = rest[network], .known = {}});
}

Packets Reasoner::of_direction(bool ingress) {
  Packets packets = kinds_;
  const ValueEffect effect = effects_.direction(ingress);
  std::erase_if(packets, [&](PacketKind& kind) { return !narrow(kind, effect, true); });
  return packets;
}

Packets Reasoner::where(Packets packets, NodeId condition, bool holds) {
  if (packets.empty() || is_exhausted()) return packets;
  ++steps_;
  const auto& value = filter_.at(condition).value;
  if (const auto* n = std::get_if<Not>(&value))
    return where(std::move(packets), n->operand, !holds);
  if (const auto* n = std::get_if<Logical>(&value)) {
    remember(packets, condition, holds);
    return where_chain(std::move(packets), *n, holds);
  }
  if (const auto* n = std::get_if<Conditional>(&value)) {
    remember(packets, condition, holds);
    return where_chosen(std::move(packets), *n, holds);
  }
  return where_plain(std::move(packets), condition, holds);
}

bool Reasoner::is_possible(const Packets& packets, NodeId condition, bool holds) {
  // Most things are possible for the first kind that is asked.
  return std::ranges::any_of(packets, [&](const PacketKind& kind) {
    return is_exhausted() || !where({kind}, condition, holds).empty();
  });
}

/// What alternatives have in common is little; that one of them holds is known for itself.
void Reasoner::remember(Packets& packets, NodeId condition, bool holds) {
  const ValueEffect truth = effects_.truth(condition);
  std::erase_if(packets, [&](PacketKind& kind) { return !narrow(kind, truth, holds); });
}

Packets Reasoner::where_chain(Packets packets, const Logical& chain, bool holds) {
  if (chain.op == LogicalOp::odd) return where_odd(std::move(packets), chain, holds);
  const bool all = chain.op == LogicalOp::all;
  if (all == holds) {
    for (const NodeId id : chain.operands) packets = where(std::move(packets), id, holds);
    return packets;
  }
  // One operand comes out so, and those before it do not.
  Packets any;
  for (const NodeId id : chain.operands) {
    any = join(std::move(any), where(packets, id, holds));
    if (id == chain.operands.back()) break;
    packets = where(std::move(packets), id, !holds);
    if (packets.empty()) break;
  }
  return any;
}

Packets Reasoner::where_odd(Packets packets, const Logical& chain, bool odd) {
  Packets is_even = std::move(packets);
  Packets is_odd;
  for (const NodeId id : chain.operands) {
    Packets even = join(where(is_even, id, false), where(is_odd, id, true));
    is_odd = join(where(std::move(is_even), id, true), where(std::move(is_odd), id, false));
    is_even = std::move(even);
  }
  return odd ? is_odd : is_even;
}

Packets Reasoner::where_chosen(Packets packets, const Conditional& n, bool holds) {
  Packets chosen = where(where(packets, n.condition, true), n.then_value, holds);
  Packets other = where(where(std::move(packets), n.condition, false), n.else_value, holds);
  return join(std::move(chosen), std::move(other));
}

Packets Reasoner::where_plain(Packets packets, NodeId condition, bool holds) {
  steps_ += packets.size();
  const Effects& effects = effects_.effects(condition);
  std::erase_if(packets, [&](PacketKind& kind) { return !narrow(kind, effects, holds); });
  return packets;
}

/// False where nothing is left.
bool Reasoner::narrow(PacketKind& kind, const Effects& effects, bool holds) {
  for (const ClassEffect& effect : effects.of_classes)
    kind.classes &= effects_.classes(effect.classes[holds])[kind.network];
  if (kind.classes.none()) return false;
  return std::ranges::all_of(effects.of_values,
                             [&](const ValueEffect& e) { return narrow(kind, e, holds); });
}

bool Reasoner::narrow(PacketKind& kind, const ValueEffect& effect, bool holds) {
  const Subject& subject = effects_.subject(effect.subject);
  const auto place = find_known(kind.known, effect.subject);
  const bool is_known = place != kind.known.end() && place->subject == effect.subject;
  const std::optional<SetId> values = effects_.pool().intersect(
      is_known ? place->values : subject.universe[index(kind.network)], effect.values[holds]);
  const bool none = values == SetPool::kEmpty;
  const bool absent = (!is_known || place->absent) && effect.absent[holds];
  if (subject.present) {
    const Classes& present = effects_.classes(*subject.present)[kind.network];
    if (none) kind.classes &= ~present;
    if (!effect.absent[holds]) kind.classes &= present;
    if (kind.classes.none()) return false;
  } else if (none && !absent) {
    return false;
  }
  if (!values) return true;
  const Known left{.subject = effect.subject, .values = *values, .absent = absent};
  if (is_known)
    *place = left;
  else if (kind.known.size() < kMostKnown)
    kind.known.insert(place, left);
  return true;
}

Packets Reasoner::join(Packets a, Packets b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  steps_ += a.size();
  Packets out;
  auto next = b.begin();
  for (PacketKind& kind : a) {
    for (; next != b.end() && next->id < kind.id; ++next) out.push_back(std::move(*next));
    if (next != b.end() && next->id == kind.id) join(kind, *next++);
    out.push_back(std::move(kind));
  }
  out.insert(out.end(), std::move_iterator(next), std::move_iterator(b.end()));
  return out;
}

void Reasoner::join(PacketKind& a, const PacketKind& b) {
  std::vector<Known> known;
  known.reserve(std::min(a.known.size(), b.known.size()));
  const auto add = [&](SubjectId subject) {
    const auto x = contribution(a, subject);
    const auto y = contribution(b, subject);
    if (!x || !y) return;
    const auto values = effects_.pool().unite(x->values, y->values);
    if (values)
      known.push_back({.subject = subject, .values = *values, .absent = x->absent || y->absent});
  };
  auto i = a.known.begin();
  auto j = b.known.begin();
  while (i != a.known.end() || j != b.known.end()) {
    const bool left = j == b.known.end() || (i != a.known.end() && i->subject <= j->subject);
    const bool right = i == a.known.end() || (j != b.known.end() && j->subject <= i->subject);
    if (left && right && *i == *j)  // most of it, of alternatives that are about little
      known.push_back(*i);
    else
      add(left ? i->subject : j->subject);
    i += left ? 1 : 0;
    j += right ? 1 : 0;
  }
  a.classes |= b.classes;
  a.known = std::move(known);
}

/// What is known of a subject; nothing where it can have any value.
std::optional<Known> Reasoner::contribution(const PacketKind& kind, SubjectId subject) const {
  if (lacks(kind, effects_.subject(subject)))
    return Known{.subject = subject, .values = SetPool::kEmpty, .absent = true};
  const auto place = find_known(kind.known, subject);
  if (place == kind.known.end() || place->subject != subject) return std::nullopt;
  return *place;
}

/// Whether no packet that is left has the subject.
bool Reasoner::lacks(const PacketKind& kind, const Subject& subject) const {
  return subject.present &&
         (kind.classes & effects_.classes(*subject.present)[kind.network]).none();
}

}  // namespace fwc
