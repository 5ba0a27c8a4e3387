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

// Without a direction those that are there go, and one there has to be.
Expected<void> detach_all(Terminal& terminal, const runtime::Cgroup& cgroup,
                          const std::vector<Direction>& directions, bool all_must_be_there,
                          const std::string& name) {
  std::optional<Error> missing;
  std::size_t detached = 0;
  for (const Direction direction : directions) {
    const auto done = runtime::detach(cgroup, direction, {.name = name, .bpffs = {}});
    if (done) {
      terminal.out("detached {} from {}\n", runtime::to_string(direction), cgroup.path);
      ++detached;
    } else if (done.error().kind != Error::Kind::no_input || all_must_be_there) {
      return done.error();
    } else {
      missing = done.error();
    }
  }
  if (detached == 0 && missing) return *std::move(missing);
  return {};
}

}  // namespace

int detach_command(const Invocation& call) {
  DirectionFlags directions;
  std::string name = "filter";
  CommandLine line(call);
  directions.add_to(line);
  line.option("--name", name, "name that the filter was attached under", "NAME");
  if (const auto done = line.parse(1, 1)) return *done;

  const auto cgroup = runtime::find_cgroup(line.words().front(), {.force = true});
  if (!cgroup) return call.terminal.fail(cgroup.error());
  const bool given = directions.any();
  if (!given) directions.ingress = directions.egress = true;
  const auto done = detach_all(call.terminal, *cgroup, directions.given(), given, name);
  return done ? static_cast<int>(ExitCode::ok) : call.terminal.fail(done.error());
}

}  // namespace fwc::cli
