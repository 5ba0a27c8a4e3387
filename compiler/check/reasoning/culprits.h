// SPDX-License-Identifier: MIT
// Which of the things that hold make another impossible; what a warning names as its cause.
#pragma once

#include <vector>

#include "compiler/check/reasoning/reasoner.h"

namespace fwc {

/// A condition and its outcome.
struct Fact {
  NodeId condition;
  bool holds;
  friend bool operator==(const Fact&, const Fact&) = default;
};
using Facts = std::vector<Fact>;

/// The packets for which all of it holds.
Packets where(Reasoner& reasoner, Packets packets, const Facts& facts);

/// Few of the facts that suffice to make `impossible` so for the packets, in their order; none
/// where it is so by itself, or where it cannot be told.
Facts find_culprits(Reasoner& reasoner, const Packets& packets, const Facts& facts,
                    const Fact& impossible);

/// The same for every packet.
inline Facts find_culprits(Reasoner& reasoner, const Facts& facts, const Fact& impossible) {
  return find_culprits(reasoner, reasoner.everything(), facts, impossible);
}

}  // namespace fwc
