// SPDX-License-Identifier: MIT
// The maps of live sets. Private to the runtime.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/object.h"
#include "fwc/runtime/sets.h"

namespace fwc::runtime {

/// The families in live variables and keys (compiler/check/live_keys.h).
inline constexpr std::uint32_t kLiveIpv4 = 0x0008;
inline constexpr std::uint32_t kLiveIpv6 = 0xdd86;

/// Key of an LPM trie, as the programs look it up (compiler/check/live_keys.h).
struct SetKey {
  std::uint32_t length = 0;  ///< bits of `bytes`
  std::array<std::uint8_t, 20> bytes = {};

  friend auto operator<=>(const SetKey&, const SetKey&) = default;
};

/// The bytes of a key with its length, as the map has it.
std::size_t key_bytes(LiveSet::Element element);

/// Entries that are known to be of the set's element, as prefixes.
std::vector<SetKey> keys_of(LiveSet::Element element, const std::vector<SetEntry>& entries);

/// The way back: sorted, with what adjoins joined.
std::vector<SetEntry> entries_of(LiveSet::Element element, const std::vector<SetKey>& keys);

/// The keys of what is left where others are taken out, also of the middle of a prefix; an error
/// that names the first that is not among them.
Expected<std::vector<SetKey>> keys_without(LiveSet::Element element,
                                           const std::vector<SetKey>& keys,
                                           const std::vector<SetKey>& unwanted);

/// Puts into the sets of an object just loaded what the filter says they hold at first. A set that
/// holds a map already is left alone.
Expected<void> fill_sets(const Object& object, const LoadedObject& loaded);

/// Hands the sets of a filter on to the one that takes its place, where name and type agree and the
/// map is not the same already.
Expected<void> carry_sets(const LoadedObject& old, const LoadedObject& fresh);

}  // namespace fwc::runtime
