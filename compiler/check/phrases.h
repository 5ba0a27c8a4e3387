// SPDX-License-Identifier: MIT
// A text that is no filter, but would be one for tcpdump or nft, said in this language.
#pragma once

#include <string>
#include <string_view>

namespace fwc {

/// The meaning of the phrase around the byte `at`, as an expression: `udp port 53` is
/// `udp && (src_port == 53 || dst_port == 53)`. Empty where there is no such phrase. May be wrong
/// in its values, `port 70000`, so whoever shows it checks it first.
std::string translate_phrase(std::string_view text, std::size_t at);

}  // namespace fwc
