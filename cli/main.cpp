// SPDX-License-Identifier: MIT
// The command: finds the row of the table that the first argument names and runs it. An argument
// that names no command is a filter, or an option of the unnamed command.
#include <vector>

#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace fwc::cli;
  Terminal terminal;
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  std::span<const std::string> arguments(words);

  const CommandRow* command = words.empty() ? nullptr : find_command(words.front());
  if (command != nullptr && !command->name.empty())
    arguments = arguments.subspan(1);
  else
    command = &commands().front();
  return terminal.finish(
      command->run({.command = *command, .arguments = arguments, .terminal = terminal}));
}
