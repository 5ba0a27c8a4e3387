// SPDX-License-Identifier: MIT
// Makes the tables of the header walk from the rows of the language.
#include "compiler/codegen/header_tables.h"

#include <vector>

#include <llvm/IR/Constants.h>

#include "compiler/language/flows.h"
#include "compiler/language/layers.h"

namespace fwc::codegen {

namespace {

constexpr std::uint8_t extension_rule(const ExtensionRow& row) {
  return row.length_mask == 0 ? kFragmentRule : static_cast<std::uint8_t>(1 << row.length_shift);
}

/// Every length has to be 8 bytes and so many units, and the kinds the rules tell apart be alone.
consteval bool extension_rules_fit() {
  for (const ExtensionRow& r : kExtensions) {
    const std::uint8_t rule = extension_rule(r);
    if (r.length_add << r.length_shift != 8) return false;
    if (r.length_mask != (rule == kFragmentRule ? 0 : 0xff)) return false;
    if (rule != kFragmentRule && (rule & ~kUnitMask) != 0) return false;
    if ((rule == kFragmentRule) != (r.number == kFragmentExtension)) return false;
    if ((rule == kAuthenticationRule) != (r.number == kAuthenticationExtension)) return false;
  }
  return true;
}
static_assert(extension_rules_fit());

/// A table of bytes in `.rodata`, made where the module does not have it yet.
template <typename Fill>
llvm::GlobalVariable& table(llvm::Module& module, const char* name, std::size_t size,
                            const Fill& fill) {
  if (auto* known = module.getGlobalVariable(name)) return *known;
  std::vector<std::uint8_t> bytes(size);
  fill(bytes);
  auto* data = llvm::ConstantDataArray::get(module.getContext(), bytes);
  auto& global = *llvm::cast<llvm::GlobalVariable>(module.getOrInsertGlobal(name, data->getType()));
  global.setInitializer(data);
  global.setConstant(true);
  global.setSection(".rodata");
  global.setAlignment(llvm::Align(8));
  return global;
}

}  // namespace

llvm::GlobalVariable& extension_rules(llvm::Module& module) {
  return table(module, "extension_rules", 256, [](std::vector<std::uint8_t>& rules) {
    for (const ExtensionRow& r : kExtensions) rules[r.number] = extension_rule(r);
  });
}

llvm::GlobalVariable& least_header_bytes(llvm::Module& module) {
  return table(module, "least_header_bytes", 512, [](std::vector<std::uint8_t>& bytes) {
    for (const LayerRow& r : kLayers) {
      if (is_network(r.layer)) continue;
      if ((r.families & kIpv4Family) != 0) bytes[r.protocol] = r.header_bytes;
      if ((r.families & kIpv6Family) != 0) bytes[256 + r.protocol] = r.header_bytes;
    }
  });
}

llvm::GlobalVariable& flow_rules(llvm::Module& module) {
  static_assert(kFlows.size() <= kFlowRow);
  return table(module, "flow_rules", 512, [](std::vector<std::uint8_t>& rules) {
    for (std::size_t i = 0; i < kFlows.size(); ++i) {
      const FlowRow& flow = kFlows[i];
      const LayerRow& layer = row(flow.layer);
      auto rule = static_cast<std::uint8_t>(i + 1);
      if (flow.opening == FlowOpening::syn) rule |= 1U << kFlowOfTcpBit;
      if (flow.opening == FlowOpening::request) rule |= kFlowOfEcho;
      if (flow.layer == Layer::icmpv6) rule |= 1U << kFlowOfEcho6Bit;
      if ((layer.families & kIpv4Family) != 0) rules[layer.protocol] = rule;
      if ((layer.families & kIpv6Family) != 0) rules[256 + layer.protocol] = rule;
    }
  });
}

llvm::GlobalVariable& flow_lifetimes(llvm::Module& module) {
  return table(module, "flow_lifetimes", 16 * (kFlowRow + 1), [](std::vector<std::uint8_t>& bytes) {
    for (std::size_t i = 0; i < kFlows.size(); ++i)
      for (const bool settled : {false, true}) {
        const std::uint64_t time = (settled ? kFlows[i].settled : kFlows[i].unsettled) * kSecond;
        for (unsigned byte = 0; byte < 8; ++byte)
          bytes[16 * (i + 1) + 8 * settled + byte] = static_cast<std::uint8_t>(time >> (8 * byte));
      }
  });
}

}  // namespace fwc::codegen
