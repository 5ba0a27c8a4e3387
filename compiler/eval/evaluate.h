// SPDX-License-Identifier: MIT
// The reference meaning of a filter: its verdict on the bytes of a packet, computed by walking the
// tree. Oracle of the tests and engine of `fwc test`; shares no code with the code generator.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "compiler/check/checked_filter.h"
#include "compiler/eval/packet.h"

namespace fwc {

/// True forwards the packet, false drops it. `variables` holds the current values, in the order of
/// the declarations; where it is shorter, the rest have their defaults.
bool evaluate(const CheckedFilter& filter, const Packet& packet,
              std::span<const std::int64_t> variables = {});

/// What one node of the tree is worth; nothing where it is absent. A bool is the int 0 or 1.
using NodeValue = std::optional<std::variant<std::int64_t, Address>>;

/// The value of a node alone, by the same rules; nothing of a malformed packet.
NodeValue evaluate_node(const CheckedFilter& filter, NodeId node, const Packet& packet,
                        std::span<const std::int64_t> variables = {});

}  // namespace fwc
