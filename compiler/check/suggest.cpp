// SPDX-License-Identifier: MIT
// Nearness of names.
#include "compiler/check/suggest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace fwc {

namespace {

constexpr std::size_t kLongest = 40;  // longer names are near nothing, and cost time
constexpr std::size_t kFar = std::numeric_limits<std::size_t>::max();

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// How near a known name is: edits first, then names that share a part, 2 and more each below.
std::size_t rank(std::string_view name, std::string_view known) {
  const std::string_view part = name.size() < known.size() ? name : known;
  const std::string_view whole = name.size() < known.size() ? known : name;
  const std::size_t most_edits = std::max<std::size_t>((whole.size() + 1) / 4, whole.size() >= 3);
  // What one is longer by are edits; most names need no more than this look.
  if (whole.size() - part.size() <= most_edits)
    if (const std::size_t edits = edit_distance(name, known); edits <= most_edits) return 4 * edits;
  if (part.size() >= 3 && whole.starts_with(part)) return 100 + whole.size() - part.size();
  if (part.size() >= 4 && whole.find(part) != std::string_view::npos)
    return 200 + whole.size() - part.size();
  return kFar;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::vector<std::size_t>, 3> rows;  // before last, last, current
  for (auto& cells : rows) cells.resize(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) rows[2][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
    rows[2][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differs = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      std::size_t best = std::min({rows[1][j] + 1, rows[2][j - 1] + 1, rows[1][j - 1] + differs});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) best = std::min(best, rows[0][j - 2] + 1);
      rows[2][j] = best;
    }
  }
  return rows[2][b.size()];
}

std::optional<std::string_view> nearest(std::string_view name,
                                        std::span<const std::string_view> known) {
  if (name.size() > kLongest) return std::nullopt;
  std::size_t best = kFar;
  std::optional<std::string_view> found;
  for (const std::string_view candidate : known) {
    const std::size_t distance = rank(name, candidate);
    if (distance >= best) continue;
    best = distance;
    found = candidate;
  }
  return found;
}

}  // namespace fwc
