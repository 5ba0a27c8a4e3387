// SPDX-License-Identifier: MIT
// The filters and packets of filters.txt and packets.txt.
#pragma once

#include <string>
#include <vector>

#include "compiler/eval/packet.h"

namespace fwc::test {

struct NamedPacket {
  std::string name;
  std::uint16_t ethertype = 0;
  std::vector<std::byte> bytes;

  Packet view() const { return {.protocol = ethertype, .bytes = bytes}; }
};

struct CorpusFilter {
  std::string text;
  std::vector<NamedPacket> passes;
  std::vector<NamedPacket> drops;
};

/// All of them; a line that cannot be read fails the test that asks.
std::vector<CorpusFilter> corpus_filters();

}  // namespace fwc::test
