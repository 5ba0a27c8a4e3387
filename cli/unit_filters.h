// SPDX-License-Identifier: MIT
// What `fwc enable` writes for a unit and `fwc status` reads: the filter of each direction in a
// file of its own below /etc/fwc, and a drop-in whose lines attach them before the unit starts. No
// text of a filter stands in a unit file, so nothing in it can mean something to systemd.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/unit_files.h"
#include "cli/watch_options.h"
#include "fwc/compile.h"
#include "fwc/runtime/program.h"

namespace fwc::cli {

/// What the line of a unit hands on to `fwc attach`.
struct LineOptions : WatchOptions {
  bool refuse_calls = false;
  bool share_flows = false;

  /// As `fwc attach` takes them.
  std::vector<std::string> words() const;
  /// The other way round; words of others are left out.
  static LineOptions of(const std::vector<std::string>& words);
};

/// The filter of one direction, by its file.
struct UnitFilter {
  runtime::Direction direction = runtime::Direction::egress;
  std::string file;
  LineOptions options = {};
};

/// How `fwc attach` compiles a filter of that direction with these options; `file` is where names
/// of files are looked up from.
CompileOptions options_of(const UnitFilter& filter);

/// A unit with a drop-in of fwc's.
struct FilteredUnit {
  std::string unit;
  std::vector<UnitFilter> filters;
};

/// `/etc/fwc/web.service.egress`
std::string filter_file(std::string_view unit, runtime::Direction direction);

/// `/etc/systemd/system/web.service.d/50-fwc.conf`
std::string drop_in_file(std::string_view unit);

/// The drop-in of `unit`, by which the command at `fwc` attaches the filters. `owner` is the unit
/// that was enabled, which for a socket unit is its service.
std::string drop_in_text(std::string_view unit, std::string_view owner, std::string_view fwc,
                         const std::vector<UnitFilter>& filters);

/// The filters that the drop-in of a unit attaches; none where it has no drop-in.
std::vector<UnitFilter> filters_of(const UnitFiles& files, const std::string& unit);

/// Every unit that has a drop-in of fwc's, by name.
std::vector<FilteredUnit> filtered_units(const UnitFiles& files);

}  // namespace fwc::cli
