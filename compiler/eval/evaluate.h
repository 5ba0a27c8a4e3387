// SPDX-License-Identifier: MIT
// The reference meaning of a filter: its verdict on the bytes of a packet, computed by walking the
// tree. Oracle of the tests and engine of `fwc test`; shares no code with the code generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/eval/packet.h"

namespace fwc {

/// What decides about a packet.
enum class Decider : std::uint8_t {
  malformed,                ///< its headers do not fit in it
  by_default,               ///< no rule decided
  by_default_of_fragments,  ///< the same of a later fragment, which has no ports to match
  rule,
  unfiltered,  ///< the filter says nothing of the packet's direction
};

struct Decision {
  bool forwards = false;
  Decider decider = Decider::malformed;
  std::size_t rule = 0;              ///< where one decided, its place among those of the direction
  std::vector<std::size_t> counted;  ///< the places of the `count` rules that held before
};

/// What happens to a packet and why; `variables` as of evaluate().
Decision decide(const CheckedFilter& filter, const Packet& packet,
                std::span<const std::int64_t> variables = {});

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
