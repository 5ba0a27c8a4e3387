// SPDX-License-Identifier: MIT
// The walk over the headers while it is emitted; see walk.cpp. Private to the walk.
#pragma once

#include "compiler/codegen/join.h"
#include "compiler/codegen/packet_reader.h"

namespace fwc::codegen {

/// So many bytes before the transport header are copied with it, which are always there: the helper
/// refuses to copy none, and the copy fails, too, where the headers in front end past the packet.
inline constexpr std::uint64_t kCopiedBefore = 4;

class Walk {
 public:
  Walk(Program& program, const WalkNeeds& needs, llvm::BasicBlock* not_ip)
      : p_(program),
        ir_(program.ir),
        needs_(needs),
        not_ip_(not_ip),
        transport_(program, "transport"),
        later_(program, "later_fragment"),
        done_(program, "walked") {}

  WalkState run() {
    start();
    fetch_network_header();
    read_ipv4();
    read_ipv6();
    read_transport();
    accept_later_fragment();
    return finish();
  }

 private:
  void start();
  void fetch_network_header();
  void copy_network_header(llvm::BasicBlock* copy, llvm::Value* size);
  llvm::BasicBlock* where_not_ip();
  llvm::Value* has_family(Family family);
  WalkState at_start(Family family, std::uint64_t protocol_byte, llvm::Value* offset);
  void read_ipv4();
  void read_ipv6();
  void walk_extensions(const WalkState& first);
  void fetch_extension(const WalkState& state, llvm::Value* count);
  llvm::Value* read_fragment(llvm::Value* rule, WalkState& next);
  void read_transport();
  llvm::Value* copy_transport(const WalkState& state);
  void check_length_field(const WalkState& state, const LayerRow& layer);
  void accept_later_fragment();
  WalkState finish();
  llvm::Value* least_header_bytes(const WalkState& state);
  llvm::Value* is_layer(const WalkState& state, const LayerRow& layer);
  llvm::Value* load_ether_type();
  llvm::Value* behind_link(llvm::Value* offset);
  void load_or_leave_zeros(llvm::Value* offset, llvm::Value* to, llvm::Value* size);
  llvm::Value* nowhere();

  Program& p_;
  llvm::IRBuilder<>& ir_;
  WalkNeeds needs_;
  llvm::BasicBlock* not_ip_;
  Join transport_;
  Join later_;
  Join done_;

  llvm::Value* network_copy_ = nullptr;
  llvm::Value* extension_copy_ = nullptr;
  llvm::Value* transport_copy_ = nullptr;
  llvm::Value* ether_type_ = nullptr;  ///< as it lies in the context
  llvm::Value* link_ = nullptr;  ///< bytes before the network header; null where there are none
  llvm::Value* data_ = nullptr;  ///< where the network header lies, if it is linear
  llvm::Value* data_end_ = nullptr;
  llvm::PHINode* network_ = nullptr;  ///< where the network header can be read
  llvm::Value* first_ = nullptr;      ///< its first byte
  llvm::BasicBlock* ipv4_ = nullptr;
  llvm::BasicBlock* ipv6_ = nullptr;
};

}  // namespace fwc::codegen
