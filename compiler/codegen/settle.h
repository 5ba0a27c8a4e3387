// SPDX-License-Identifier: MIT
// Makes the ends of the header walk look alike to the verifier, before a long filter.
#pragma once

#include "compiler/codegen/packet_reader.h"

namespace fwc::codegen {

/// What of the network header has been proven, and whether a packet can be no IP packet at all.
struct Proven {
  bool whole_ipv6;
  bool only_ip;
};

/// The walk ends in several ways: by family, with headers where they lie or copied, with a
/// transport header or without. The verifier follows each through the whole filter, for it knows
/// them apart by constants and kinds of pointers. This copies the headers to one place and adds a
/// zero of which the verifier knows nothing to all numbers: then all ends are one, and the filter
/// is verified once, for some nanoseconds a packet.
///
/// To be called when the filter stands behind `last`, the last instruction of the walk. All that
/// reads the state from there on then reads what was settled.
void settle(Program& program, const WalkState& state, llvm::Instruction* last,
            const Proven& proven);

}  // namespace fwc::codegen
