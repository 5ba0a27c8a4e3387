// SPDX-License-Identifier: MIT
// What `fwc enable` writes and `fwc status` reads; see unit_filters.h.
#include "cli/unit_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace fwc::cli {

namespace {

namespace fs = std::filesystem;
using runtime::Direction;

constexpr std::string_view kUnits = "/etc/systemd/system";
constexpr std::string_view kDropIn = "50-fwc.conf";

// How each line begins after the path of fwc, up to the direction and the file.
constexpr std::string_view kAttach = " attach --self --";

// `egress -f FILE`, as drop_in_text() writes it.
std::vector<UnitFilter> parse_lines(std::istream& lines) {
  std::vector<UnitFilter> filters;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find(kAttach);
    if (!line.starts_with("ExecStartPre=+") || at == std::string::npos) continue;
    const std::string_view rest = std::string_view(line).substr(at + kAttach.size());
    for (const Direction direction : {Direction::ingress, Direction::egress}) {
      const std::string head = fmt::format("{} -f ", to_string(direction));
      if (!rest.starts_with(head)) continue;
      std::string file(rest.substr(head.size()));
      // A backslash in the name of a unit is written twice.
      for (std::size_t i = 0; (i = file.find("\\\\", i)) != std::string::npos; ++i)
        file.erase(i, 1);
      filters.push_back({.direction = direction, .file = std::move(file)});
    }
  }
  return filters;
}

}  // namespace

std::string filter_file(std::string_view unit, Direction direction) {
  return fmt::format("/etc/fwc/{}.{}", unit, to_string(direction));
}

std::string drop_in_file(std::string_view unit) {
  return fmt::format("{}/{}.d/{}", kUnits, unit, kDropIn);
}

std::string drop_in_text(std::string_view unit, std::string_view owner, std::string_view fwc,
                         const std::vector<UnitFilter>& filters) {
  std::string text =
      fmt::format("# Written by `fwc enable {0}`; `fwc disable {0}` takes it away.\n[{1}]\n", owner,
                  section_of(unit));
  for (const UnitFilter& filter : filters)
    text += fmt::format("ExecStartPre=+{}{}{} -f {}\n", unit_word(fwc), kAttach,
                        to_string(filter.direction), unit_word(filter.file));
  return text;
}

std::vector<UnitFilter> filters_of(const UnitFiles& files, const std::string& unit) {
  std::ifstream lines(files.root() + drop_in_file(unit));
  return parse_lines(lines);
}

std::vector<FilteredUnit> filtered_units(const UnitFiles& files) {
  std::vector<FilteredUnit> units;
  std::error_code failure;
  for (const auto& entry :
       fs::directory_iterator(fmt::format("{}{}", files.root(), kUnits), failure)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".d" || !is_unit_name(name)) continue;
    auto filters = filters_of(files, name);
    if (!filters.empty()) units.push_back({.unit = name, .filters = std::move(filters)});
  }
  std::sort(units.begin(), units.end(),
            [](const FilteredUnit& a, const FilteredUnit& b) { return a.unit < b.unit; });
  return units;
}

}  // namespace fwc::cli
