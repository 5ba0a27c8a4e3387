// SPDX-License-Identifier: MIT
// The packets on which filters are judged: a fixed corpus that holds every shape at least once, and
// random packets beyond it.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/harness/interesting.h"
#include "tests/harness/packet_builder.h"

namespace fwc::test {

/// Some thousand packets, always the same, without two equal: every transport over both families,
/// IPv4 options of every length, 0 to 12 extension headers of every kind, fragments of every form,
/// truncation at every byte, wrong versions and lengths, other EtherTypes.
std::vector<TestPacket> packet_corpus();

/// A packet with mostly valid headers and mostly interesting values.
TestPacket random_packet(Dice& dice);

}  // namespace fwc::test
