// SPDX-License-Identifier: MIT
// `fwc set`: changes live variables of a filter while packets pass.
#include "cli/filter_options.h"
#include "fwc/runtime/variables.h"

namespace fwc::cli {

namespace {

int show_variables(Terminal& terminal, const runtime::LoadedObject& filter) {
  const auto variables = runtime::variables(filter);
  if (!variables) return terminal.fail(variables.error());
  for (const runtime::Variable& variable : *variables)
    terminal.out("{}={}\n", variable.name, runtime::to_string(variable.value));
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int set_command(const Invocation& call) {
  DirectionFlags directions;
  std::string name = "filter";
  CommandLine line(call);
  directions.add_to(line);
  line.option("--name", name, "name of the attachment, with `--ingress` or `--egress`", "NAME");
  if (const auto done = line.parse(1, SIZE_MAX)) return *done;

  const auto& words = line.words();
  const auto assignments = parse_assignments({words.begin() + 1, words.end()});
  if (!assignments) return call.terminal.fail(assignments.error());
  const auto filter = open_filter(words.front(), directions, name);
  if (!filter) return call.terminal.fail(filter.error());
  if (!assignments->empty())
    if (const auto done = runtime::set_variables(*filter, *assignments); !done)
      return call.terminal.fail(done.error());
  return show_variables(call.terminal, *filter);
}

}  // namespace fwc::cli
