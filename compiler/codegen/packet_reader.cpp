// SPDX-License-Identifier: MIT
// Bits of proven headers, and what the walk found out.
#include "compiler/codegen/packet_reader.h"

#include "compiler/codegen/header_tables.h"

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kIpv4Bytes = row(Layer::ipv4).header_bytes;
constexpr std::uint64_t kIpv6Bytes = row(Layer::ipv6).header_bytes;

constexpr std::uint64_t mask(unsigned bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

/// The bytes that a piece of a header lies in, as one load of 1, 2, 4 or 8 that is aligned within
/// the header: the verifier takes unaligned loads from a packet, but not from a copy on the stack.
struct Load {
  unsigned byte;
  unsigned bytes;
  unsigned shift;  ///< bits right of the piece in the loaded number
};

constexpr Load load_of(const HeaderBits& at) {
  const unsigned end = (at.bit + at.bits + 7) / 8;
  unsigned bytes = 1;
  while (at.bit / 8 / bytes * bytes + bytes < end) bytes *= 2;
  const unsigned begin = at.bit / 8 / bytes * bytes;
  return {.byte = begin, .bytes = bytes, .shift = 8 * (begin + bytes) - (at.bit + at.bits)};
}

consteval bool every_field_is_one_load() {
  for (const FieldRow& field : kFields) {
    if (!std::holds_alternative<InHeader>(field.source)) continue;
    const InHeader& header = std::get<InHeader>(field.source);
    for (std::size_t i = 0; i < header.count; ++i) {
      const HeaderBits& at = header.at[i];
      if (at.bits == 128) continue;  // two loads of read_word()
      const Load load = load_of(at);
      if (load.bytes > 8 || load.byte + load.bytes > row(at.layer).header_bytes) return false;
      if (!is_network(at.layer) && load.byte + load.bytes > kTransportBytes) return false;
    }
  }
  return true;
}
static_assert(every_field_is_one_load());

/// Of the network header, in the steps of WalkNeeds::network_bytes.
std::uint64_t network_bytes_of(const FieldRow& field) {
  const auto* result = std::get_if<WalkResult>(&field.source);
  if (result != nullptr) return *result == WalkResult::ipv4_options ? kIpv4Bytes : 0;
  const auto* header = std::get_if<InHeader>(&field.source);
  if (header == nullptr) return 0;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < header->count; ++i) {
    const HeaderBits& at = header->at[i];
    if (!is_network(at.layer)) continue;
    bytes = std::max(bytes, at.bit + at.bits > 8 * kIpv4Bytes ? kIpv6Bytes : kIpv4Bytes);
  }
  return bytes;
}

}  // namespace

WalkNeeds needs_of(const CheckedFilter& filter, const std::vector<NodeId>& conditions,
                   bool ingress) {
  WalkNeeds needs;
  const std::vector<bool> used = filter.reachable(conditions);
  for (std::size_t id = 0; id < filter.nodes.size(); ++id) {
    const auto* value = std::get_if<FieldValue>(&filter.nodes[id].value);
    if (value == nullptr || !used[id]) continue;
    const FieldRow& field = kFields[resolve(value->field, ingress)];
    needs.network_bytes = std::max(needs.network_bytes, network_bytes_of(field));
    const auto* result = std::get_if<WalkResult>(&field.source);
    if (result == nullptr) continue;
    switch (*result) {
      case WalkResult::fragment:
      case WalkResult::first_fragment:
      case WalkResult::fragment_offset: needs.fragment = true; break;
      case WalkResult::authentication:
      case WalkResult::extensions: needs.extensions = true; break;
      case WalkResult::protocol:
      case WalkResult::ipv4_options: break;
    }
  }
  return needs;
}

llvm::Value* PacketReader::base_of(Layer layer) {
  return is_network(layer) ? state_.network : state_.transport;
}

llvm::Value* PacketReader::read_bytes(llvm::Value* base, std::uint64_t byte, unsigned bytes) {
  llvm::Value* value = program_.load(base, byte, 8 * bytes);
  return bytes == 1 ? value : program_.to_host_order(value, 8 * bytes);
}

llvm::Value* PacketReader::read(const HeaderBits& at) {
  const Load load = load_of(at);
  llvm::Value* value = read_bytes(base_of(at.layer), load.byte, load.bytes);
  auto& ir = program_.ir;
  if (load.shift != 0) value = ir.CreateLShr(value, load.shift);
  if (load.shift + at.bits < 8 * load.bytes)
    value = ir.CreateAnd(value, program_.number(mask(at.bits)));
  if (at.scale != 1) value = ir.CreateMul(value, program_.number(at.scale));
  return value;
}

llvm::Value* PacketReader::read_in_network_order(const HeaderBits& at) {
  const bool whole = at.bit % 8 == 0 && (at.bits == 16 || at.bits == 32) && at.scale == 1;
  return whole ? program_.load(base_of(at.layer), at.bit / 8, at.bits) : nullptr;
}

llvm::Value* PacketReader::result(WalkResult which) {
  auto& ir = program_.ir;
  const auto truth = [&](llvm::Value* condition) {
    return ir.CreateZExt(condition, ir.getInt64Ty());
  };
  const auto is = [&](llvm::Value* value, std::uint64_t constant) {
    return ir.CreateICmpEQ(value, program_.number(constant));
  };
  switch (which) {
    case WalkResult::protocol: return state_.protocol;
    case WalkResult::authentication: {
      llvm::Value* in_chain = ir.CreateAnd(state_.extensions, program_.number(kAuthenticationRule));
      llvm::Value* differs =
          ir.CreateOr(ir.CreateXor(state_.family, program_.number(family_number(Family::ipv4))),
                      ir.CreateXor(state_.protocol, program_.number(kAuthenticationExtension)));
      // 1 where nothing differs. The back end would make two branches of two comparisons.
      llvm::Value* in_ipv4 = ir.CreateLShr(ir.CreateSub(differs, program_.number(1)), 63);
      return ir.CreateOr(in_chain, in_ipv4);
    }
    case WalkResult::fragment: return state_.fragment;
    case WalkResult::first_fragment: return truth(is(state_.fragment, WalkState::kMoreFragments));
    case WalkResult::fragment_offset:
      return ir.CreateAnd(state_.fragment, program_.number(WalkState::kFragmentOffset));
    case WalkResult::ipv4_options:
      return ir.CreateSub(program_.load(state_.network, 0, 8), program_.number(0x45));
    case WalkResult::extensions: return state_.extensions;
  }
  llvm_unreachable("every walk result has a case");
}

}  // namespace fwc::codegen
