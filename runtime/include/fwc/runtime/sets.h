// SPDX-License-Identifier: MIT
// The live sets of a filter that runs: `let @blocked: ip;` in the text, a map of the kernel,
// changed while packets pass. Each call is atomic: a packet is judged by the set before or by the
// set after.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/export.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"
#include "fwc/runtime/value.h"

namespace fwc::runtime {

struct LiveSet {
  enum class Element : std::uint8_t { address, port, integer, address_port };

  std::string name;  ///< without the `@`
  Element element = Element::address;
};

/// As the filter writes it: `ip`, `port`, `int`, `(ip, port)`.
FWC_API std::string_view to_string(LiveSet::Element element);

/// Both ends included, of one family.
struct AddressRange {
  IpAddress low;
  IpAddress high;

  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

struct NumberRange {
  std::int64_t low = 0;
  std::int64_t high = 0;

  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

/// Addresses or numbers, or, of pairs, both: each address with each port.
struct SetEntry {
  std::optional<AddressRange> addresses;
  std::optional<NumberRange> numbers;

  friend bool operator==(const SetEntry&, const SetEntry&) = default;
};

/// `10.0.0.0/8`, `10.0.0.1..10.0.0.9`, `53`, `8000..8999`, `(10.0.0.1, 53)`. Host bits are refused.
FWC_API Expected<SetEntry> parse_set_entry(std::string_view text);

/// The same way round; a range of addresses that is a prefix is written as one.
FWC_API std::string to_string(const SetEntry& entry);

/// The sets in the order of the filter; an empty list where it has none. Needs CAP_SYS_ADMIN.
FWC_API Expected<std::vector<LiveSet>> live_sets(const LoadedObject& object);

/// What a set holds, sorted, with what adjoins joined.
FWC_API Expected<std::vector<SetEntry>> set_entries(const LoadedObject& object,
                                                    std::string_view name);

struct SetChangeOptions {
  /// Judge the entries, and change nothing.
  bool dry_run = false;
};

/// Adds entries; those that are in it already change nothing. All are judged before the first is
/// written: an unknown set, an entry of another type or one out of range changes nothing.
FWC_API Expected<void> add_to_set(const LoadedObject& object, std::string_view name,
                                  const std::vector<SetEntry>& entries,
                                  const SetChangeOptions& options = {});

/// Takes entries out, also out of the middle of what was added. Kind::usage where something of them
/// is not in the set; then nothing changes.
FWC_API Expected<void> delete_from_set(const LoadedObject& object, std::string_view name,
                                       const std::vector<SetEntry>& entries,
                                       const SetChangeOptions& options = {});

/// The set holds these entries and no others from then on.
FWC_API Expected<void> replace_set(const LoadedObject& object, std::string_view name,
                                   const std::vector<SetEntry>& entries,
                                   const SetChangeOptions& options = {});

}  // namespace fwc::runtime
