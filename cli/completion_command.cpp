// SPDX-License-Identifier: MIT
// `fwc completion`: the completion script of a shell.
#include "cli/command_description.h"
#include "cli/command_line.h"
#include "cli/suggest.h"

namespace fwc::cli {

namespace {

struct Shell {
  std::string_view name;
  std::string (*script)(const std::vector<CommandDescription>&);
};

constexpr std::array kShells = {
    Shell{.name = "bash", .script = bash_completion},
    Shell{.name = "zsh", .script = zsh_completion},
    Shell{.name = "fish", .script = fish_completion},
};

struct PlaceholderValues {
  std::string_view placeholder;
  std::string_view values;
};

constexpr std::array kPlaceholderValues = {
    PlaceholderValues{.placeholder = "WHEN", .values = "auto|always|never"},
    PlaceholderValues{.placeholder = "DIRECTION", .values = "ingress|egress|both"},
    PlaceholderValues{.placeholder = "WHICH", .values = "drop|pass|all"},
    PlaceholderValues{.placeholder = "SHELL", .values = "bash|zsh|fish"},
};

}  // namespace

std::vector<CommandDescription> describe_commands(Terminal& terminal) {
  std::vector<CommandDescription> described;
  for (const CommandRow& command : commands())
    described.push_back({.row = command, .options = options_of(command, terminal)});
  return described;
}

std::string_view values_of(std::string_view placeholder) {
  for (const PlaceholderValues& row : kPlaceholderValues)
    if (row.placeholder == placeholder) return row.values;
  return placeholder;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pieces;
}

int completion_command(const Invocation& call) {
  CommandLine line(call);
  if (const auto done = line.parse(1, 1)) return *done;
  for (const Shell& shell : kShells) {
    if (shell.name != line.words().front()) continue;
    call.terminal.write(shell.script(describe_commands(call.terminal)));
    return static_cast<int>(ExitCode::ok);
  }
  return line.usage_error(fmt::format("there is no completion for `{}`", line.words().front()),
                          "say `bash`, `zsh` or `fish`");
}

}  // namespace fwc::cli
