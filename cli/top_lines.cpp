// SPDX-License-Identifier: MIT
// `fwc top`: a moment as lines, for a terminal and for what is none; see top.h.
#include <fmt/core.h>

#include <algorithm>

#include "cli/top.h"

namespace fwc::cli {

namespace {

constexpr std::size_t kLeastTitle = 6;
constexpr std::size_t kMostTitle = 60;

std::string shown_rate(double rate) {
  return rate < 10 && rate > 0 ? fmt::format("{:.1f}", rate) : fmt::format("{:.0f}", rate);
}

void add_rows(const TopView& view, std::vector<TopLine>& lines) {
  std::size_t widest = kLeastTitle;
  for (const TopRow& row : view.rows) widest = std::max(widest, row.title.size());
  widest = std::min(widest, kMostTitle);
  lines.push_back({fmt::format("{:<{}}  {:<9}  {:>10}  {:>10}", "FILTER", widest, "DIRECTION",
                               "PASSED/S", "DROPPED/S")});
  for (std::size_t i = 0; i < view.rows.size(); ++i) {
    const TopRow& row = view.rows[i];
    const std::string title =
        row.title.size() > widest ? row.title.substr(row.title.size() - widest) : row.title;
    lines.push_back({fmt::format("{:<{}}  {:<9}  {:>10}  {:>10}{}", title, widest, row.direction,
                                 shown_rate(row.passed), shown_rate(row.dropped),
                                 row.audited ? "  audited" : ""),
                     i == view.row});
  }
  if (view.rows.empty()) lines.push_back({"no filter counts; compile one with `--counters`"});
}

void add_drops(const TopView& view, std::vector<TopLine>& lines) {
  if (view.drops.empty()) return;
  lines.push_back({});
  lines.push_back({fmt::format("{:>12}  {:>10}  {}", "DROPPED", "DROPPED/S", "BY")});
  for (const TopDrop& drop : view.drops)
    lines.push_back(
        {fmt::format("{:>12}  {:>10}  {}", drop.packets, shown_rate(drop.rate), drop.by)});
}

void add_variables(const TopView& view, std::vector<TopLine>& lines) {
  if (view.variables.empty()) return;
  lines.push_back({});
  for (std::size_t i = 0; i < view.variables.size(); ++i)
    lines.push_back({fmt::format("${} = {}", view.variables[i].name,
                                 runtime::to_string(view.variables[i].value)),
                     i == view.variable});
}

}  // namespace

std::vector<TopLine> top_lines(const TopView& view, std::size_t width, std::size_t height) {
  std::vector<TopLine> lines;
  add_rows(view, lines);
  add_drops(view, lines);
  add_variables(view, lines);
  if (!view.message.empty()) {
    lines.push_back({});
    lines.push_back({view.message});
  }
  if (lines.size() > height) lines.resize(height);
  for (TopLine& line : lines)
    if (line.text.size() > width) line.text.resize(width);
  return lines;
}

}  // namespace fwc::cli
