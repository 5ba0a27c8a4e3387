// SPDX-License-Identifier: MIT
// The table of commands. Dispatch, help, the list of commands and "did you mean" derive from it;
// adding a command is a row here and one file with its function.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace fwc::cli {

struct CommandRow;

/// One call of a command, as its function sees it.
struct Invocation {
  const CommandRow& command;
  std::span<const std::string> arguments;  ///< what stands after the command's name
  Terminal& terminal;
};

struct CommandRow {
  std::string_view name;  ///< empty for the command that runs when none is named
  std::string_view synopsis;
  std::string_view summary;
  std::array<std::string_view, 3> examples = {};
  int (*run)(const Invocation&);
};

int compile_command(const Invocation& call);
int check_command(const Invocation& call);
int test_command(const Invocation& call);
int explain_command(const Invocation& call);
int fields_command(const Invocation& call);
int fmt_command(const Invocation& call);
int run_command(const Invocation& call);
int set_command(const Invocation& call);
int list_command(const Invocation& call);
int stats_command(const Invocation& call);
int detach_command(const Invocation& call);
int remove_command(const Invocation& call);
int help_command(const Invocation& call);

/// All of them, the unnamed one first.
std::span<const CommandRow> commands();

/// The command of that name; null where there is none. The empty name is the unnamed command.
const CommandRow* find_command(std::string_view name);

/// The nearest name to a mistyped one; empty where none is near.
std::string_view similar_command(std::string_view name);

}  // namespace fwc::cli
