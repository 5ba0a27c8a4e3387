// SPDX-License-Identifier: MIT
// What `fwc enable` writes and `fwc status` reads; see unit_filters.h.
#include "cli/unit_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "cli/set_files.h"

namespace fwc::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnits = "/etc/systemd/system";
constexpr std::string_view kDropIn = "50-fwc.conf";

// How each line begins after the path of fwc, up to the direction and the file.
constexpr std::string_view kAttach = " attach --self --";
constexpr std::string_view kFile = " -f ";

struct FlagRow {
  std::string_view name;
  bool LineOptions::* given;
};

constexpr std::array kFlags = {
    FlagRow{.name = "--counters", .given = &LineOptions::counters},
    FlagRow{.name = "--audit", .given = &LineOptions::audit},
    FlagRow{.name = "--refuse", .given = &LineOptions::refuse_calls},
    FlagRow{.name = "--share-flows", .given = &LineOptions::share_flows},
};
constexpr std::string_view kLog = "--log";

// The words between the direction and `-f`.
std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

// `egress --counters -f FILE`, as drop_in_text() writes it.
std::vector<UnitFilter> parse_lines(std::istream& lines) {
  std::vector<UnitFilter> filters;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find(kAttach);
    if (!line.starts_with("ExecStartPre=+") || at == std::string::npos) continue;
    const std::string_view rest = std::string_view(line).substr(at + kAttach.size());
    for (const auto direction : {runtime::Direction::ingress, runtime::Direction::egress}) {
      const std::string_view head = to_string(direction);
      const std::size_t option = rest.find(kFile);
      if (!rest.starts_with(head) || option == std::string_view::npos) continue;
      std::string file(rest.substr(option + kFile.size()));
      // A backslash in the name of a unit is written twice.
      for (std::size_t i = 0; (i = file.find("\\\\", i)) != std::string::npos; ++i)
        file.erase(i, 1);
      filters.push_back({.direction = direction,
                         .file = std::move(file),
                         .options = LineOptions::of(words_of(
                             std::string(rest.substr(head.size(), option - head.size()))))});
    }
  }
  return filters;
}

}  // namespace

std::vector<std::string> LineOptions::words() const {
  std::vector<std::string> words;
  for (const FlagRow& row : kFlags)
    if (this->*row.given) words.emplace_back(row.name);
  if (!log.empty()) words.insert(words.end(), {std::string(kLog), log});
  return words;
}

LineOptions LineOptions::of(const std::vector<std::string>& words) {
  LineOptions options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (const FlagRow& row : kFlags)
      if (words[i] == row.name) options.*row.given = true;
    if (words[i] == kLog && i + 1 < words.size()) options.log = words[i + 1];
  }
  return options;
}

CompileOptions options_of(const UnitFilter& filter) {
  const bool ingress = filter.direction == runtime::Direction::ingress;
  CompileOptions options{.direction = ingress ? fwc::Direction::ingress : fwc::Direction::egress,
                         .load_source = set_file_loader(filter.file)};
  filter.options.apply(options);
  options.refuse_calls = filter.options.refuse_calls;
  options.share_flows = filter.options.share_flows;
  return options;
}

std::string filter_file(std::string_view unit, runtime::Direction direction) {
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
  for (const UnitFilter& filter : filters) {
    std::vector<std::string> words = filter.options.words();
    words.insert(words.begin(), std::string(to_string(filter.direction)));
    text += fmt::format("ExecStartPre=+{}{}{}{}{}\n", unit_word(fwc), kAttach,
                        fmt::join(words, " "), kFile, unit_word(filter.file));
  }
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
