// SPDX-License-Identifier: MIT
// What the pages and scripts that derive from the table of commands are written from: each row with
// the options that its command declares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"

namespace fwc::cli {

struct CommandDescription {
  const CommandRow& row;
  std::vector<OptionRow> options;
};

/// All commands, the unnamed one first.
std::vector<CommandDescription> describe_commands(Terminal& terminal);

/// `|` between the values that a placeholder stands for where they are a fixed few (`WHEN`), else
/// the placeholder itself.
std::string_view values_of(std::string_view placeholder);

/// The pieces of `text` between `separator`.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Completion scripts of the three shells, to be put where each looks for them.
std::string bash_completion(const std::vector<CommandDescription>& commands);
std::string zsh_completion(const std::vector<CommandDescription>& commands);
std::string fish_completion(const std::vector<CommandDescription>& commands);

/// fwc(1) in the macros of man(7).
std::string man_page(const std::vector<CommandDescription>& commands);

}  // namespace fwc::cli
