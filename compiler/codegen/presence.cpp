// SPDX-License-Identifier: MIT
// Tests of what kind of packet it is, as few as what is already known leaves open.
#include <bit>

#include "compiler/codegen/lower.h"

namespace fwc::codegen {

namespace {

/// Adds a box, or widens one that differs in a single factor: the union is a product then.
void add_box(std::vector<Facts>& boxes, const Facts& box) {
  for (Facts& other : boxes) {
    const int differing = (other.families != box.families) + (other.protocols != box.protocols) +
                          (other.header != box.header);
    if (differing > 1) continue;
    other = hull(other, box);
    return;
  }
  boxes.push_back(box);
}

Facts only_families(FamilySet families) {
  Facts facts;
  facts.families = families;
  return facts;
}

Facts box_of(WalkResult result) {
  switch (result) {
    case WalkResult::authentication: return {};
    case WalkResult::protocol:
    case WalkResult::fragment:
    case WalkResult::first_fragment:
    case WalkResult::fragment_offset: return only_families(kBothFamilies);
    case WalkResult::ipv4_options: return only_families(kIpv4Family);
    case WalkResult::extensions: return only_families(kIpv6Family);
  }
  return {};
}

}  // namespace

std::vector<Facts> presence_of(const FieldRow& field) {
  std::vector<Facts> boxes;
  if (const auto* header = std::get_if<InHeader>(&field.source)) {
    for (std::size_t i = 0; i < header->count; ++i)
      add_box(boxes, facts_of_header(header->at[i].layer));
  } else if (const auto* layers = std::get_if<HasLayer>(&field.source)) {
    for (std::size_t i = 0; i < layers->count; ++i) add_box(boxes, facts_of(layers->any[i]));
  } else if (std::holds_alternative<PayloadPart>(field.source)) {
    for (const LayerRow& layer : kLayers)
      if (has_payload(layer)) add_box(boxes, facts_of_header(layer.layer));
  } else if (const auto* result = std::get_if<WalkResult>(&field.source)) {
    boxes.push_back(box_of(*result));
  } else {
    boxes.push_back({});
  }
  return boxes;
}

/// Protocol first, for it excludes most; then family; then whether the transport header is there.
Outcome Lowering::test(const Facts& box, Block* if_true, Block* if_false) {
  const Facts before = facts_;
  const WalkState& state = reader_.state();
  if ((before & box).impossible()) return leave(false, if_true, if_false);
  const auto next_unless_true = [&](llvm::Value* is_true) {
    Block* next = p_.block("");
    ir_.CreateCondBr(is_true, next, if_false);
    ir_.SetInsertPoint(next);
  };
  if ((before.protocols & ~box.protocols) != 0) {
    Block* next = p_.unplaced_block("");
    for (const LayerRow& layer : kLayers) {
      if (is_network(layer.layer)) continue;
      if ((facts_of(layer.layer).protocols & box.protocols & before.protocols) == 0) continue;
      Block* other = p_.unplaced_block("");
      ir_.CreateCondBr(ir_.CreateICmpEQ(state.protocol, p_.number(layer.protocol)), next, other);
      p_.place(other);
    }
    ir_.CreateBr(if_false);
    p_.place(next);
  }
  Facts of_box_protocols;
  of_box_protocols.protocols = box.protocols;
  const unsigned families = (before & of_box_protocols).families;
  if (const unsigned out = families & ~box.families; out != 0) {
    const unsigned in = families & box.families;
    const bool by_equality = std::has_single_bit(in);
    const unsigned bit = by_equality ? in : out;
    const std::uint64_t family = bit == kIpv4Family   ? PacketReader::family_number(Family::ipv4)
                                 : bit == kIpv6Family ? PacketReader::family_number(Family::ipv6)
                                                      : WalkState::kNoFamily;
    llvm::Value* same = ir_.CreateICmpEQ(state.family, p_.number(family));
    next_unless_true(by_equality ? same : ir_.CreateNot(same));
  }
  if ((before.header & ~box.header) != 0)
    next_unless_true(ir_.CreateICmpNE(state.offset, p_.number(0)));
  ir_.CreateBr(if_true);
  return {.when_true = before & box, .when_false = without(before, box)};
}

Outcome Lowering::test_any(const std::vector<Facts>& boxes, Block* if_true, Block* if_false) {
  Facts when_true = kImpossible;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const bool last = i + 1 == boxes.size();
    Block* next = last ? if_false : p_.unplaced_block("");
    const Outcome outcome = test(boxes[i], if_true, next);
    when_true = hull(when_true, outcome.when_true);
    if (last) return {.when_true = when_true, .when_false = outcome.when_false};
    go_on(next, outcome.when_false);
  }
  return leave(false, if_true, if_false);
}

/// Goes on where one of the boxes holds.
void Lowering::require(const std::vector<Facts>& boxes, Block* otherwise) {
  Block* present = p_.unplaced_block("");
  const Outcome outcome = test_any(boxes, present, otherwise);
  go_on(present, outcome.when_true);
}

/// Each place in which a header field can be, tested in turn; `use` is called where the header is
/// there and must end its block. Headers that hold the field at the same bits share one.
void Lowering::for_each_location(const InHeader& header, Block* if_absent,
                                 const std::function<void(const HeaderBits&)>& use) {
  struct Location {
    std::vector<Facts> boxes;
    HeaderBits at;
  };
  std::vector<Location> locations;
  for (std::size_t i = 0; i < header.count; ++i) {
    const HeaderBits& at = header.at[i];
    if ((facts_ & facts_of_header(at.layer)).impossible()) continue;
    const bool shared = !locations.empty() && !is_network(at.layer) &&
                        locations.back().at.bit == at.bit && locations.back().at.bits == at.bits;
    if (!shared) locations.push_back({.boxes = {}, .at = at});
    add_box(locations.back().boxes, facts_of_header(at.layer));
  }
  if (locations.empty()) ir_.CreateBr(if_absent);
  Facts present = kImpossible;
  for (std::size_t i = 0; i < locations.size(); ++i) {
    Block* hit = p_.unplaced_block("");
    const bool last = i + 1 == locations.size();
    Block* next = last ? if_absent : p_.unplaced_block("");
    const Outcome outcome = test_any(locations[i].boxes, hit, next);
    present = hull(present, outcome.when_true);
    go_on(hit, outcome.when_true);
    use(locations[i].at);
    if (!last) go_on(next, outcome.when_false);
  }
  facts_ = present;
}

}  // namespace fwc::codegen
