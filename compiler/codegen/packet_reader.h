// SPDX-License-Identifier: MIT
// Reads headers in the program. The walk at its start proves every header that a filter can read to
// be there and drops malformed packets; afterwards this class owns every pointer into the packet,
// and the rest of the code generator asks it for bits of a header.
#pragma once

#include "compiler/check/checked_filter.h"
#include "compiler/codegen/program.h"
#include "compiler/eval/packet.h"

namespace fwc::codegen {

/// A 16-bit number as it lies in memory in network order, read by this machine.
constexpr std::uint16_t network_order(std::uint16_t value) {
  return static_cast<std::uint16_t>(value << 8 | value >> 8);
}

/// What the filter wants to know beyond protocol and headers; what is not wanted is not computed.
struct WalkNeeds {
  bool fragment = false;
  bool extensions = false;          ///< which extension headers were there, for `ah` and `ipv6.ext`
  std::uint64_t network_bytes = 0;  ///< of the network header: all of an IPv6 header, as many as
                                    ///< an IPv4 header has without options, or none
};

/// Of some conditions in one direction, by which `local_ip` and its like are one address or the
/// other.
WalkNeeds needs_of(const CheckedFilter& filter, const std::vector<NodeId>& conditions,
                   bool ingress);

/// What the walk has found out at some point of the program. All numbers are i64.
struct WalkState {
  llvm::Value* family;    ///< PacketReader::family_number(), or kNoFamily
  llvm::Value* protocol;  ///< IANA number, or kNoProtocol
  llvm::Value* network;   ///< pointer to WalkNeeds::network_bytes of the network header
  llvm::Value*
      offset;  ///< of what follows the headers walked so far, from the first byte that
               ///< the hook shows; after the walk 0 where the transport header is not known
  llvm::Value* fragment;    ///< kFragmentBits of an IPv6 fragment header
  llvm::Value* extensions;  ///< the rules of all extension headers seen, ORed (extension_rules)
  llvm::Value* transport;   ///< pointer to kTransportBytes, where the transport header is known
  llvm::Value* link;        ///< bytes before the network header; null on a hook that has none

  static constexpr std::uint64_t kNoFamily = 0;
  static constexpr std::uint64_t kNoProtocol = 256;

  static constexpr std::uint16_t kMoreFragments = 1;
  static constexpr std::uint16_t kFragmentOffset = 0xfff8;  ///< which is in bytes like this
  static constexpr std::uint16_t kFragmentBits = kFragmentOffset | kMoreFragments;
};

/// Bytes of the transport header that a field can lie in.
inline constexpr unsigned kTransportBytes = 20;

/// What stands before the network header.
struct LinkHeader {
  llvm::Value* ethertype;  ///< behind the VLAN tags, as it lies in the packet
  llvm::Value* bytes;      ///< of the header with its tags
};

/// Steps over the Ethernet header and up to two VLAN tags; to `if_short` where the frame ends
/// before.
LinkHeader read_link_header(Program& program, llvm::BasicBlock* if_short);

/// A fact of the link layer as i64; to `if_absent` where the packet has it not.
llvm::Value* read_link_fact(Program& program, LinkFact fact, llvm::BasicBlock* if_absent);

/// Emits the walk at the builder's place; malformed packets leave to `drop`, all others arrive
/// where the builder then stands. But packets that are not IP go to `not_ip`, if it is not null.
WalkState walk_headers(Program& program, const WalkNeeds& needs, llvm::BasicBlock* not_ip);

class PacketReader {
 public:
  PacketReader(Program& program, const WalkState& state) : program_(program), state_(state) {}

  const WalkState& state() const { return state_; }

  /// The EtherType as it lies in the context: so no instruction makes it a number of ours.
  static constexpr std::uint64_t family_number(Family family) {
    return family == Family::ipv4 ? network_order(kEtherTypeIpv4) : network_order(kEtherTypeIpv6);
  }

  /// Bits of a header that is known to be there, multiplied by the scale; i64 in host order.
  llvm::Value* read(const HeaderBits& at);

  /// A number of whole bytes as it lies in the packet, for comparisons that swap the constant
  /// instead. Null where the bits are no such number.
  llvm::Value* read_in_network_order(const HeaderBits& at);

  /// 64 bits in host order from that byte of the network header on.
  llvm::Value* read_word(std::uint64_t byte) { return read_bytes(state_.network, byte, 8); }

  /// A result of the walk as i64, where its packet has it. A boolean is any non-zero value or 0.
  llvm::Value* result(WalkResult which);

 private:
  llvm::Value* base_of(Layer layer);
  llvm::Value* read_bytes(llvm::Value* base, std::uint64_t byte, unsigned bytes);

  Program& program_;
  WalkState state_;
};

}  // namespace fwc::codegen
