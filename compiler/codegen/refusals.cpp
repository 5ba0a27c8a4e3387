// SPDX-License-Identifier: MIT
// The arguments of a call as headers on the stack; see refusals.h.
#include "compiler/codegen/refusals.h"

#include <linux/bpf.h>
#include <sys/socket.h>

#include <cstddef>

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kNetworkBytes = row(Layer::ipv6).header_bytes;
constexpr std::uint64_t kIpv4Destination = 16;
constexpr std::uint64_t kIpv6Destination = 24;
constexpr std::uint64_t kDestinationPort = 2;

/// ::ffff:0:0/96 (RFC 4291 section 2.5.5.2), the third word of an address as it lies in memory.
constexpr std::uint64_t kMapped = std::uint64_t{network_order(0xffff)} << 16;

class Reader {
 public:
  Reader(Program& program, const CallRow& call)
      : p_(program),
        ir_(program.ir),
        call_(call),
        network_(program.buffer(kNetworkBytes)),
        transport_(program.buffer(kTransportBytes)) {}

  WalkState run() {
    p_.clear(network_, kNetworkBytes);
    p_.clear(transport_, kTransportBytes);
    only_sockets_of_the_transport();
    put(transport_, kDestinationPort, load(offsetof(bpf_sock_addr, user_port)), 16);
    const auto ipv4 = PacketReader::family_number(Family::ipv4);
    return {.family = call_.ipv6 ? read_ipv6() : (read_ipv4(), p_.number(ipv4)),
            .protocol = p_.number(row(call_.transport).protocol),
            .network = network_,
            .offset = p_.number(kNetworkBytes),
            .fragment = p_.number(0),
            .extensions = p_.number(0),
            .transport = transport_};
  }

 private:
  llvm::Value* load(std::uint64_t offset) { return p_.load_context(offset); }

  void put(llvm::Value* buffer, std::uint64_t byte, llvm::Value* value, unsigned bits) {
    ir_.CreateAlignedStore(ir_.CreateTrunc(value, ir_.getIntNTy(bits)),
                           ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), buffer, byte),
                           llvm::Align(bits / 8));
  }

  void allow_if(llvm::Value* condition) {
    llvm::BasicBlock* next = p_.block("");
    ir_.CreateCondBr(condition, p_.forward, next);
    ir_.SetInsertPoint(next);
  }

  void allow_unless_equal(std::uint64_t offset, std::uint64_t wanted) {
    allow_if(ir_.CreateICmpNE(load(offset), p_.number(wanted)));
  }

  /// Raw sockets and those of ping are none of them.
  void only_sockets_of_the_transport() {
    allow_unless_equal(offsetof(bpf_sock_addr, protocol), row(call_.transport).protocol);
    allow_unless_equal(offsetof(bpf_sock_addr, type), call_.is_datagram ? SOCK_DGRAM : SOCK_STREAM);
  }

  void read_ipv4() {
    llvm::Value* address = load(offsetof(bpf_sock_addr, user_ip4));
    allow_if(ir_.CreateICmpEQ(address, p_.number(0)));
    put(network_, kIpv4Destination, address, 32);
  }

  llvm::Value* word(unsigned index) {
    return load(offsetof(bpf_sock_addr, user_ip6) + 4 * static_cast<std::uint64_t>(index));
  }

  /// What is sent to a mapped address is an IPv4 packet. The family is a number of which the
  /// verifier and the passes see two.
  llvm::Value* read_ipv6() {
    llvm::BasicBlock* mapped = p_.unplaced_block("mapped");
    llvm::BasicBlock* plain = p_.unplaced_block("ipv6");
    llvm::BasicBlock* read = p_.unplaced_block("call_read");
    llvm::Value* high = ir_.CreateOr(word(0), word(1));
    llvm::Value* not_mapped = ir_.CreateOr(high, ir_.CreateXor(word(2), p_.number(kMapped)));
    ir_.CreateCondBr(ir_.CreateICmpEQ(not_mapped, p_.number(0)), mapped, plain);
    p_.place(plain);
    allow_if(ir_.CreateICmpEQ(ir_.CreateOr(high, ir_.CreateOr(word(2), word(3))), p_.number(0)));
    for (unsigned i = 0; i < 4; ++i) put(network_, kIpv6Destination + 4 * i, word(i), 32);
    llvm::BasicBlock* plain_end = ir_.GetInsertBlock();
    ir_.CreateBr(read);
    p_.place(mapped);
    allow_if(ir_.CreateICmpEQ(word(3), p_.number(0)));
    put(network_, kIpv4Destination, word(3), 32);
    llvm::BasicBlock* mapped_end = ir_.GetInsertBlock();
    ir_.CreateBr(read);
    p_.place(read);
    llvm::PHINode* family = ir_.CreatePHI(ir_.getInt64Ty(), 2);
    family->addIncoming(p_.number(PacketReader::family_number(Family::ipv6)), plain_end);
    family->addIncoming(p_.number(PacketReader::family_number(Family::ipv4)), mapped_end);
    return family;
  }

  Program& p_;
  llvm::IRBuilder<>& ir_;
  const CallRow& call_;
  llvm::Value* network_;
  llvm::Value* transport_;
};

}  // namespace

WalkState read_call(Program& program, const CallRow& call) {
  return Reader(program, call).run();
}

}  // namespace fwc::codegen
