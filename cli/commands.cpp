// SPDX-License-Identifier: MIT
// The rows of the table of commands; see commands.h.
#include "cli/commands.h"

#include "cli/suggest.h"

namespace fwc::cli {

namespace {

constexpr std::array kCommands = {
    CommandRow{.name = "",
               .synopsis = "fwc [FILTER | OBJECT] [-f FILE] [-o OBJECT] [--load PIN] "
                           "[--attach CGROUP --ingress|--egress]",
               .summary = "compile a filter, and save, load or attach it",
               .examples = {"fwc 'icmp || (udp && dst_port == 53)' -o prog.o",
                            "fwc 'tcp && dst_port in {80, 443}' --load /sys/fs/bpf/web",
                            "fwc 'udp && dst_port == 53' --attach self --egress"},
               .words = "COMMAND|FILTER|OBJECT",
               .run = compile_command},
    CommandRow{.name = "attach",
               .synopsis = "fwc attach CGROUP|--self [FILTER | OBJECT] [-f FILE] "
                           "--ingress|--egress",
               .summary = "attach a filter to a cgroup, or to the caller's own",
               .examples = {"fwc attach web.service --egress 'tcp && src_port in {80, 443}'",
                            "fwc attach --self --egress -f web.filter"},
               .words = "CGROUP FILTER",
               .run = attach_command},
    CommandRow{.name = "check",
               .synopsis = "fwc check FILTER [-f FILE] [--strict] [--hook HOOK] [--json]",
               .summary = "judge a filter without compiling it",
               .examples = {"fwc check 'tcp && dst_port == https'", "fwc check -f web.filter"},
               .words = "FILTER",
               .run = check_command},
    CommandRow{.name = "test",
               .synopsis = "fwc test FILTER CAPTURE [--hook HOOK] [--kernel] "
                           "[--local SET] [--json] [--var NAME=VALUE]",
               .summary = "show which packets of a capture file pass",
               .examples = {"fwc test 'udp && dst_port == 53' capture.pcap",
                            "fwc test '!tcp' capture.pcap --count"},
               .words = "FILTER CAPTURE",
               .run = test_command},
    CommandRow{.name = "explain",
               .synopsis = "fwc explain [CODE | FILTER PACKET] [-f FILE] [--hook HOOK] "
                           "[--var NAME=VALUE] [--json]",
               .summary = "tell what a message means, or how a verdict comes about",
               .examples = {"fwc explain absent-passes",
                            "fwc explain 'icmp || dst_port == 53' 'udp 10.0.0.1:5000 > 8.8.8.8:53'",
                            "fwc explain '!tcp' capture.pcap:3"},
               .words = "CODE|FILTER PACKET",
               .run = explain_command},
    CommandRow{.name = "fields",
               .synopsis = "fwc fields [--json | --names | --markdown]",
               .summary = "list the fields, protocols, operators and constants",
               .examples = {"fwc fields", "fwc fields --json"},
               .run = fields_command},
    CommandRow{.name = "fmt",
               .synopsis = "fwc fmt FILTER [-f FILE] [--check] [--in-place]",
               .summary = "lay out a filter in the canonical form",
               .examples = {"fwc fmt 'udp and(dst_port==53)'", "fwc fmt -f web.filter --in-place"},
               .words = "FILTER",
               .run = fmt_command},
    CommandRow{.name = "run",
               .synopsis = "fwc run [--egress FILTER] [--ingress FILTER] -- COMMAND [ARGUMENT...]",
               .summary = "run a command in a cgroup of its own behind a filter",
               .examples = {"fwc run --egress 'icmp' -- ping -c 1 127.0.0.1",
                            "fwc run --egress 'dst_ip in 127.0.0.0/8' --ingress true -- make test"},
               .words = "PROGRAM FILE",
               .run = run_command},
    CommandRow{.name = "set",
               .synopsis = "fwc set PIN NAME=VALUE... | fwc set add|del|replace|list PIN @SET "
                           "[ENTRY... | from FILE]",
               .summary = "change live variables and live sets of a loaded filter",
               .examples = {"fwc set /sys/fs/bpf/size limit=1400",
                            "fwc set add /sys/fs/bpf/web @blocked 192.0.2.1 198.51.100.0/24",
                            "fwc set replace /sys/fs/bpf/web @blocked from blocklist.txt"},
               .words = "add|del|replace|list|PIN PIN",
               .run = set_command},
    CommandRow{.name = "list",
               .synopsis = "fwc list [CGROUP]",
               .summary = "show what is attached, and which pins are filters",
               .examples = {"fwc list", "fwc list self"},
               .words = "CGROUP",
               .run = list_command},
    CommandRow{.name = "stats",
               .synopsis = "fwc stats [TARGET...] [--json | --prometheus] [--per-cpu] "
                           "[--watch[=SECONDS]]",
               .summary = "show the counters of filters compiled with --counters",
               .examples = {"fwc stats /sys/fs/bpf/web", "fwc stats web.service --watch=5",
                            "fwc stats --prometheus"},
               .words = "PIN|CGROUP|UNIT",
               .run = stats_command},
    CommandRow{.name = "log",
               .synopsis = "fwc log TARGET [--json | --pcap FILE] [--count N] [--rate N]",
               .summary = "show the packets that a filter compiled with --log drops or passes",
               .examples = {"fwc log /sys/fs/bpf/web", "fwc log web.service --egress --json",
                            "fwc log /sys/fs/bpf/web --pcap - | wireshark -k -i -"},
               .words = "PIN|CGROUP|UNIT",
               .run = log_command},
    CommandRow{.name = "audit",
               .synopsis = "fwc audit TARGET [on | off]",
               .summary = "let a filter compiled with --audit drop packets, or only tell of them",
               .examples = {"fwc audit /sys/fs/bpf/web", "fwc audit web.service off"},
               .words = "PIN|CGROUP|UNIT on|off",
               .run = audit_command},
    CommandRow{.name = "top",
               .synopsis = "fwc top [TARGET...] [--interval SECONDS] [--count N]",
               .summary = "watch all filters that count on one screen, and change them by keys",
               .examples = {"fwc top", "fwc top /sys/fs/bpf/web --interval 0.5",
                            "fwc top --count 2 | cat"},
               .words = "PIN|CGROUP|UNIT",
               .run = top_command},
    CommandRow{.name = "replace",
               .synopsis = "fwc replace PIN|CGROUP [FILTER | OBJECT] [-f FILE] [--ingress] "
                           "[--egress] [--confirm TIME]",
               .summary = "put another filter in place of one that is at work, in one step",
               .examples = {"fwc replace /sys/fs/bpf/web 'tcp && dst_port == 443'",
                            "fwc replace web.service -f web.filter --confirm 60s"},
               .words = "PIN|UNIT FILTER|OBJECT",
               .run = replace_command},
    CommandRow{.name = "confirm",
               .synopsis = "fwc confirm PIN|CGROUP [--ingress] [--egress]",
               .summary = "keep what `replace --confirm` would take back",
               .examples = {"fwc confirm /sys/fs/bpf/web"},
               .words = "PIN|UNIT",
               .run = confirm_command},
    CommandRow{.name = "detach",
               .synopsis = "fwc detach CGROUP [--ingress] [--egress]",
               .summary = "take the filters that fwc attached off a cgroup",
               .examples = {"fwc detach self --egress"},
               .words = "CGROUP",
               .run = detach_command},
    CommandRow{.name = "remove",
               .synopsis = "fwc remove PIN",
               .summary = "remove the pins of a loaded filter",
               .examples = {"fwc remove /sys/fs/bpf/web"},
               .words = "PIN",
               .run = remove_command},
    CommandRow{.name = "enable",
               .synopsis = "fwc enable UNIT [--egress FILTER] [--ingress FILTER] [--now]",
               .summary = "put a unit behind a filter at each start",
               .examples = {"fwc enable web.service --egress 'tcp && src_port in {80, 443}' --now",
                            "fwc enable web --ingress 'icmp' --dry-run"},
               .words = "UNIT",
               .run = enable_command},
    CommandRow{.name = "disable",
               .synopsis = "fwc disable UNIT [--now]",
               .summary = "take away what enable wrote",
               .examples = {"fwc disable web.service --now"},
               .words = "UNIT",
               .run = disable_command},
    CommandRow{
        .name = "status",
        .synopsis = "fwc status [UNIT | CGROUP] [--ingress] [--egress] [--json]",
        .summary = "show whether units run behind their filters, and what passes those",
        .examples = {"fwc status", "fwc status web.service --json", "fwc status self --egress"},
        .words = "CGROUP",
        .run = status_command},
    CommandRow{.name = "completion",
               .synopsis = "fwc completion bash|zsh|fish",
               .summary = "print the completion script of a shell",
               .examples = {"fwc completion bash > /etc/bash_completion.d/fwc"},
               .words = "SHELL",
               .run = completion_command},
    CommandRow{.name = "help",
               .synopsis = "fwc help [COMMAND] [--man]",
               .summary = "show this text, or the help of a command",
               .examples = {"fwc help run"},
               .words = "COMMAND",
               .run = help_command},
};

consteval bool commands_are_well_formed() {
  for (std::size_t i = 0; i < kCommands.size(); ++i) {
    const CommandRow& r = kCommands[i];
    if (r.run == nullptr || r.summary.empty() || r.examples[0].empty()) return false;
    if (!r.synopsis.starts_with("fwc ") || r.name.empty() != (i == 0)) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (kCommands[j].name == r.name) return false;
  }
  return true;
}
static_assert(commands_are_well_formed());

}  // namespace

std::span<const CommandRow> commands() {
  return kCommands;
}

const CommandRow* find_command(std::string_view name) {
  for (const CommandRow& command : kCommands)
    if (command.name == name) return &command;
  return nullptr;
}

std::string_view similar_command(std::string_view name) {
  std::array<std::string_view, kCommands.size() - 1> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kCommands[i + 1].name;
  return nearest(name, names);
}

}  // namespace fwc::cli
