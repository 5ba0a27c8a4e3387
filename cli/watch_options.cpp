// SPDX-License-Identifier: MIT
// `--counters`, `--log` and `--audit`.
#include "cli/watch_options.h"

namespace fwc::cli {

namespace {

std::optional<Logged> logged_named(std::string_view name) {
  if (name.empty()) return Logged::nothing;
  if (name == "drop") return Logged::dropped;
  if (name == "pass") return Logged::passed;
  if (name == "all") return Logged::everything;
  return std::nullopt;
}

}  // namespace

void WatchOptions::add_to(CommandLine& line) {
  line.flag("--counters", counters, "count packets and bytes, see `fwc stats`");
  line.option("--log", log, "log packets: `drop`, `pass` or `all`, see `fwc log`", "WHICH");
  line.flag("--audit", audit, "drop nothing until `fwc audit TARGET off`; counts and logs");
}

std::optional<int> WatchOptions::refuse(const CommandLine& line) const {
  if (logged_named(log)) return std::nullopt;
  return line.usage_error(fmt::format("`--log` cannot be `{}`", log),
                          "say `drop`, `pass` or `all`");
}

void WatchOptions::apply(CompileOptions& options) const {
  options.counters = counters || audit;
  options.audit = audit;
  options.log = logged_named(log).value_or(Logged::nothing);
  if (audit && log.empty()) options.log = Logged::dropped;
}

}  // namespace fwc::cli
