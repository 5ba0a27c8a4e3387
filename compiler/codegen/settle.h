// SPDX-License-Identifier: MIT
// Makes the ends of the header walk look alike to the verifier, before a long filter.
#pragma once

#include "compiler/codegen/packet_reader.h"

namespace fwc::codegen {

/// The walk ends in several ways: with headers where they lie or copied, with a transport header or
/// without. The verifier follows each through the whole filter, for it knows them apart by kinds of
/// pointers and by constants; and it follows what stands behind a test of such a number once for
/// each answer. This copies the headers to one place, and the numbers to where the verifier forgets
/// them: the filter is verified about once then, for some nanoseconds a packet.
///
/// To be called when the filter stands behind `last`, the last instruction of the walk. All that
/// reads the state from there on then reads what was settled. `network_bytes` is that of WalkNeeds.
void settle(Program& program, const WalkState& state, llvm::Instruction* last,
            std::uint64_t network_bytes);

}  // namespace fwc::codegen
