// SPDX-License-Identifier: MIT
// The table of commands. Dispatch, help, man page, shell completion and "did you mean" derive from
// it; adding a command is a row here and one file with its function.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.h"

namespace fwc::cli {

struct CommandRow;

/// An option as a command declares it.
struct OptionRow {
  std::vector<std::string> names;  ///< with their dashes, the short one first
  std::string placeholder;         ///< what its value is called; empty for a flag
  std::string meaning;
};

/// One call of a command, as its function sees it.
struct Invocation {
  const CommandRow& command;
  std::span<const std::string> arguments;  ///< what stands after the command's name
  Terminal& terminal;
  /// Where the command is to list its options instead of doing anything; see options_of().
  std::vector<OptionRow>* listed_options = nullptr;
};

struct CommandRow {
  std::string_view name;  ///< empty for the command that runs when none is named
  std::string_view synopsis;
  std::string_view summary;
  std::array<std::string_view, 3> examples = {};
  /// What its words are, for completion: one piece a word, the last for all further ones. A piece
  /// has alternatives between `|`, of which those in capitals are placeholders, as of options.
  std::string_view words = {};
  int (*run)(const Invocation&);
};

int compile_command(const Invocation& call);
int attach_command(const Invocation& call);
int check_command(const Invocation& call);
int test_command(const Invocation& call);
int explain_command(const Invocation& call);
int fields_command(const Invocation& call);
int fmt_command(const Invocation& call);
int run_command(const Invocation& call);
int set_command(const Invocation& call);
int list_command(const Invocation& call);
int stats_command(const Invocation& call);
int log_command(const Invocation& call);
int audit_command(const Invocation& call);
int top_command(const Invocation& call);
int replace_command(const Invocation& call);
int confirm_command(const Invocation& call);
int detach_command(const Invocation& call);
int remove_command(const Invocation& call);
int enable_command(const Invocation& call);
int disable_command(const Invocation& call);
int status_command(const Invocation& call);
int completion_command(const Invocation& call);
int help_command(const Invocation& call);

/// All of them, the unnamed one first.
std::span<const CommandRow> commands();

/// The command of that name; null where there is none. The empty name is the unnamed command.
const CommandRow* find_command(std::string_view name);

/// The nearest name to a mistyped one; empty where none is near.
std::string_view similar_command(std::string_view name);

}  // namespace fwc::cli
