// SPDX-License-Identifier: MIT
// The two halves of `fwc explain`: what a code means, and how a verdict comes about.
#pragma once

#include <string>
#include <vector>

#include "cli/filter_options.h"

namespace fwc::cli {

/// Every code with its explanation's first words; for `fwc explain` alone.
int list_codes(Terminal& terminal, bool json);
/// docs/reference/messages.md, whole.
int messages_page(Terminal& terminal);

/// A code's explanation, a filter that shows it, and what the compiler says of that.
int explain_code(Terminal& terminal, const std::string& name, bool json);

struct VerdictRequest {
  SourceChoice source;
  std::string packet;  ///< `FILE:N`, or a description such as `udp 10.0.0.1:5000 > 8.8.8.8:53`
  std::string local;   ///< addresses of this end, as a filter has a set; may be empty
  std::vector<std::string> variables;
  DirectionFlags directions;
  HookOption hook;
  bool strict = false;
  bool json = false;
};

/// The verdict on one packet, and the value of every part of the filter.
int explain_verdict(Terminal& terminal, const VerdictRequest& request);

}  // namespace fwc::cli
