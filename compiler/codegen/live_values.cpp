// SPDX-License-Identifier: MIT
// Live variables and live sets. Which copy of the variables counts, and which map a set is, is read
// once for a packet, so that no packet sees a change half done.
#include <bit>

#include <linux/bpf.h>

#include <llvm/IR/Intrinsics.h>

#include "compiler/codegen/lower.h"

namespace fwc::codegen {

namespace {

constexpr std::uint32_t kAddressKeyBits = 32 + 128;
constexpr std::uint32_t kNumberKeyBits = 64;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
static_assert(PacketReader::family_number(Family::ipv4) == kLiveIpv4);
static_assert(PacketReader::family_number(Family::ipv6) == kLiveIpv6);

}  // namespace

void Lowering::open_live_values(const std::vector<NodeId>& conditions) {
  const std::vector<bool> used = filter_.reachable(conditions);
  live_maps_.assign(filter_.live_sets.size(), nullptr);
  for (std::size_t id = 0; id < used.size(); ++id) {
    if (!used[id]) continue;
    if (std::holds_alternative<VariableValue>(filter_.nodes[id].value) && live_.side != nullptr &&
        side_ == nullptr)
      side_ = ir_.CreateLoad(ir_.getInt64Ty(), live_.side);
    if (const auto* member = std::get_if<LiveMember>(&filter_.nodes[id].value))
      open_live_set(member->set);
  }
}

void Lowering::open_live_set(std::uint32_t set) {
  if (live_maps_[set] != nullptr) return;
  if (live_key_ == nullptr) {
    auto& entry = p_.function.getEntryBlock();
    auto* type = llvm::ArrayType::get(ir_.getInt64Ty(), kLiveKeyWords);
    live_key_ = new llvm::AllocaInst(type, 0, "", entry.begin());
  }
  ir_.CreateStore(ir_.getInt32(0), live_key_);
  live_maps_[set] =
      p_.call_helper(BPF_FUNC_map_lookup_elem, {live_.sets[set], live_key_}, ir_.getPtrTy());
}

/// A word of a variable. The side is masked where it is used, for verifiers before Linux 5.11
/// forget the bounds of a number that was put on the stack.
llvm::Value* Lowering::live_word(std::uint32_t variable, unsigned word) {
  llvm::Value* at = live_.variables[variable];
  if (side_ != nullptr) {
    llvm::Value* side = ir_.CreateAnd(p_.opaque(side_), p_.number(1));
    const std::uint64_t stride = 8 * words_of(filter_.variables[variable]);
    at = ir_.CreateInBoundsGEP(ir_.getInt8Ty(), at, ir_.CreateMul(side, p_.number(stride)));
  }
  if (word != 0) at = ir_.CreateConstInBoundsGEP1_64(ir_.getInt64Ty(), at, word);
  return ir_.CreateLoad(ir_.getInt64Ty(), at);
}

void Lowering::put_in_live_key(unsigned byte, llvm::Value* value) {
  ir_.CreateStore(value, ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), live_key_, byte));
}

llvm::Value* Lowering::in_network_order(llvm::Value* value) {
  return ir_.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, value);
}

/// Family and, of a pair, port before the address; an IPv4 address lies in the first bytes.
void Lowering::write_address_key(const AddressValue& address, llvm::Value* port) {
  put_in_live_key(0, ir_.getInt32(kAddressKeyBits));
  llvm::Value* head = address.family;
  if (port != nullptr) head = ir_.CreateOr(head, ir_.CreateShl(port, 16));
  put_in_live_key(4, in_network_order(ir_.CreateTrunc(head, ir_.getInt32Ty())));
  llvm::Value* is_ipv4 =
      ir_.CreateICmpEQ(address.family, p_.number(PacketReader::family_number(Family::ipv4)));
  llvm::Value* first = ir_.CreateSelect(is_ipv4, ir_.CreateShl(address.low, 32), address.high);
  llvm::Value* second = ir_.CreateSelect(is_ipv4, p_.number(0), address.low);
  put_in_live_key(8, in_network_order(first));
  put_in_live_key(16, in_network_order(second));
}

/// In two halves: the stack takes no eight bytes at an address that is no multiple of eight.
void Lowering::write_number_key(llvm::Value* number) {
  put_in_live_key(0, ir_.getInt32(kNumberKeyBits));
  llvm::Value* bytes = in_network_order(ir_.CreateXor(number, p_.number(kSign)));
  put_in_live_key(4, ir_.CreateTrunc(bytes, ir_.getInt32Ty()));
  put_in_live_key(8, ir_.CreateTrunc(ir_.CreateLShr(bytes, 32), ir_.getInt32Ty()));
}

Outcome Lowering::live_member(const LiveMember& node, Block* if_true, Block* if_false) {
  const Facts before = facts_;
  const auto go_on_if = [&](llvm::Value* condition) {
    Block* next = p_.block("");
    ir_.CreateCondBr(condition, next, if_false);
    ir_.SetInsertPoint(next);
  };
  const LiveElement element = filter_.live_sets[node.set].element;
  if (element == LiveElement::port || element == LiveElement::integer) {
    write_number_key(integer(node.values[0], if_false));
  } else {
    llvm::Value* port = nullptr;
    if (element == LiveElement::address_port) {
      port = integer(node.values[1], if_false);
      go_on_if(ir_.CreateICmpULE(port, p_.number(kLargestPort)));
    }
    write_address_key(address(node.values[0], if_false), port);
  }
  llvm::Value* map = live_maps_[node.set];
  go_on_if(ir_.CreateIsNotNull(map));
  llvm::Value* found = p_.call_helper(BPF_FUNC_map_lookup_elem, {map, live_key_}, ir_.getPtrTy());
  ir_.CreateCondBr(ir_.CreateIsNotNull(found), if_true, if_false);
  return {.when_true = facts_, .when_false = before};
}

}  // namespace fwc::codegen
