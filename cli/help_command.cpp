// SPDX-License-Identifier: MIT
// `fwc help`: the commands, from their table; the options of one, from the command itself.
#include "cli/command_description.h"
#include "cli/command_line.h"

namespace fwc::cli {

namespace {

int show_overview(Terminal& terminal) {
  const CommandRow& unnamed = commands().front();
  terminal.out("fwc compiles a packet filter of one line to a verified BPF program.\n\nUsage: {}\n",
               unnamed.synopsis);
  for (const CommandRow& command : commands().subspan(1))
    terminal.out("       {}\n", command.synopsis);
  terminal.out("\nCommands:\n  {:<10} {}\n", "", unnamed.summary);
  for (const CommandRow& command : commands().subspan(1))
    terminal.out("  {:<10} {}\n", command.name, command.summary);
  terminal.out("\nExamples:\n");
  for (std::string_view example : unnamed.examples) terminal.out("  {}\n", example);
  terminal.out("\nExit status:\n");
  for (const ExitCodeRow& row : kExitCodes)
    terminal.out("  {:>3}  {}\n", static_cast<int>(row.code), row.meaning);
  terminal.out("\n`fwc --help` lists the options, `fwc help COMMAND` those of a command.\n");
  return static_cast<int>(ExitCode::ok);
}

int show_command(const CommandRow& command, Terminal& terminal) {
  const std::string help = "--help";
  return command.run({.command = command, .arguments = {&help, 1}, .terminal = terminal});
}

}  // namespace

int help_command(const Invocation& call) {
  bool man = false;
  CommandLine line(call);
  line.flag("--man", man, "print the manual page fwc(1)");
  if (const auto done = line.parse(0, 1)) return *done;
  if (man) {
    call.terminal.write(man_page(describe_commands(call.terminal)));
    return static_cast<int>(ExitCode::ok);
  }
  if (line.words().empty()) return show_overview(call.terminal);

  const std::string& name = line.words().front();
  if (const CommandRow* command = find_command(name)) return show_command(*command, call.terminal);
  const std::string_view near = similar_command(name);
  return line.usage_error(
      fmt::format("no command is called `{}`", name),
      near.empty() ? "see `fwc help`" : fmt::format("did you mean `{}`?", near));
}

}  // namespace fwc::cli
