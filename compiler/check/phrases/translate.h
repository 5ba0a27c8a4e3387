// SPDX-License-Identifier: MIT
// A text that is no filter, but would be one for tcpdump, nft, iptables or Wireshark, said in this
// language.
#pragma once

#include <string>
#include <string_view>

namespace fwc {

/// The whole text as a filter: `udp port 53` is `udp && (src_port == 53 || dst_port == 53)`. Empty
/// where it is not understood. What is not known as a phrase is taken over as it is, and values may
/// be wrong, `port 70000`, so whoever shows the result checks it first.
std::string translate_phrases(std::string_view text);

}  // namespace fwc
