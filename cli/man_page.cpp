// SPDX-License-Identifier: MIT
// fwc(1), from the table of commands and that of exit codes.
#include <fmt/format.h>

#include "cli/command_description.h"
#include "cli/exit_codes.h"
#include "fwc/compile.h"

namespace fwc::cli {

namespace {

/// What roff would take for a command of its own, written so that it does not. Text between
/// backticks is set in bold, as commands and options are.
std::string roff(std::string_view text) {
  std::string result;
  bool bold = false;
  for (const char c : text) {
    switch (c) {
      case '\\': result += "\\e"; break;
      case '-': result += "\\-"; break;
      case '\'': result += "\\(aq"; break;
      case '^': result += "\\(ha"; break;
      case '~': result += "\\(ti"; break;
      case '`':
        bold = !bold;
        result += bold ? "\\fB" : "\\fR";
        break;
      default: result += c;
    }
  }
  return result.starts_with('.') ? "\\&" + result : result;
}

std::string heading(const OptionRow& option) {
  std::string text;
  for (const std::string& name : option.names)
    text += fmt::format("{}\\fB{}\\fR", text.empty() ? "" : ", ", roff(name));
  if (!option.placeholder.empty()) text += fmt::format(" \\fI{}\\fR", roff(option.placeholder));
  return text;
}

std::string section_of(const CommandDescription& command) {
  std::string text =
      fmt::format(".SS {}\n{}.\n.PP\n", roff(command.row.synopsis), roff(command.row.summary));
  for (const OptionRow& option : command.options)
    text += fmt::format(".TP\n{}\n{}\n", heading(option), roff(option.meaning));
  text += ".PP\n.nf\n";
  for (const std::string_view example : command.row.examples)
    if (!example.empty()) text += fmt::format("    {}\n", roff(example));
  return text + ".fi\n";
}

constexpr std::string_view kDescription =
    R"(.SH DESCRIPTION
\fBfwc\fR compiles a packet filter of one line to a verified BPF program, and puts it on a service, a
command or a cgroup. True forwards a packet, false drops it. A first argument that is none of the
commands below is a filter, or an option of the command without a name.
.PP
A failure leaves everything as it was, and says in one line what is wrong and what to do.
)";

constexpr std::string_view kEnd =
    R"(.SH FILES
.TP
\fI/sys/fs/bpf/fwc\fR
Links of the filters that are attached.
.SH SEE ALSO
.BR systemd.resource-control (5),
.BR systemd.exec (5),
.BR bpftool (8),
.BR pcap-filter (7)
)";

}  // namespace

std::string man_page(const std::vector<CommandDescription>& commands) {
  std::string page = fmt::format(
      ".\\\" Written by `fwc help --man`.\n.TH FWC 1 \"\" \"fwc {0}\" \"User Commands\"\n"
      ".SH NAME\nfwc \\- packet filters of one line for services and cgroups\n.SH SYNOPSIS\n",
      version());
  for (const CommandDescription& command : commands)
    page += fmt::format("{}{}\n", &command == &commands.front() ? "" : ".br\n",
                        roff(command.row.synopsis));
  page += fmt::format("{}.SH COMMANDS\n", kDescription);
  for (const CommandDescription& command : commands) page += section_of(command);
  page += ".SH EXIT STATUS\nThat of \\fBfwc run\\fR is the command's; else, by sysexits(3):\n";
  for (const ExitCodeRow& row : kExitCodes)
    page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", static_cast<int>(row.code), roff(row.meaning));
  return page + std::string(kEnd);
}

}  // namespace fwc::cli
