// SPDX-License-Identifier: MIT
// The engine behind the warnings about what can never be or always is: given what holds of a
// packet, what else can. It knows a set of packets by kinds of packets (a network and a protocol
// that the filter speaks of), and for each kind by the classes and by the values that are left.
// What it takes for impossible is impossible; what it takes for possible need not be.
#pragma once

#include <vector>

#include "compiler/check/reasoning/effects.h"

namespace fwc {

/// The values that a subject has left.
struct Known {
  SubjectId subject;
  SetId values;
  bool absent;  ///< whether packets without it are left; of subjects whose classes do not tell
  friend bool operator==(const Known&, const Known&) = default;
};

struct PacketKind {
  std::size_t id;
  Network network;
  Classes classes;
  std::vector<Known> known;  ///< by subject
};

/// Never too few packets, maybe too many; none where it is empty.
using Packets = std::vector<PacketKind>;

class Reasoner {
 public:
  explicit Reasoner(const CheckedFilter& filter);

  const Packets& everything() const { return kinds_; }

  /// Those that a program for one direction sees.
  Packets of_direction(bool ingress);

  /// Those of the packets for which the condition comes out so.
  Packets where(Packets packets, NodeId condition, bool holds);

  /// Whether the condition comes out so for one of the packets.
  bool is_possible(const Packets& packets, NodeId condition, bool holds);

  bool is_about_classes(NodeId condition) { return effects_.is_about_classes(condition); }

  /// Whether the filter is so large that thinking has stopped; nothing more is found out then.
  bool is_exhausted() const { return steps_ >= kMostSteps; }

 private:
  static constexpr std::size_t kMostSteps = 1'000'000;  // some tenths of a second

  void remember(Packets& packets, NodeId condition, bool holds);
  Packets where_chain(Packets packets, const Logical& chain, bool holds);
  Packets where_odd(Packets packets, const Logical& chain, bool odd);
  Packets where_chosen(Packets packets, const Conditional& n, bool holds);
  Packets where_plain(Packets packets, NodeId condition, bool holds);
  bool narrow(PacketKind& kind, const Effects& effects, bool holds);
  bool narrow(PacketKind& kind, const ValueEffect& effect, bool holds);
  Packets join(Packets a, Packets b);
  void join(PacketKind& a, const PacketKind& b);
  std::optional<Known> contribution(const PacketKind& kind, SubjectId subject) const;
  bool lacks(const PacketKind& kind, const Subject& subject) const;

  const CheckedFilter& filter_;
  EffectFinder effects_;
  Packets kinds_;
  std::size_t steps_ = 0;
};

}  // namespace fwc
