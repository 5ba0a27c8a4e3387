// SPDX-License-Identifier: MIT
// A packet in a few words, for people: `udp 10.0.0.1:5000 > 8.8.8.8:53 len 61`.
#pragma once

#include <string>

#include "compiler/eval/packet.h"

namespace fwc::cli {

std::string describe(const Packet& packet);

}  // namespace fwc::cli
