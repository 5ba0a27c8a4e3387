// SPDX-License-Identifier: MIT
// The completion script of bash: a table of the commands, and a function that reads it.
#include <fmt/format.h>

#include "cli/command_description.h"

namespace fwc::cli {

namespace {

constexpr std::string_view kHead =
    R"bash(# bash completion of fwc, written by `fwc completion bash`.

# What a command takes: its options, the options with a value as NAME=KIND, the kinds of its words.
_fwc_table() {
    case $1 in
)bash";

// COMP_WORDBREAKS has `=`, so `--file=x` comes as three words.
constexpr std::string_view kRest = R"bash(    esac
}

_fwc_units() {
    systemctl list-units --all --plain --no-legend --type=service,socket,slice,scope 2> /dev/null |
        cut -d ' ' -f 1
}

# _fwc_candidates KIND START: what a word of that kind can be.
_fwc_candidates() {
    case $1 in
    FILE | OBJECT | CAPTURE) compgen -f -- "$2" ;;
    FOLDER) compgen -d -- "$2" ;;
    PIN) compgen -f -- "${2:-/sys/fs/bpf/}" ;;
    CGROUP) compgen -W "self $(_fwc_units)" -- "$2"; compgen -d -- "$2" ;;
    UNIT) compgen -W "$(_fwc_units)" -- "$2" ;;
    COMMAND) compgen -W "$commands" -- "$2" ;;
    PROGRAM) compgen -c -- "$2" ;;
    [a-z]*) compgen -W "$1" -- "$2" ;;
    esac
}

# Sets `position`, the number of words before the current one that are neither options nor values.
_fwc_position() {
    local i=$1 word all=" $values "
    position=0
    for ((; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        --) dashes=1 ;;
        =) ((i++)) ;;
        -?*)
            if [[ -n $dashes ]]; then
                ((position++))
            elif [[ $all == *" $word="* && ${COMP_WORDS[i + 1]} != = ]]; then
                ((i++))
            fi
            ;;
        *) ((position++)) ;;
        esac
    done
}

_fwc() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' options values words kinds='' dashes='' position pair kind first=1
    COMPREPLY=()
    if [[ $current == = ]]; then
        current=''
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((COMP_CWORD > 1)) && [[ " $commands " == *" ${COMP_WORDS[1]} "* ]]; then
        command=${COMP_WORDS[1]} first=2
    fi
    _fwc_table "$command"
    _fwc_position "$first"
    if [[ -z $dashes ]]; then
        for pair in $values; do
            [[ ${pair%%=*} == "$before" ]] && kinds=${pair#*=}
        done
        if [[ -z $kinds && $current == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
            return
        fi
    fi
    if [[ -z $kinds ]]; then
        read -ra words <<< "$words"
        ((position < ${#words[@]})) || position=$((${#words[@]} - 1))
        ((position >= 0)) && kinds=${words[position]}
    fi
    mapfile -t COMPREPLY < <(for kind in ${kinds//|/ }; do _fwc_candidates "$kind" "$current"; done)
    case $kinds in
    *FILE* | *FOLDER* | *OBJECT* | *CAPTURE* | *PIN* | *CGROUP*) compopt -o filenames 2> /dev/null ;;
    esac
}

complete -F _fwc fwc
)bash";

std::string table_row(const CommandDescription& command) {
  std::string names, values;
  for (const OptionRow& option : command.options)
    for (const std::string& name : option.names) {
      names += (names.empty() ? "" : " ") + name;
      if (!option.placeholder.empty())
        values +=
            fmt::format("{}{}={}", values.empty() ? "" : " ", name, values_of(option.placeholder));
    }
  std::string words;
  for (const std::string_view word : split(command.row.words, ' '))
    words += fmt::format("{}{}", words.empty() ? "" : " ", values_of(word));
  return fmt::format(
      "    {})\n        options='{}'\n        values='{}'\n        words='{}'\n"
      "        ;;\n",
      command.row.name.empty() ? "*" : command.row.name, names, values, words);
}

}  // namespace

std::string bash_completion(const std::vector<CommandDescription>& commands) {
  std::string names, rows;
  for (const CommandDescription& command : commands) {
    if (command.row.name.empty()) continue;
    names += fmt::format("{}{}", names.empty() ? "" : " ", command.row.name);
    rows += table_row(command);
  }
  rows += table_row(commands.front());
  std::string script = fmt::format("{}{}{}", kHead, rows, kRest);
  // The list of commands is the function's own, so that nothing stays in the user's shell.
  const std::string_view place = "    local command='' options";
  script.insert(script.find(place), fmt::format("    local commands='{}'\n", names));
  return script;
}

}  // namespace fwc::cli
