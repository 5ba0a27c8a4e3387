// SPDX-License-Identifier: MIT
// A packet from a few words, the way back from packet_text.h.
#pragma once

#include <string_view>

#include "cli/capture_file.h"

namespace fwc::cli {

/// `PROTOCOL [WORD…] SOURCE > DESTINATION [WORD…]`. The protocol is a name of the language or
/// `proto N`; the ends are `10.0.0.1:5000`, `[2001:db8::1]:443`, or an address alone where the
/// protocol has no ports. A word is a flag or a type of the protocol (`syn`, `echo_request`),
/// `FIELD=NUMBER`, or `len BYTES`. What is not said is 0, but for lengths, versions and a time to
/// live of 64; checksums are 0 as well, for no filter looks at one. For a hook with a link layer it
/// is a frame, `src_mac=MAC`, `dst_mac=MAC` and `vlan=NUMBER` are words too, and there is no VLAN tag
/// unless they say so.
runtime::Expected<CapturedPacket> describe_packet(std::string_view text, Hook hook = Hook::cgroup);

}  // namespace fwc::cli
