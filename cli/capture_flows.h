// SPDX-License-Identifier: MIT
// The packets of a capture one after the other, as a filter for both directions meets them: which
// were sent, where that can be told, and which belong to a flow of those before.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "cli/capture_file.h"
#include "cli/filter_options.h"
#include "cli/terminal.h"
#include "compiler/eval/flow_table.h"
#include "fwc/compile.h"

namespace fwc::cli {

class CaptureFlows {
 public:
  /// `local` is a set of addresses as a filter has it, of this end; empty where nobody said. A
  /// status where it is no such set, which was said then. `directions` are those of all packets.
  static std::variant<CaptureFlows, int> of(Terminal& terminal, const Filter& filter,
                                            const std::string& local,
                                            const DirectionFlags& directions);

  /// The packet with its direction and what is known of its flow. Where the direction cannot be
  /// told, or matters to the filter in no way, it is that of the filter, and there is no flow.
  Packet meet(const CapturedPacket& captured);

  /// Remembers a packet that passed.
  void remember(const Packet& packet, const CapturedPacket& captured);

  /// Warns where the filter asks for flows and the direction of some packets could not be told.
  void warn(Terminal& terminal) const;

 private:
  CaptureFlows(const Filter& filter, const DirectionFlags& directions)
      : filter_(filter), is_said_(directions.any()), ingress_(directions.is_ingress(filter)) {}
  std::optional<bool> is_sent(const CapturedPacket& captured) const;

  Filter filter_;
  bool is_said_;  ///< of all packets
  bool ingress_;  ///< what packets are that do not tell
  std::optional<Filter> from_local_;
  std::optional<Filter> to_local_;
  FlowTable flows_;
  std::size_t untold_ = 0;
};

}  // namespace fwc::cli
