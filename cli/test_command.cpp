// SPDX-License-Identifier: MIT
// `fwc test`: what a filter does with the packets of a capture file, by the evaluator or the
// kernel.
#include <functional>

#include "cli/capture_flows.h"
#include "cli/filter_options.h"
#include "cli/judged_packets.h"
#include "cli/kernel_judge.h"
#include "cli/packet_text.h"
#include "cli/set_files.h"
#include "cli/variable_values.h"
#include "compiler/check/checked_filter.h"
#include "compiler/eval/evaluate.h"

namespace fwc::cli {

namespace {

using runtime::Assignment;
using runtime::Error;
using runtime::Expected;

struct Request {
  SourceChoice source;
  std::string capture;
  std::string local;
  std::vector<std::string> variables;
  DirectionFlags directions;
  HookOption hook;
  bool kernel = false;
  bool count = false;
  bool json = false;
  bool strict = false;
};

struct Judge {
  CaptureFlows flows;
  /// Nothing where there is no way to judge the packet.
  std::function<Expected<std::optional<bool>>(const Packet&, const CapturedPacket&)> verdict;
};

Expected<Judge> judge_by_evaluator(const Request& request, const Filter& filter,
                                   CaptureFlows flows) {
  auto started = with_variables(request.variables, filter);
  if (!started) return std::move(started).error();
  return Judge{.flows = std::move(flows),
               .verdict = [filter = *std::move(started)](const Packet& packet,
                                                         const CapturedPacket&) {
                 return Expected<std::optional<bool>>(evaluate(filter.checked(), packet));
               }};
}

Expected<Judge> judge_by_loading(const Request& request, const Object& object, CaptureFlows flows) {
  auto assignments = parse_assignments(request.variables);
  if (!assignments) return std::move(assignments).error();
  auto loaded = runtime::load(object, {.variables = *std::move(assignments)});
  if (!loaded) return std::move(loaded).error();
  auto filter = std::make_shared<const runtime::LoadedObject>(*std::move(loaded));
  return Judge{.flows = std::move(flows),
               .verdict = [filter](const Packet& packet, const CapturedPacket& captured) {
                 const auto* program =
                     filter->program(packet.context.ingress ? runtime::Direction::ingress
                                                            : runtime::Direction::egress);
                 if (program == nullptr) return Expected<std::optional<bool>>(true);
                 return judge_by_kernel(*program, captured);
               }};
}

std::string_view verdict_text(std::optional<bool> verdict) {
  if (!verdict) return "?";
  return *verdict ? "pass" : "drop";
}

std::string cut_text(const JudgedPacket& packet) {
  if (packet.bytes >= packet.wire_bytes) return {};
  return fmt::format(" (cut: {} of {} bytes)", packet.bytes, packet.wire_bytes);
}

void show(Terminal& terminal, const JudgedPacket& packet) {
  terminal.out("{:>6} {}  {}{}\n", packet.number, verdict_text(packet.verdict), packet.description,
               cut_text(packet));
}

/// Judges each packet and hands it on.
Expected<PacketCounts> judge_all(CaptureFile& file, Judge& judge,
                                 const std::function<void(JudgedPacket)>& take) {
  PacketCounts counts;
  for (std::size_t number = 1;; ++number) {
    const auto captured = file.next();
    if (!captured) return captured.error();
    if (!*captured) return counts;
    const Packet packet = judge.flows.meet(**captured);
    const auto verdict = judge.verdict(packet, **captured);
    if (!verdict) return verdict.error();
    if (*verdict && **verdict) judge.flows.remember(packet, **captured);
    JudgedPacket judged{.number = number,
                        .verdict = *verdict,
                        .description = describe(packet, **captured),
                        .bytes = (*captured)->bytes.size(),
                        .wire_bytes = (*captured)->wire_bytes};
    counts.add(judged);
    take(std::move(judged));
  }
}

int report(Terminal& terminal, const PacketCounts& counts) {
  if (counts.cut != 0)
    terminal.warn(
        fmt::format("the capture has cut {} packets; they were judged as they are", counts.cut));
  if (counts.unjudged == 0) return static_cast<int>(ExitCode::ok);
  return terminal.fail(ExitCode::unavailable,
                       fmt::format("the kernel cannot run {} of the packets", counts.unjudged),
                       "leave out `--kernel`: there they are too long, or hold nothing");
}

// Reads and compiles the filter. A status where that failed.
std::variant<Judge, int> make_judge(const Request& request, Terminal& terminal) {
  const auto text = read_filter(request.source);
  if (!text) return terminal.fail(text.error());
  const Hook hook = *request.hook.hook();
  const auto filter = check_source(terminal, *text, request.strict, hook);
  if (!filter) return static_cast<int>(ExitCode::bad_data);
  auto flows = CaptureFlows::of(terminal, *filter, request.local, request.directions);
  if (const int* status = std::get_if<int>(&flows)) return *status;
  auto& known = std::get<CaptureFlows>(flows);
  std::optional<Expected<Judge>> judge;
  if (request.kernel) {
    // What there is to say of the filter was said.
    CompileOptions options{.hook = hook, .load_source = set_file_loader(text->name)};
    if (request.directions.any())
      options.direction = request.directions.ingress ? Direction::ingress : Direction::egress;
    if (filter->asks_for_flows() || (!request.local.empty() && !filter->has_parts()))
      options.direction = Direction::both;
    const CompileResult object = compile(text->text, options);
    if (!object.object) return compile_source(terminal, *text, options).status;
    judge = judge_by_loading(request, *object.object, std::move(known));
  } else {
    judge = judge_by_evaluator(request, *filter, std::move(known));
  }
  if (!*judge) return terminal.fail(judge->error());
  return **std::move(judge);
}

int run(const Request& request, Terminal& terminal) {
  auto judge = make_judge(request, terminal);
  if (const int* status = std::get_if<int>(&judge)) return *status;
  auto file = CaptureFile::open(request.capture, *request.hook.hook());
  if (!file) return terminal.fail(file.error());
  std::vector<JudgedPacket> judged;
  const auto counts = judge_all(*file, std::get<Judge>(judge), [&](JudgedPacket packet) {
    if (request.count) return;
    if (request.json)
      judged.push_back(std::move(packet));
    else
      show(terminal, packet);
  });
  if (!counts) return terminal.fail(counts.error());
  std::get<Judge>(judge).flows.warn(terminal);
  if (request.json)
    show_json(terminal, request.count ? std::nullopt : std::optional(std::move(judged)), *counts);
  else if (request.count)
    terminal.out("passed {}\ndropped {}\n", counts->passed, counts->dropped);
  return report(terminal, *counts);
}

}  // namespace

int test_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  line.option("-f,--file", request.source.file, "read the filter from FILE, `-` is stdin", "FILE");
  line.options("--var", request.variables, "give a live variable this value", "NAME=VALUE");
  request.directions.add_for_packets(line);
  request.hook.add_to(line);
  line.option("--local", request.local, "addresses of this end: they tell what was sent", "SET");
  line.flag("--kernel", request.kernel, "have the kernel judge, by BPF_PROG_TEST_RUN");
  line.flag("--count", request.count, "print the numbers alone");
  line.flag("--json", request.json, "print one JSON object");
  line.flag("--strict", request.strict, "treat warnings as errors");
  if (const auto done = line.parse(1, 2)) return *done;

  if (const auto wrong = request.directions.refuse_both(line)) return *wrong;
  if (const auto wrong = request.hook.refuse_for_packets(line, request.directions, request.local))
    return *wrong;

  const auto& words = line.words();
  request.capture = words.back();
  if (words.size() == 2) request.source.argument = words.front();
  if (words.size() == 1 && request.source.file.empty())
    return line.usage_error("a filter and a capture file are needed");
  return run(request, call.terminal);
}

}  // namespace fwc::cli
