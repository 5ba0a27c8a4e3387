// SPDX-License-Identifier: MIT
// What has to hold of every text and every packet, whoever made them. A property that does not hold
// ends the process, as a sanitizer does, so that a fuzzer sees it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fwc::test {

/// The front half of the pipe on one text: diagnostics point into the text and can be rendered; a
/// tree that is printed is read as the same tree; a filter that was found right judges `packet` and
/// some packets more, and so does its printed form, with the same verdicts.
void hold_properties(std::string_view text, std::span<const std::byte> packet);

/// The same of what a fuzzer makes: a text, and after the first zero byte a packet.
void hold_properties_of_input(std::string_view input);

}  // namespace fwc::test
