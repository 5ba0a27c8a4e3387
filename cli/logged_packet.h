// SPDX-License-Identifier: MIT
// What the first bytes of a packet tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace fwc::cli {

struct LoggedPacket {
  std::string protocol;  ///< its name in the language, else its number; empty where unknown
  std::string source;    ///< addresses are empty where the packet is not IP, or cut before them
  std::string destination;
  std::optional<std::uint16_t> source_port;
  std::optional<std::uint16_t> destination_port;
};

LoggedPacket read_logged(std::span<const std::byte> bytes);

}  // namespace fwc::cli
