// SPDX-License-Identifier: MIT
// Arithmetic of what is known about the packet.
#include "compiler/codegen/facts.h"

namespace fwc::codegen {

namespace {

constexpr std::uint32_t protocol_bit(Layer layer) {
  return Facts::kOtherProtocol << (1 + static_cast<unsigned>(layer));
}

}  // namespace

Facts without(const Facts& a, const Facts& b) {
  if (contains(b, a)) return kImpossible;
  const Facts common = a & b;
  if (common.impossible()) return a;
  const int differing = (common.families != a.families) + (common.protocols != a.protocols) +
                        (common.header != a.header);
  if (differing != 1) return a;
  Facts rest = a;
  if (common.families != a.families)
    rest.families = static_cast<std::uint8_t>(a.families & ~common.families);
  else if (common.protocols != a.protocols)
    rest.protocols = a.protocols & ~common.protocols;
  else
    rest.header = static_cast<std::uint8_t>(a.header & ~common.header);
  return rest;
}

Facts facts_of(Layer layer) {
  Facts facts;
  facts.families = row(layer).families;
  if (!is_network(layer)) facts.protocols = protocol_bit(layer);
  return facts;
}

Facts facts_of_header(Layer layer) {
  Facts facts = facts_of(layer);
  if (!is_network(layer)) facts.header = Facts::kHeaderKnown;
  return facts;
}

}  // namespace fwc::codegen
