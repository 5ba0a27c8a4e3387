// SPDX-License-Identifier: MIT
// What an editor could put in the place of a wrong piece of a filter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/source.h"
#include "fwc/compile.h"

namespace fwc::cli {

/// `text` in the place of `length` bytes from `offset` on.
struct Suggestion {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::string text;
};

/// What the hint of the message says, where it has been tried: with it, fewer messages are left and
/// no error that was not there. `all` are the messages on the filter, `options` those it was read
/// with.
std::optional<Suggestion> find_suggestion(const FilterText& filter, const ParseOptions& options,
                                          const Diagnostic& diagnostic,
                                          const std::vector<Diagnostic>& all);

}  // namespace fwc::cli
