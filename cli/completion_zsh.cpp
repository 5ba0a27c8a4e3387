// SPDX-License-Identifier: MIT
// The completion scripts of zsh and of fish, which show what an option means beside its name.
#include <fmt/format.h>

#include <array>

#include "cli/command_description.h"

namespace fwc::cli {

namespace {

/// What a shell calls to complete a placeholder.
struct Completer {
  std::string_view placeholder;
  std::string_view zsh;
  std::string_view fish;  ///< options of `complete`
};

constexpr std::array kCompleters = {
    Completer{.placeholder = "FILE", .zsh = "_files", .fish = "-F"},
    Completer{.placeholder = "OBJECT", .zsh = "_files", .fish = "-F"},
    Completer{.placeholder = "CAPTURE", .zsh = "_files", .fish = "-F"},
    Completer{.placeholder = "PIN", .zsh = "_fwc_pins", .fish = "-F"},
    Completer{.placeholder = "CGROUP", .zsh = "_fwc_cgroups", .fish = "-f -a '(__fwc_cgroups)'"},
    Completer{.placeholder = "UNIT", .zsh = "_fwc_units", .fish = "-f -a '(__fwc_units)'"},
    Completer{.placeholder = "COMMAND", .zsh = "_fwc_commands", .fish = "-f -a '(__fwc_commands)'"},
    Completer{.placeholder = "FOLDER",
              .zsh = "_files -/",
              .fish = "-x -a '(__fish_complete_directories)'"},
    Completer{.placeholder = "PROGRAM", .zsh = "_command_names -e", .fish = "-f"},
};

const Completer* completer_of(std::string_view placeholder) {
  for (const Completer& row : kCompleters)
    if (row.placeholder == placeholder) return &row;
  return nullptr;
}

bool is_value(std::string_view piece) {
  return !piece.empty() && piece.front() >= 'a' && piece.front() <= 'z';
}

/// Text within single quotes, with a backslash before each character of `special`.
std::string quoted(std::string_view text, std::string_view special, std::string_view quote) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    if (c == '\'')
      result += quote;
    else
      result += c;
  }
  return result;
}

// --- zsh ---

std::string zsh_text(std::string_view text) {
  return quoted(text, "[]:\\", "'\\''");
}

/// `MESSAGE:ACTION` of _arguments for a word or a value.
std::string zsh_action(std::string_view kinds) {
  std::string values, calls;
  for (const std::string_view piece : split(kinds, '|'))
    if (is_value(piece)) values += fmt::format(" {}", piece);
  if (!values.empty()) values = fmt::format("({})", values.substr(1));
  for (const std::string_view piece : split(kinds, '|'))
    if (const Completer* row = completer_of(piece); row != nullptr && calls.empty())
      calls = row->zsh;
  return fmt::format("{}:{}", kinds, values.empty() ? (calls.empty() ? " " : calls) : values);
}

std::string zsh_option(const OptionRow& option, std::string_view name) {
  const std::string_view between = name.starts_with("--") && !option.placeholder.empty() ? "=" : "";
  std::string spec = fmt::format("{}{}[{}]", name, between, zsh_text(option.meaning));
  if (!option.placeholder.empty())
    spec += fmt::format(":{}", zsh_action(values_of(option.placeholder)));
  return spec;
}

std::string zsh_arguments(const CommandDescription& command, std::string_view indent) {
  std::string text = "_arguments -S";
  const auto add = [&](std::string_view spec) {
    text += fmt::format(" \\\n{}    '{}'", indent, spec);
  };
  for (const OptionRow& option : command.options)
    for (const std::string& name : option.names) add(zsh_option(option, name));
  const auto words = split(command.row.words, ' ');
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    add(fmt::format("{}:{}", i + 1, zsh_action(values_of(words[i]))));
  if (!words.empty()) add(fmt::format("*:{}", zsh_action(values_of(words.back()))));
  return text;
}

constexpr std::string_view kZshHelpers = R"zsh(
_fwc_units() {
    local -a units=(${(f)"$(systemctl list-units --all --plain --no-legend \
        --type=service,socket,slice,scope 2> /dev/null | cut -d ' ' -f 1)"})
    compadd -a units
}

_fwc_cgroups() { compadd self; _fwc_units; _files -/ }

