// SPDX-License-Identifier: MIT
// What the packet filter of 2019 decided, told anew: its reading of a packet, its vocabulary, and
// where the language departs from it on purpose.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/harness/packet_builder.h"

namespace fwc::test {

/// The variables that a filter of 2019 was written over. As there, they are C integers of at most
/// 16 bits, so that they enter an expression as `int`; a port that a packet lacks is 0.
struct ExampleWords {
  int udp = 0, tcp = 0, icmp = 0, ip = 0, ipv6 = 0, src_port = 0, dst_port = 0;
};

/// What it read from a packet; nothing where it dropped the packet before the filter was asked.
std::optional<ExampleWords> read_as_in_2019(const TestPacket& packet);

/// A filter as text, and as the C expression that the text is.
struct ExampleFilter {
  std::string text;
  bool (*passes)(const ExampleWords& words);
};

/// The filters of its documentation, and more in its vocabulary.
std::vector<ExampleFilter> example_filters();

// --- the deliberate differences
// -------------------------------------------------------------------

/// The packet's own headers do not fit in it: dropped now, whatever the filter says.
bool is_malformed(const TestPacket& packet);

/// An extension header longer than 8 bytes or of a kind that was not walked, or the eighth of them.
bool was_misread_as_extensions(const TestPacket& packet);

/// A UDP packet that ends within 20 bytes of its transport header was dropped.
bool is_udp_shorter_than_tcp(const TestPacket& packet);

/// A later fragment had its payload read as ports.
bool is_later_fragment(const TestPacket& packet);

/// The packet has no ports, and the verdict hangs on what they are read as.
bool hangs_on_absent_ports(const ExampleFilter& filter, const TestPacket& packet);

/// The packets of the corpus that no difference excludes for every filter.
std::vector<TestPacket> packets_read_alike();

/// The verdict of now: true forwards.
using Judge = std::function<bool(const TestPacket& packet)>;

/// What a comparison of one filter came to.
struct Comparison2019 {
  unsigned compared = 0;
  std::vector<TestPacket> differing;
};

/// Compares on each of the packets whose verdict does not hang on absent ports.
Comparison2019 compare_with_2019(const ExampleFilter& filter,
                                 const std::vector<TestPacket>& packets, const Judge& judge);

/// Of every filter at least so many packets must be left to compare; a filter that reads ports of
/// packets without any has the fewest.
inline constexpr unsigned kLeastCompared = 400;

}  // namespace fwc::test
