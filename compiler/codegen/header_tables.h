// SPDX-License-Identifier: MIT
// Constant tables of the header walk, in the program's `.rodata`: what the rows of layers.h say, by
// protocol number. A lookup has one path; a branch for each row would multiply those of the
// verifier.
#pragma once

#include <cstdint>

#include <llvm/IR/Module.h>

namespace fwc::codegen {

/// The length rules of the extension headers, by protocol number. 0 means no extension header; a
/// header is `8 + second byte * (rule & kUnitMask)` bytes long. The unit is a factor, because the
/// verifier follows bounds through a product but not through a shift.
llvm::GlobalVariable& extension_rules(llvm::Module& module);
inline constexpr std::uint8_t kUnitMask = 0x0c;

/// The rules that are one kind of header's alone; each is a bit of its own.
inline constexpr std::uint8_t kAuthenticationRule = 0x04;
inline constexpr std::uint8_t kFragmentRule = 0x10;

/// The least bytes of the transport headers, by protocol number; of IPv6 from 256 on. Protocols
/// whose headers are not read have 0.
llvm::GlobalVariable& least_header_bytes(llvm::Module& module);

/// The flows of the transport headers (language/flows.h), by protocol number; of IPv6 from 256 on.
/// 0 means none, else there is in it the place of the row, counted from 1, and what kind it is.
llvm::GlobalVariable& flow_rules(llvm::Module& module);
inline constexpr std::uint8_t kFlowRow = 0x07;
inline constexpr unsigned kFlowOfTcpBit = 3;
inline constexpr unsigned kFlowOfEcho6Bit = 4;
inline constexpr std::uint8_t kFlowOfEcho = 0x20;

/// By that place, two numbers of 64 bits: how many nanoseconds a flow is remembered that is not
/// settled, and one that is.
llvm::GlobalVariable& flow_lifetimes(llvm::Module& module);

}  // namespace fwc::codegen
