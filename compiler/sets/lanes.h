// SPDX-License-Identifier: MIT
// Boundaries packed into one 64-bit number, so that all of them are compared at once and without a
// branch. A lane holds a boundary and a guard bit above it: where the guard is set in the other
// operand of a subtraction, it survives in just those lanes whose boundary was not above the value.
#pragma once

#include <algorithm>
#include <cstdint>

namespace fwc::sets {

/// The form of an entry of lanes for values of `bits` bits. Bits 62 and 63 of an entry stay free.
struct LaneForm {
  unsigned bits = 0;

  constexpr unsigned width() const { return bits + 1; }
  constexpr unsigned count() const { return std::min(5u, 62 / width()); }
  /// A factor that copies a value to all lanes, and adds up the lanes in the last one.
  constexpr std::uint64_t spread() const {
    std::uint64_t factor = 0;
    for (unsigned lane = 0; lane < count(); ++lane) factor |= std::uint64_t{1} << lane * width();
    return factor;
  }
  constexpr std::uint64_t guard() const { return std::uint64_t{1} << bits; }
  constexpr std::uint64_t guards() const { return spread() << bits; }
  /// The place of the last lane's guard.
  constexpr unsigned top() const { return bits + (count() - 1) * width(); }
  constexpr std::uint64_t value_mask() const { return guard() - 1; }

  friend bool operator==(const LaneForm&, const LaneForm&) = default;
};

/// What an entry of the tables says in its two free bits.
inline constexpr unsigned kPointerBit = 63;  ///< it is no lanes: more words are to be read
inline constexpr unsigned kParityBit = 62;   ///< of lanes: values below the first boundary are in

/// Whether an odd number of boundaries lies at or below the value, turned around by the parity.
constexpr bool odd_boundaries(const LaneForm& form, std::uint64_t entry, std::uint64_t value) {
  const std::uint64_t compared = (value | form.guard()) * form.spread() - entry;
  const std::uint64_t sum = (compared & form.guards()) * form.spread();
  return ((sum >> form.top() ^ entry >> kParityBit) & 1) != 0;
}

}  // namespace fwc::sets
