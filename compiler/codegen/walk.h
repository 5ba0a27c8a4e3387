// SPDX-License-Identifier: MIT
// The walk over the headers while it is emitted; see walk.cpp. Private to the walk.
#pragma once

#include <optional>

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
        check_(program, "check_transport"),
        done_(program, "walked") {
    if (needs.network_bytes != 0) copied_.emplace(program, "copy_network");
  }

  WalkState run() {
    start();
    fetch_network_header();
    read_ipv6();
    read_ipv4();
    read_transport();
    check_transport();
    accept_later_fragment();
    copy_network();
    return finish();
  }

 private:
  void start();
  void fetch_network_header();
  void copy_network_header(llvm::BasicBlock* copy);
  llvm::BasicBlock* where_not_ip();
  llvm::Value* is_family(llvm::Value* ether_type, Family family);
  llvm::Value* has_family(Family family) { return is_family(ether_type_, family); }
  WalkState at_start(Family family, std::uint64_t protocol_byte, llvm::Value* offset);
  void read_ipv4();
  void read_ipv6();
  void walk_extensions(const WalkState& first);
  WalkState read_extension(const WalkState& state, llvm::Value* rule);
  llvm::Value* read_fragment(llvm::Value* rule, WalkState& next);
  void read_transport();
  void leave_if_behind(llvm::Value* end, llvm::BasicBlock* copy);
  void check_transport();
  void check_length_field(const WalkState& state, const LayerRow& layer);
  void copy_transport(const WalkState& state);
  void accept_later_fragment();
  void copy_network();
  WalkState finish();
  llvm::Value* network_header_bytes();
  llvm::Value* family_half();
  llvm::Value* least_header_bytes(const WalkState& state);
  llvm::Value* load_ether_type();
  llvm::Value* behind_link(llvm::Value* offset);
  void load_or_leave_zeros(llvm::Value* offset, llvm::Value* to, llvm::Value* size);
  llvm::Value* nowhere();
  llvm::Value* in_copied_transport();

  Program& p_;
  llvm::IRBuilder<>& ir_;
  WalkNeeds needs_;
  llvm::BasicBlock* not_ip_;
  Join transport_;
  Join later_;
  std::optional<Join> copied_;  ///< to copy the network header, if the filter reads it
  Join check_;
  Join done_;

  llvm::Value* network_copy_ = nullptr;
  llvm::Value* extension_copy_ = nullptr;
  llvm::Value* transport_copy_ = nullptr;
  llvm::Value* ether_type_ = nullptr;  ///< as it lies in the context
  llvm::Value* link_ = nullptr;  ///< bytes before the network header; null where there are none
  llvm::Value* data_ = nullptr;  ///< where the network header lies, if it is linear
  llvm::Value* data_end_ = nullptr;
  llvm::PHINode* network_ = nullptr;  ///< where the first bytes of the network header can be read
  llvm::Value* first_ = nullptr;      ///< its first byte
  llvm::BasicBlock* ipv4_ = nullptr;
  llvm::BasicBlock* ipv6_ = nullptr;
};

}  // namespace fwc::codegen
