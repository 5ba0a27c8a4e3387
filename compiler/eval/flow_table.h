// SPDX-License-Identifier: MIT
// What a filter remembers of the packets that passed, for `established` and `reply`. The reference
// meaning; shares the rows of language/flows.h and no code with the code generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "compiler/eval/evaluate.h"
#include "compiler/eval/packet.h"
#include "compiler/language/flows.h"
#include "compiler/language/types.h"
#include "fwc/object.h"

namespace fwc {

class FlowTable {
 public:
  explicit FlowTable(std::size_t capacity = kMostFlows) : capacity_(capacity) {}

  /// The packet with `established` and `reply` as they are at that time, in nanoseconds.
  Packet look_up(Packet packet, std::uint64_t now) const;

  /// Remembers a packet that passed.
  void remember(const Packet& packet, std::uint64_t now);

  std::size_t size() const { return flows_.size(); }

 private:
  /// The two ends, seen from here.
  struct Key {
    Address local;
    Address remote;
    std::uint16_t local_port = 0;   ///< or the identifier of an echo
    std::uint16_t remote_port = 0;  ///< or 1 where an echo is asked for from here
    Layer layer = Layer::tcp;

    friend auto operator<=>(const Key&, const Key&) = default;
  };

  struct Flow {
    std::uint64_t last = 0;  ///< when a packet passed, up to kFlowRefresh older
    bool from_here = false;  ///< its first packet was sent
    bool answered = false;   ///< a packet against the first one's direction passed
    bool closing = false;    ///< FIN or RST passed
  };

  /// What a packet is to its flow.
  struct Step {
    Key key;
    const FlowRow* row = nullptr;
    bool opens = false;     ///< begins a flow where there is none
    bool attempts = false;  ///< SYN without ACK: never of an established flow
    bool closes = false;
  };

  static std::optional<Step> step_of(const Packet& packet);
  const Flow* find(const Step& step, std::uint64_t now) const;
  void insert(const Key& key, const Flow& flow);

  std::size_t capacity_;
  std::map<Key, Flow> flows_;
};

/// decide() for one packet after the other: looks it up, and remembers it where it passes.
Decision decide(const CheckedFilter& filter, const Packet& packet, FlowTable& flows,
                std::uint64_t now, std::span<const std::int64_t> variables = {});

}  // namespace fwc
