// SPDX-License-Identifier: MIT
// Classes from the tables of layers and fields; see classes.h.
#include "compiler/check/reasoning/classes.h"

namespace fwc {

namespace {

constexpr Network network_of(Family family) {
  return family == Family::ipv4 ? Network::ipv4 : Network::ipv6;
}

Classes whole_network(Network network) {
  if (network == Network::other) return Classes(1);
  return ~Classes();
}

ClassSet network(Network one) {
  ClassSet set;
  set[one] = whole_network(one);
  return set;
}

/// Without later fragments, whose transport header is elsewhere.
ClassSet with_header(Layer layer) {
  ClassSet set = with_layer(layer);
  if (is_network(layer)) return set;
  for (Classes& classes : set.of)
    for (std::size_t protocol = 0; protocol < kProtocolNumbers; ++protocol)
      classes.reset(class_of(Part::later_fragment, protocol));
  return set;
}

ClassSet where_present(WalkResult result) {
  const ClassSet ip = unite(network(Network::ipv4), network(Network::ipv6));
  switch (result) {
    case WalkResult::protocol:
    case WalkResult::fragment:
    case WalkResult::first_fragment:
    case WalkResult::fragment_offset: return ip;
    case WalkResult::ipv4_options: return network(Network::ipv4);
    case WalkResult::extensions: return network(Network::ipv6);
    case WalkResult::authentication: return all_kinds();
  }
  return all_kinds();
}

}  // namespace

ClassSet all_kinds() {
  ClassSet set;
  for (const Network one : {Network::ipv4, Network::ipv6, Network::other})
    set[one] = whole_network(one);
  return set;
}

ClassSet complement(const ClassSet& set) {
  ClassSet out = all_kinds();
  for (std::size_t i = 0; i < kNetworkKinds; ++i) out.of[i] &= ~set.of[i];
  return out;
}

ClassSet unite(ClassSet a, const ClassSet& b) {
  for (std::size_t i = 0; i < kNetworkKinds; ++i) a.of[i] |= b.of[i];
  return a;
}

ClassSet with_layer(Layer layer) {
  ClassSet set;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    if ((row(layer).families & family_bit(family)) == 0) continue;
    const Network one = network_of(family);
    if (is_network(layer)) {
      set[one] = whole_network(one);
      continue;
    }
    for (const Part part : {Part::whole, Part::first_fragment, Part::later_fragment})
      set[one].set(class_of(part, row(layer).protocol));
  }
  return set;
}

ClassSet where_payload() {
  ClassSet set;
  for (const LayerRow& layer : kLayers)
    if (has_payload(layer)) set = unite(std::move(set), with_header(layer.layer));
  return set;
}

const FieldRow& row_of_presence(const FieldRow& field) {
  const auto* by_direction = std::get_if<ByDirection>(&field.source);
  return by_direction == nullptr ? field : kFields[*find_field(by_direction->egress)];
}

static bool is_of_every_frame(const FieldSource& source) {
  const auto* link = std::get_if<LinkFact>(&source);
  return link != nullptr && *link != LinkFact::vlan;
}

std::optional<ClassSet> where_present(const FieldRow& written) {
  const FieldRow& field = row_of_presence(written);
  if (const auto* header = std::get_if<InHeader>(&field.source)) {
    ClassSet set;
    for (std::size_t i = 0; i < header->count; ++i) {
      if (row(header->at[i].layer).families == 0) return std::nullopt;
      set = unite(std::move(set), with_header(header->at[i].layer));
    }
    return set;
  }
  if (const auto* walk = std::get_if<WalkResult>(&field.source)) return where_present(*walk);
  if (std::holds_alternative<PayloadPart>(field.source)) return where_payload();
  const bool everywhere = std::holds_alternative<HasLayer>(field.source) ||
                          std::holds_alternative<ContextWord>(field.source) ||
                          is_of_every_frame(field.source) ||
                          std::holds_alternative<IsDirection>(field.source);
  return everywhere ? std::optional(all_kinds()) : std::nullopt;
}

}  // namespace fwc
