// SPDX-License-Identifier: MIT
// Options and words of a command; see command_line.h.
#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/suggest.h"

namespace fwc::cli {

namespace {

constexpr std::size_t kOptionColumn = 26;

std::optional<Color> color_named(std::string_view name) {
  if (name == "auto") return Color::automatic;
  if (name == "always") return Color::always;
  if (name == "never") return Color::never;
  return std::nullopt;
}

// CLI11 says `--load: 1 required TEXT missing`; the name is what we need of it.
std::string option_of(const CLI::ParseError& error) {
  const std::string text = error.what();
  return text.substr(0, text.find(':'));
}

// `-f FILE, --file FILE` is `-f, --file FILE` here, as in POSIX utilities' help.
std::string option_heading(const OptionRow& option) {
  std::string heading = fmt::format("{}", fmt::join(option.names, ", "));
  if (!option.placeholder.empty()) heading += " " + option.placeholder;
  return heading;
}

std::string option_lines(const std::vector<OptionRow>& options) {
  std::string lines;
  for (const OptionRow& option : options) {
    const std::string heading = option_heading(option);
    const bool fits = heading.size() + 2 <= kOptionColumn;
    lines += fmt::format("  {:<{}}", heading, kOptionColumn);
    if (!fits) lines += fmt::format("\n  {:<{}}", "", kOptionColumn);
    lines += option.meaning + "\n";
  }
  return lines;
}

}  // namespace

std::vector<OptionRow> options_of(const CommandRow& command, Terminal& terminal) {
  std::vector<OptionRow> options;
  command.run(
      {.command = command, .arguments = {}, .terminal = terminal, .listed_options = &options});
  return options;
}

CommandLine::CommandLine(const Invocation& call) : call_(call) {
  app_.allow_extras();
  app_.set_help_flag("-h,--help", "show this help");
  option("--color", color_, "colors in messages: auto, always or never", "WHEN");
}

CLI::Option* CommandLine::option(const std::string& names, std::string& value,
                                 const std::string& meaning, const std::string& placeholder) {
  return app_.add_option(names, value, meaning)->type_name(placeholder);
}

CLI::Option* CommandLine::options(const std::string& names, std::vector<std::string>& values,
                                  const std::string& meaning, const std::string& placeholder) {
  return app_.add_option(names, values, meaning)->type_name(placeholder)->allow_extra_args(false);
}

CLI::Option* CommandLine::flag_with_value(const std::string& name, std::string& value,
                                          const std::string& by_default, const std::string& meaning,
                                          const std::string& placeholder) {
  return app_.add_flag(name + "{" + by_default + "}", value, meaning)->type_name(placeholder);
}

CLI::Option* CommandLine::flag(const std::string& names, bool& value, const std::string& meaning) {
  return app_.add_flag(names, value, meaning);
}

std::optional<int> CommandLine::parse(std::size_t least_words, std::size_t most_words) {
  if (call_.listed_options != nullptr) {
    *call_.listed_options = option_rows();
    return static_cast<int>(ExitCode::ok);
  }
  const auto& all = call_.arguments;
  const auto dashes = std::find(all.begin(), all.end(), "--");
  const auto before = static_cast<std::size_t>(dashes - all.begin());
  if (auto done = parse_options(all.first(before))) return done;
  if (auto done = take_words(before == all.size() ? std::span<const std::string>{}
                                                  : all.subspan(before + 1)))
    return done;
  if (words_.size() > most_words) return unexpected(words_[most_words]);
  if (words_.size() < least_words) return usage_error("an argument is missing");
  return std::nullopt;
}

std::optional<int> CommandLine::parse_options(std::span<const std::string> arguments) {
  // CLI11 takes the arguments from the back of the vector.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app_.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    call_.terminal.write(help());
    return static_cast<int>(ExitCode::ok);
  } catch (const CLI::ParseError& error) {
    return explain(error);
  }
  const auto color = color_named(color_);
  if (!color)
    return usage_error(fmt::format("`--color` cannot be `{}`", color_),
                       "say `auto`, `always` or `never`");
  call_.terminal.set_color(*color);
  return std::nullopt;
}

std::optional<int> CommandLine::take_words(std::span<const std::string> more) {
  for (std::string& word : app_.remaining()) {
    if (word.size() > 1 && word[0] == '-') return unknown_option(word);
    words_.push_back(std::move(word));
  }
  words_.insert(words_.end(), more.begin(), more.end());
  return std::nullopt;
}

int CommandLine::unexpected(std::string_view word) const {
  return usage_error(fmt::format("unexpected argument `{}`", word),
                     "put the filter in single quotes, so that it is one argument");
}

int CommandLine::unknown_option(std::string_view option) const {
  const std::string_view name = option.substr(0, option.find('='));
  std::vector<std::string> known;
  for (const CLI::Option* o : app_.get_options())
    for (const std::string& long_name : o->get_lnames()) known.push_back("--" + long_name);
  const std::string_view near = nearest(name, known);
  const bool filter = name.find_first_of(" ()0123456789") != std::string_view::npos;
  return usage_error(fmt::format("unknown option `{}`", name),
                     !near.empty() ? fmt::format("did you mean `{}`?", near)
                     : filter      ? "what begins with `-` and is no option stands after `--`"
                                   : "");
}

int CommandLine::explain(const CLI::ParseError& error) const {
  const std::string option = option_of(error);
  const std::string_view text = error.what();
  if (text.find("At Most") != std::string_view::npos)
    return usage_error(fmt::format("option `{}` was given more than once", option));
  if (text.find("required") != std::string_view::npos)
    return usage_error(fmt::format("option `{}` needs a value", option));
  return usage_error(fmt::format("option `{}` is not used like this", option));
}

int CommandLine::usage_error(std::string_view message, std::string_view hint) const {
  const CommandRow& command = call_.command;
  const std::string help =
      command.name.empty() ? "`fwc --help`" : fmt::format("`fwc help {}`", command.name);
  return call_.terminal.fail(ExitCode::usage, message,
                             hint.empty() ? fmt::format("see {}", help) : std::string(hint));
}

std::vector<OptionRow> CommandLine::option_rows() const {
  std::vector<OptionRow> rows;
  for (const CLI::Option* option : app_.get_options()) {
    OptionRow row{.names = {}, .placeholder = {}, .meaning = option->get_description()};
    for (const std::string& name : option->get_snames()) row.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) row.names.push_back("--" + name);
    if (option->get_items_expected_max() > 0) row.placeholder = option->get_type_name();
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string CommandLine::help() const {
  const CommandRow& command = call_.command;
  std::string text = fmt::format("Usage: {}\n\n{}\n\nOptions:\n{}\nExamples:\n", command.synopsis,
                                 command.summary, option_lines(option_rows()));
  for (std::string_view example : command.examples)
    if (!example.empty()) text += fmt::format("  {}\n", example);
  return text;
}

}  // namespace fwc::cli