_fwc_pins() { _files -W /sys/fs/bpf; _files }

)zsh";

constexpr std::string_view kZshEnd = R"zsh(
if [[ $funcstack[1] == _fwc ]]; then _fwc "$@"; else compdef _fwc fwc; fi
)zsh";

// --- fish ---

std::string fish_text(std::string_view text) {
  return quoted(text, "\\", "\\'");
}

/// Options of `complete` for each of the alternatives that there is something to offer for.
std::vector<std::string> fish_values(std::string_view kinds) {
  std::string values;
  std::vector<std::string> offers;
  for (const std::string_view piece : split(kinds, '|')) {
    if (is_value(piece)) values += fmt::format("{}{}", values.empty() ? "" : " ", piece);
    if (const Completer* row = completer_of(piece); row != nullptr) offers.emplace_back(row->fish);
  }
  if (!values.empty()) offers.push_back(fmt::format("-f -a '{}'", values));
  return offers;
}

std::string fish_condition(const CommandRow& command) {
  if (command.name.empty()) return "__fish_use_subcommand";
  return fmt::format("__fish_seen_subcommand_from {}", command.name);
}

std::string fish_option(const CommandRow& command, const OptionRow& option) {
  std::string text = fmt::format("complete -c fwc -n '{}'", fish_condition(command));
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2))
                                   : fmt::format(" -s {}", name.substr(1));
  if (!option.placeholder.empty()) {
    const auto offers = fish_values(values_of(option.placeholder));
    text += fmt::format(" -r {}", offers.empty() ? "-f" : offers.front());
  }
  return fmt::format("{} -d '{}'\n", text, fish_text(option.meaning));
}

constexpr std::string_view kFishHelpers = R"(
function __fwc_units
    systemctl list-units --all --plain --no-legend --type=service,socket,slice,scope 2> /dev/null |
        string split -f 1 ' '
end

function __fwc_cgroups
    echo self
    __fwc_units
    __fish_complete_directories
end

complete -c fwc -f
)";

}  // namespace

std::string zsh_completion(const std::vector<CommandDescription>& commands) {
  std::string names, cases;
  for (const CommandDescription& command : commands) {
    if (command.row.name.empty()) continue;
    names += fmt::format("        '{}:{}'\n", command.row.name, zsh_text(command.row.summary));
    cases += fmt::format("        {}) {} ;;\n", command.row.name,
                         zsh_arguments(command, "            "));
  }
  return fmt::format(
      "#compdef fwc\n# zsh completion of fwc, written by `fwc completion zsh`.\n{}"
      "_fwc_commands() {{\n    local -a commands=(\n{}    )\n"
      "    _describe -t commands command commands\n}}\n\n"
      "_fwc() {{\n    if (( CURRENT > 2 )); then\n        local command=$words[2]\n"
      "        case $command in\n        {})\n            shift words\n            (( CURRENT-- "
      "))\n"
      "            ;;\n        *) command= ;;\n        esac\n    fi\n    case $command in\n{}"
      "        *) {} ;;\n    esac\n}}\n{}",
      kZshHelpers, names,
      [&] {
        std::string all;
        for (const CommandDescription& command : commands)
          if (!command.row.name.empty())
            all += fmt::format("{}{}", all.empty() ? "" : " | ", command.row.name);
        return all;
      }(),
      cases, zsh_arguments(commands.front(), "            "), kZshEnd);
}

std::string fish_completion(const std::vector<CommandDescription>& commands) {
  std::string text = "# fish completion of fwc, written by `fwc completion fish`.\n";
  text += "\nfunction __fwc_commands\n";
  for (const CommandDescription& command : commands)
    if (!command.row.name.empty())
      text += fmt::format("    echo {}\\t'{}'\n", command.row.name, fish_text(command.row.summary));
  text += fmt::format("end\n{}", kFishHelpers);
  for (const CommandDescription& command : commands) {
    text += "\n";
    for (const std::string_view word : split(command.row.words, ' '))
      for (const std::string& offer : fish_values(values_of(word)))
        text += fmt::format("complete -c fwc -n '{}' {}\n", fish_condition(command.row), offer);
    for (const OptionRow& option : command.options) text += fish_option(command.row, option);
  }
  return text;
}

}  // namespace fwc::cli
