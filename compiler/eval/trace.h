// SPDX-License-Identifier: MIT
// How a verdict comes about: the value of every written part of a filter on one packet. All values
// are those of evaluate_node(); nothing here has a meaning of its own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/eval/evaluate.h"
#include "compiler/eval/packet.h"

namespace fwc {

/// One written part of the filter. What the checker made of it, `!=` as a negated `==` for example,
/// is one part still.
struct TracedPart {
  Span span;
  Type type = Type::boolean;
  NodeValue value;
  /// The value of the condition is that of this part, or its negation; the smallest such part.
  bool decided = false;
  std::vector<TracedPart> parts;  ///< those that it is made of, without constants
};

/// A condition as a part. The packet must not be malformed: of one that is, no part is asked.
TracedPart trace(const CheckedFilter& filter, NodeId condition, const Packet& packet,
                 std::span<const std::int64_t> variables = {});

}  // namespace fwc
