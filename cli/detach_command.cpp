// SPDX-License-Identifier: MIT
// `fwc detach`: takes the filters that fwc attached off a cgroup; never those of others.
#include "cli/filter_options.h"
#include "fwc/runtime/attachments.h"
#include "fwc/runtime/environment.h"

namespace fwc::cli {

namespace {

using runtime::Direction;
using runtime::Error;
using runtime::Expected;

struct Request {
  std::string name = "filter";
  bool dry_run = false;
};

Expected<void> detach(const runtime::Cgroup& cgroup, Direction direction, const Request& request) {
  const runtime::AttachOptions options{.name = request.name, .bpffs = {}};
  if (request.dry_run) {
    const auto there = runtime::open_attached(cgroup, direction, options);
    return there ? Expected<void>() : there.error();
  }
  const auto done = runtime::detach(cgroup, direction, options);
  return done ? Expected<void>() : done.error();
}

/// What was taken off, to be put back where a later step fails.
class Detached {
 public:
  Detached(Terminal& terminal, const runtime::Cgroup& cgroup, const Request& request)
      : terminal_(terminal), cgroup_(cgroup), options_{.name = request.name, .bpffs = {}} {}

  void remember(Direction direction) {
    if (auto filter = runtime::open_attached(cgroup_, direction, options_))
      filters_.emplace_back(direction, *std::move(filter));
  }

  void put_back() const {
    for (const auto& [direction, filter] : filters_) {
      if (runtime::open_attached(cgroup_, direction, options_)) continue;
      if (!runtime::attach(filter, cgroup_, direction, options_))
        terminal_.warn(
            fmt::format("the {} filter is off `{}`", runtime::to_string(direction), cgroup_.path));
    }
  }

 private:
  Terminal& terminal_;
  const runtime::Cgroup& cgroup_;
  runtime::AttachOptions options_;
  std::vector<std::pair<Direction, runtime::LoadedObject>> filters_;
};

// Without a direction those that are there go, and one there has to be.
Expected<void> detach_all(Terminal& terminal, const runtime::Cgroup& cgroup,
                          const std::vector<Direction>& directions, bool all_must_be_there,
                          const Request& request) {
  std::optional<Error> missing;
  std::vector<Direction> gone;
  Detached before(terminal, cgroup, request);
  for (const Direction direction : directions) {
    before.remember(direction);
    const auto done = detach(cgroup, direction, request);
    if (done) {
      gone.push_back(direction);
    } else if (done.error().kind != Error::Kind::no_input || all_must_be_there) {
      if (!request.dry_run) before.put_back();
      return done.error();
    } else {
      missing = done.error();
    }
  }
  for (const Direction direction : gone)
    terminal.out("{} {} from {}\n", request.dry_run ? "would detach" : "detached",
                 runtime::to_string(direction), cgroup.path);
  if (gone.empty() && missing) return *std::move(missing);
  return {};
}

}  // namespace

int detach_command(const Invocation& call) {
  DirectionFlags directions;
  Request request;
  CommandLine line(call);
  directions.add_to(line);
  line.flag("--dry-run", request.dry_run, "say what would be done, and change nothing");
  line.option("--name", request.name, "name that the filter was attached under", "NAME");
  if (const auto done = line.parse(1, 1)) return *done;

  const auto cgroup = runtime::find_cgroup(line.words().front(), {.force = true});
  if (!cgroup) return call.terminal.fail(cgroup.error());
  const bool given = directions.any();
  if (!given) directions.ingress = directions.egress = true;
  const auto done = detach_all(call.terminal, *cgroup, directions.given(), given, request);
  return done ? static_cast<int>(ExitCode::ok) : call.terminal.fail(done.error());
}

}  // namespace fwc::cli
