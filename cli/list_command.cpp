// SPDX-License-Identifier: MIT
// `fwc list`: what is attached where, and which pins are filters.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command_line.h"
#include "cli/json_output.h"
#include "fwc/runtime/attachments.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/pins.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;
using runtime::Attachment;
using runtime::Expected;
using runtime::PinInfo;

using Attachments = std::vector<Attachment>;
using Pins = std::vector<PinInfo>;

Expected<Attachments> attachments_of(const std::string& target) {
  const auto cgroup = runtime::find_cgroup(target, {.force = true});
  if (!cgroup) return cgroup.error();
  return runtime::list_attachments(*cgroup);
}

ordered_json to_json(const Attachment& a) {
  return {{"cgroup", or_null(a.cgroup)},
          {"cgroup_id", a.cgroup_id},
          {"direction", runtime::to_string(a.direction)},
          {"name", or_null(a.name)},
          {"program", or_null(a.program)},
          {"program_id", a.program_id},
          {"link_id", or_null(a.link_id)},
          {"pin", or_null(a.pin)},
          {"refuses", a.refuses}};
}

ordered_json to_json(const PinInfo& p) {
  return {{"path", p.path},
          {"direction", runtime::to_string(p.direction)},
          {"program_id", p.program_id},
          {"pinned_program_id", p.pinned_id},
          {"slot", p.slot},
          {"tag", p.tag},
          {"live_variables", p.has_live_variables},
          {"counters", p.has_counters}};
}

template <typename T>
ordered_json to_json_array(const std::vector<T>& values) {
  ordered_json array = ordered_json::array();
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

void show_json(Terminal& terminal, const Attachments& attachments, const Pins& pins) {
  show_json(terminal, ordered_json{{"attachments", to_json_array(attachments)},
                                   {"pins", to_json_array(pins)}});
}

// fwc's name of the filter, or the program of somebody else.
std::string shown_name(const Attachment& a) {
  return a.name.empty() ? fmt::format("({})", a.program) : a.name;
}

void show_attachments(Terminal& terminal, const Attachments& attachments) {
  std::size_t widest = std::string_view("CGROUP").size();
  for (const Attachment& a : attachments) widest = std::max(widest, a.cgroup.size());
  terminal.out("{:<{}}  {:<9}  {:<16}  PROGRAM\n", "CGROUP", widest, "DIRECTION", "NAME");
  for (const Attachment& a : attachments)
    terminal.out("{:<{}}  {:<9}  {:<16}  {}{}\n", a.cgroup, widest, runtime::to_string(a.direction),
                 shown_name(a), a.program_id, a.refuses ? "  refuses calls" : "");
}

std::string_view shown_extras(const PinInfo& p) {
  if (p.has_live_variables) return p.has_counters ? "variables, counters" : "variables";
  return p.has_counters ? "counters" : "";
}

void show_pins(Terminal& terminal, const Pins& pins) {
  std::size_t widest = std::string_view("PIN").size();
  for (const PinInfo& p : pins) widest = std::max(widest, p.path.size());
  terminal.out("{:<{}}  {:<9}  {:<7}  WITH\n", "PIN", widest, "DIRECTION", "PROGRAM");
  for (const PinInfo& p : pins)
    terminal.out("{:<{}}  {:<9}  {:<7}{}{}\n", p.path, widest, runtime::to_string(p.direction),
                 p.program_id, shown_extras(p).empty() ? "" : "  ", shown_extras(p));
}

int show(Terminal& terminal, const Attachments& attachments, const Pins& pins) {
  if (!attachments.empty()) show_attachments(terminal, attachments);
  if (!attachments.empty() && !pins.empty()) terminal.write("\n");
  if (!pins.empty()) show_pins(terminal, pins);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int list_command(const Invocation& call) {
  bool json = false;
  CommandLine line(call);
  line.flag("--json", json, "print one JSON object");
  if (const auto done = line.parse(0, 1)) return *done;

  const bool everything = line.words().empty();
  const auto attachments =
      everything ? runtime::list_attachments() : attachments_of(line.words().front());
  if (!attachments) return call.terminal.fail(attachments.error());
  const auto pins = everything ? runtime::list_pins() : Expected<Pins>(Pins{});
  if (!pins) return call.terminal.fail(pins.error());
  if (!json) return show(call.terminal, *attachments, *pins);
  show_json(call.terminal, *attachments, *pins);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
