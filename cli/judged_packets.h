// SPDX-License-Identifier: MIT
// What `fwc test` found, as both of its forms show it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace fwc::cli {

struct JudgedPacket {
  std::size_t number = 0;       ///< in the capture, from 1
  std::optional<bool> verdict;  ///< true passes; nothing where there was no way to judge it
  std::string description;
  std::size_t bytes = 0;       ///< that the capture holds
  std::size_t wire_bytes = 0;  ///< that the packet had
};

struct PacketCounts {
  std::size_t passed = 0;
  std::size_t dropped = 0;
  std::size_t unjudged = 0;
  std::size_t cut = 0;  ///< that the capture does not hold whole; among those above

  void add(const JudgedPacket& packet) {
    ++(packet.verdict ? (*packet.verdict ? passed : dropped) : unjudged);
    cut += packet.bytes < packet.wire_bytes ? 1 : 0;
  }
};

/// `fwc test --json`; without the packets where only the counts are asked for.
void show_json(Terminal& terminal, const std::optional<std::vector<JudgedPacket>>& packets,
               const PacketCounts& counts);

}  // namespace fwc::cli
