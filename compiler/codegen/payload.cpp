// SPDX-License-Identifier: MIT
// The payload and its slices. Where it begins is computed where it is asked for, for most filters
// have found out the protocol by then. A slice is read where it lies or from a copy, as headers
// are (see walk.cpp).
#include <algorithm>

#include "compiler/codegen/lower.h"

namespace fwc::codegen {

namespace {

/// No payload begins behind this. The walk bounds the transport header by less, which the mask
/// tells verifiers again where the value went through a stack slot or a product.
constexpr std::uint64_t kStartMask = 0x7fff;
/// The verifier follows no pointer further into a packet (MAX_PACKET_OFF in kernel/bpf/verifier.c).
static_assert(kStartMask + kPayloadReach < 0xffff);

constexpr std::uint64_t kWord = 8;

/// Headers of one length, behind which a payload begins.
struct PayloadHeaders {
  LayerRow layer;
  std::vector<Facts> boxes;
};

bool have_one_length(const LayerRow& a, const LayerRow& b) {
  return a.length.bits == 0 && b.length.bits == 0 && a.header_bytes == b.header_bytes;
}

std::vector<PayloadHeaders> headers_before_payload(const Facts& facts) {
  std::vector<PayloadHeaders> headers;
  for (const LayerRow& layer : kLayers) {
    if (!has_payload(layer) || (facts & facts_of_header(layer.layer)).impossible()) continue;
    auto known = std::ranges::find_if(
        headers, [&](const PayloadHeaders& h) { return have_one_length(h.layer, layer); });
    if (known == headers.end()) known = headers.insert(known, {.layer = layer, .boxes = {}});
    known->boxes.push_back(facts_of_header(layer.layer));
  }
  return headers;
}

}  // namespace

/// From where the packet's bytes are counted; the builder goes on where the header is known.
llvm::Value* Lowering::payload_start(Block* if_absent) {
  const std::vector<PayloadHeaders> all = headers_before_payload(facts_);
  Block* known = p_.unplaced_block("");
  if (all.empty()) {
    ir_.CreateBr(if_absent);
    p_.place(known);
    return p_.number(0);
  }
  llvm::PHINode* start = llvm::PHINode::Create(ir_.getInt64Ty(), 3);
  Facts present = kImpossible;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& [layer, boxes] = all[i];
    Block* hit = p_.unplaced_block("");
    Block* next = i + 1 == all.size() ? if_absent : p_.unplaced_block("");
    const Outcome outcome = test_any(boxes, hit, next);
    present = hull(present, outcome.when_true);
    go_on(hit, outcome.when_true);
    llvm::Value* length = p_.number(layer.header_bytes);
    if (layer.length.bits != 0)
      length = reader_.read({.layer = layer.layer,
                             .bit = layer.length.bit,
                             .bits = layer.length.bits,
                             .scale = layer.length.unit});
    start->addIncoming(ir_.CreateAdd(reader_.state().offset, length), ir_.GetInsertBlock());
    ir_.CreateBr(known);
    if (next != if_absent) go_on(next, outcome.when_false);
  }
  go_on(known, present);
  ir_.Insert(start);
  return ir_.CreateAnd(p_.opaque(start), p_.number(kStartMask));
}

/// A TCP header can state that it ends behind the packet, which then has no byte of payload.
llvm::Value* Lowering::payload_length(Block* if_absent) {
  llvm::Value* start = payload_start(if_absent);
  llvm::Value* all = p_.length();
  return ir_.CreateSelect(ir_.CreateICmpULT(all, start), p_.number(0), ir_.CreateSub(all, start));
}

llvm::Value* Lowering::slice_copy() {
  if (slice_copy_ != nullptr) return slice_copy_;
  std::uint64_t most = 0;
  for (const Node& node : filter_.nodes) {
    if (const auto* slice = std::get_if<SliceValue>(&node.value))
      most = std::max<std::uint64_t>(most, slice->bytes);
    if (const auto* equals = std::get_if<SliceEquals>(&node.value))
      most = std::max<std::uint64_t>(most, equals->bytes.size());
  }
  return slice_copy_ = p_.entry_buffer(most);
}

/// A pointer to so many readable bytes, or to `if_absent` where the packet ends before.
llvm::Value* Lowering::slice_bytes(std::uint32_t offset, std::uint64_t bytes, Block* if_absent) {
  llvm::Value* place = ir_.CreateAdd(payload_start(if_absent), p_.number(offset));
  return p_.bytes_at(place, bytes, slice_copy(), if_absent);
}

llvm::Value* Lowering::slice_value(const SliceValue& slice, Block* if_absent) {
  llvm::Value* at = slice_bytes(slice.offset, slice.bytes, if_absent);
  llvm::Value* value = p_.load(at, 0, 8U * slice.bytes);
  return slice.bytes == 1 ? value : p_.to_host_order(value, 8U * slice.bytes);
}

/// By words of 8 bytes, then by halves: each lies aligned in a copy. They are compared as they lie
/// in memory.
Outcome Lowering::slice_equals(const SliceEquals& node, Block* if_true, Block* if_false) {
  const Facts before = facts_;
  llvm::Value* at = slice_bytes(node.offset, node.bytes.size(), if_false);
  std::uint64_t word = kWord;
  for (std::uint64_t byte = 0; byte < node.bytes.size(); byte += word) {
    while (word > node.bytes.size() - byte) word /= 2;
    std::uint64_t wanted = 0;
    for (std::uint64_t i = word; i-- > 0;)
      wanted = wanted << 8 | static_cast<unsigned char>(node.bytes[byte + i]);
    llvm::Value* same =
        ir_.CreateICmpEQ(p_.load(at, byte, static_cast<unsigned>(8 * word)), p_.number(wanted));
    Block* next = byte + word == node.bytes.size() ? if_true : p_.block("");
    ir_.CreateCondBr(same, next, if_false);
    if (next != if_true) ir_.SetInsertPoint(next);
  }
  return {.when_true = facts_, .when_false = before};
}

}  // namespace fwc::codegen
