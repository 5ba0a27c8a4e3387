// SPDX-License-Identifier: MIT
// How wide the columns are, and where their words break; see text_table.h.
#include "cli/text_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <optional>
#include <vector>

namespace fwc::cli {

namespace {

constexpr std::size_t kScreen = 100;
constexpr std::size_t kGap = 2;

using Cells = std::vector<std::string>;
using Widths = std::vector<std::size_t>;

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::toupper(c); });
  return out;
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  return longest;
}

Cells wrapped(std::string_view text, std::size_t width) {
  Cells lines(1);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
      lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
  }
  return lines;
}

std::size_t height_of(const std::vector<Cells>& rows, const Widths& widths) {
  std::size_t lines = 0;
  for (const Cells& row : rows) {
    std::size_t height = 1;
    for (std::size_t i = 0; i < row.size(); ++i)
      if (row[i].size() > widths[i]) height = std::max(height, wrapped(row[i], widths[i]).size());
    lines += height;
  }
  return lines;
}

/// The column that is best made narrower by one: where that costs the fewest lines, of several the
/// widest. Nothing where none can be.
std::optional<std::size_t> best_to_narrow(const std::vector<Cells>& rows, Widths widths,
                                          const Widths& least) {
  std::optional<std::size_t> best;
  std::size_t best_height = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] <= least[i]) continue;
    --widths[i];
    const std::size_t height = height_of(rows, widths);
    ++widths[i];
    if (best && (height > best_height || (height == best_height && widths[i] <= widths[*best])))
      continue;
    best = i;
    best_height = height;
  }
  return best;
}

Widths widths_of(const std::vector<Cells>& rows) {
  Widths widths(rows.front().size());
  Widths least(rows.front().size());
  for (const Cells& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
      least[i] = std::max(least[i], longest_word(row[i]));
    }
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
  };
  while (total() > kScreen) {
    const auto narrower = best_to_narrow(rows, widths, least);
    if (!narrower) break;
    --widths[*narrower];
  }
  return widths;
}

void add_row(const Cells& row, const Widths& widths, std::string& out) {
  std::vector<Cells> cells;
  std::size_t height = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    cells.push_back(wrapped(row[i], widths[i]));
    height = std::max(height, cells.back().size());
  }
  for (std::size_t n = 0; n < height; ++n) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += fmt::format("{:<{}}", n < cells[i].size() ? cells[i][n] : "", widths[i] + kGap);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
}

}  // namespace

std::string text_of(const TextTable& table) {
  std::vector<Cells> rows(1);
  for (const Column& column : table.columns) rows.front().push_back(upper(column.heading));
  rows.insert(rows.end(), table.rows.begin(), table.rows.end());
  const Widths widths = widths_of(rows);
  std::string out;
  for (const Cells& row : rows) add_row(row, widths, out);
  return out;
}

}  // namespace fwc::cli
