// SPDX-License-Identifier: MIT
// `fwc stats`: what filters passed and dropped, and by which rule.
#include "cli/known_filters.h"
#include "cli/numbers.h"
#include "cli/stats.h"
#include "cli/wake.h"

namespace fwc::cli {

namespace {

using runtime::Expected;
using Readings = std::vector<FilterReading>;

struct Request {
  FilterChoice choice;
  bool json = false;
  bool prometheus = false;
  bool by_cpu = false;
  std::string interval;  ///< empty: once
};

/// Filters that do not count are left out where all were asked for.
Expected<Readings> read_all(const FilterChoice& choice) {
  const auto filters = find_filters(choice);
  if (!filters) return filters.error();
  Readings readings;
  for (const KnownFilter& filter : *filters) {
    auto reading = read_filter(filter);
    if (!reading && !choice.targets.empty()) return reading.error();
    if (reading) readings.push_back(*std::move(reading));
  }
  return readings;
}

std::string shown(const Request& request, const Readings& readings) {
  if (request.prometheus) return stats_prometheus(readings);
  if (request.json) return stats_json(readings, request.by_cpu, !request.interval.empty());
  return stats_text(readings, request.by_cpu);
}

/// Again and again until a signal ends it; the filters are looked up each time, for they come, go
/// and are replaced.
int watch(Terminal& terminal, const Request& request, double seconds) {
  const Waiter waiter;
  const auto interval = to_duration(seconds);
  for (auto next = Waiter::Clock::now();; next += interval) {
    if (waiter.wait(next) == Waiter::Wake::end) return static_cast<int>(ExitCode::ok);
    const auto readings = read_all(request.choice);
    if (!readings) return terminal.fail(readings.error());
    terminal.write(shown(request, *readings) + (request.json ? "" : "\n"));
    if (const int status = terminal.finish(0); status != 0) return status;
  }
}

}  // namespace

int stats_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  request.choice.add_to(line);
  line.flag("--json", request.json, "print one JSON object, with `--watch` one a line");
  line.flag("--prometheus", request.prometheus, "print the text format of Prometheus");
  line.flag("--per-cpu", request.by_cpu, "tell the CPUs apart");
  line.flag_with_value("--watch", request.interval, "1",
                       "go on, every second, or every so many as in `--watch=5`", "SECONDS");
  if (const auto done = line.parse(0, SIZE_MAX)) return *done;
  request.choice.targets = line.words();
  if (request.json && request.prometheus)
    return line.usage_error("`--json` and `--prometheus` are two forms, and one is needed");
  if (request.choice.targets.empty() && request.choice.directions.any())
    return line.usage_error("`--ingress` and `--egress` need a cgroup");
  if (!request.interval.empty()) {
    const auto seconds = parse_seconds(request.interval);
    if (seconds) return watch(call.terminal, request, *seconds);
    return line.usage_error(fmt::format("`--watch` cannot be `{}`", request.interval),
                            "say a number of seconds, as in `--watch=5`");
  }
  const auto readings = read_all(request.choice);
  if (!readings) return call.terminal.fail(readings.error());
  call.terminal.write(shown(request, *readings));
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
