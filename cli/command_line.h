// SPDX-License-Identifier: MIT
// Options and words of a command: CLI11 reads them, the help and the errors are our own.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"

namespace fwc::cli {

/// The options of a command, without running it.
std::vector<OptionRow> options_of(const CommandRow& command, Terminal& terminal);

/// A command's options, with those that every command has. Words are the arguments that are no
/// options; what stands after `--` is words whatever it starts with.
class CommandLine {
 public:
  explicit CommandLine(const Invocation& call);

  CLI::Option* option(const std::string& names, std::string& value, const std::string& meaning,
                      const std::string& placeholder);
  CLI::Option* options(const std::string& names, std::vector<std::string>& values,
                       const std::string& meaning, const std::string& placeholder);
  /// A flag that may bring a value, `--watch=5`; alone it is `by_default`.
  CLI::Option* flag_with_value(const std::string& name, std::string& value,
                               const std::string& by_default, const std::string& meaning,
                               const std::string& placeholder);
  CLI::Option* flag(const std::string& names, bool& value, const std::string& meaning);

  /// Reads the arguments. A status means that there is nothing more to do: help was shown, or the
  /// arguments are wrong, which was said.
  std::optional<int> parse(std::size_t least_words, std::size_t most_words);

  const std::vector<std::string>& words() const { return words_; }

  /// Says that this word is one too many.
  int unexpected(std::string_view word) const;

  /// Says that the command was used in a wrong way.
  int usage_error(std::string_view message, std::string_view hint = {}) const;

 private:
  std::optional<int> parse_options(std::span<const std::string> arguments);
  std::optional<int> take_words(std::span<const std::string> more);
  int explain(const CLI::ParseError& error) const;
  int unknown_option(std::string_view option) const;
  std::vector<OptionRow> option_rows() const;
  std::string help() const;

  const Invocation& call_;
  CLI::App app_;
  std::string color_ = "auto";
  std::vector<std::string> words_;
};

}  // namespace fwc::cli
