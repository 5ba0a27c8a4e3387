// SPDX-License-Identifier: MIT
// `fwc status`: whether units run behind what is written for them, and what that does not hold.
#include <algorithm>

#include "cli/filter_options.h"
#include "cli/unit_status.h"

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;
using Statuses = std::vector<UnitStatus>;

// A service with the socket units that start it and have a filter too.
Expected<Statuses> with_sockets(const UnitFiles& files, const std::string& name) {
  auto unit = files.read(name);
  if (!unit) return unit.error();
  std::vector<std::string> names = {unit->name};
  if (section_of(unit->name) == "Service")
    for (std::string& socket : files.sockets_of(*unit))
      if (!filters_of(files, socket).empty()) names.push_back(std::move(socket));
  Statuses list;
  for (const std::string& each : names) {
    auto status = status_of_unit(files, each);
    if (!status) return status.error();
    list.push_back(*std::move(status));
  }
  return list;
}

Expected<Statuses> statuses(const std::string& target) {
  const bool bare = target.find_first_of("/.") == std::string::npos && target != "self" &&
                    target.find_first_not_of("0123456789") != std::string::npos;
  if (bare || is_unit_name(target)) return with_sockets(UnitFiles({}), target);
  auto status = status_of_cgroup(target);
  if (!status) return status.error();
  return Statuses{*std::move(status)};
}

Expected<Statuses> all_statuses() {
  const UnitFiles files({});
  Statuses list;
  for (const FilteredUnit& unit : filtered_units(files)) {
    auto status = status_of_unit(files, unit.unit);
    // What was enabled and is not installed any more has nothing to filter.
    if (!status && status.error().kind == Error::Kind::no_input) continue;
    if (!status) return status.error();
    list.push_back(*std::move(status));
  }
  return list;
}

void show(Terminal& terminal, const UnitStatus& unit) {
  terminal.out("{}\n", unit.name);
  if (unit.filters.empty()) terminal.write("  no filter\n");
  for (const FilterStatus& filter : unit.filters) {
    terminal.out("  {:<8} {}", runtime::to_string(filter.direction), to_string(filter.state));
    if (filter.program_id != 0) terminal.out(", program {}", filter.program_id);
    if (!filter.cgroup.empty()) terminal.out(", on {}", filter.cgroup);
    terminal.write("\n");
    if (!filter.file.empty()) terminal.out("           written in {}\n", filter.file);
  }
  if (unit.filters.empty()) return;
  for (const Gap& gap : unit.gaps) terminal.out("  not covered: {}; {}\n", gap.message, gap.hint);
}

bool has_alarm(const Statuses& units) {
  return std::any_of(units.begin(), units.end(), [](const UnitStatus& unit) {
    return std::any_of(unit.filters.begin(), unit.filters.end(),
                       [](const FilterStatus& filter) { return is_alarm(filter.state); });
  });
}

// A direction that was asked for and has no filter.
std::optional<Error> missing(const Statuses& units, const DirectionFlags& wanted) {
  for (const UnitStatus& unit : units)
    for (const runtime::Direction direction : wanted.given()) {
      const bool there =
          std::any_of(unit.filters.begin(), unit.filters.end(), [&](const FilterStatus& filter) {
            return filter.direction == direction &&
                   (filter.state == FilterState::in_force || filter.state == FilterState::attached);
          });
      if (!there)
        return Error{.kind = Error::Kind::unavailable,
                     .message = fmt::format("no {} filter of fwc is in force on `{}`",
                                            runtime::to_string(direction), unit.name)};
    }
  return std::nullopt;
}

}  // namespace

int status_command(const Invocation& call) {
  DirectionFlags wanted;
  bool json = false;
  CommandLine line(call);
  line.flag("--ingress", wanted.ingress, "fail where no filter holds what it receives");
  line.flag("--egress", wanted.egress, "fail where no filter holds what it sends");
  line.flag("--json", json, "print one JSON object");
  if (const auto done = line.parse(0, 1)) return *done;
  if (line.words().empty() && wanted.any())
    return line.usage_error("`--ingress` and `--egress` need a unit or a cgroup");
  const auto units = line.words().empty() ? all_statuses() : statuses(line.words().front());
  if (!units) return call.terminal.fail(units.error());
  if (json)
    show_json(call.terminal, *units);
  else
    for (const UnitStatus& unit : *units) show(call.terminal, unit);
  if (const auto absent = missing(*units, wanted)) return call.terminal.fail(*absent);
  return static_cast<int>(has_alarm(*units) ? ExitCode::unavailable : ExitCode::ok);
}

}  // namespace fwc::cli
