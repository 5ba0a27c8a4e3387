// SPDX-License-Identifier: MIT
// The known name that somebody likely meant.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace fwc {

/// Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other;
/// optimal string alignment, case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of the names, only where it is near: few edits for its length, or one is the
/// beginning or another good part of the other.
std::optional<std::string_view> nearest(std::string_view name,
                                        std::span<const std::string_view> known);

}  // namespace fwc
