// SPDX-License-Identifier: MIT
// Where each live variable lies in its map, by the type information. Private to the runtime.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fwc/runtime/error.h"
#include "fwc/runtime/variables.h"

struct btf;

namespace fwc::runtime {

/// Where a variable has two copies, they lie one behind the other, and a word of the map says which
/// one the programs read (see fwc/object.h).
struct LiveVariable {
  std::string name;
  std::size_t offset = 0;           ///< bytes, a multiple of 8
  std::size_t size = 8;             ///< bytes of a copy
  std::optional<std::size_t> side;  ///< offset of that word; empty of a variable that stands alone
  Variable::Type type = Variable::Type::integer;
  std::int64_t minimum = INT64_MIN;
  std::int64_t maximum = INT64_MAX;

  bool operator==(const LiveVariable&) const = default;
};

using LiveLayout = std::vector<LiveVariable>;

/// The layout of section `.data.live`, of `size` bytes, in an object's types.
Expected<LiveLayout> live_layout(const btf* types, std::size_t size);

/// The same for a map in the kernel. Needs CAP_SYS_ADMIN.
Expected<LiveLayout> live_layout_of_map(int map);

/// Checks all assignments and writes them into `bytes`, the whole content of a map that no program
/// reads yet. Nothing is written where one is refused.
Expected<void> assign(const LiveLayout& layout, const std::vector<Assignment>& assignments,
                      std::vector<std::byte>& bytes);

/// The value of one variable in the content of the map.
Value value_in(const LiveVariable& variable, const std::vector<std::byte>& bytes);

/// Reads and writes the whole content of the map.
Expected<std::vector<std::byte>> read_live_map(int map);
Expected<void> write_live_map(int map, const std::vector<std::byte>& bytes);

/// Checks all assignments and changes the map while programs read it; no packet sees some of the
/// new values and some of the old ones.
Expected<void> change_live_map(int map, const LiveLayout& layout,
                               const std::vector<Assignment>& assignments);

}  // namespace fwc::runtime
