// SPDX-License-Identifier: MIT
// `fwc explain FILTER PACKET`: the verdict, and below it the filter as it was written, with the
// value of each part.
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/capture_flows.h"
#include "cli/explain.h"
#include "cli/packet_description.h"
#include "cli/packet_text.h"
#include "cli/variable_values.h"
#include "compiler/diagnostics/utf8.h"
#include "compiler/eval/trace.h"
#include "grammar/parse.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;
using runtime::Error;
using runtime::Expected;

// --- the packet ---

// The number at the end of `FILE:N`; nothing where there is none.
std::optional<std::size_t> frame_number(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// Written out, and not a frame of a capture.
bool is_described(const std::string& text) {
  return text.find(" > ") != std::string::npos;
}

/// What goes before the packet, for a filter that asks for flows.
using Before = std::function<void(const CapturedPacket&)>;

Expected<CapturedPacket> read_frame(const std::string& path, std::size_t number, Hook hook,
                                    const Before& before) {
  if (number == 0)
    return Error{.kind = Error::Kind::usage, .message = "the frames of a capture count from 1"};
  auto file = CaptureFile::open(path, hook);
  if (!file) return file.error();
  for (std::size_t i = 1;; ++i) {
    auto packet = file->next();
    if (!packet) return packet.error();
    if (!*packet)
      return Error{.kind = Error::Kind::no_input,
                   .message = fmt::format("`{}` has no frame {}", path, number),
                   .hint = fmt::format("its last is {}", i - 1)};
    if (i == number) return **std::move(packet);
    before(**packet);
  }
}

Expected<CapturedPacket> read_packet(const std::string& text, Hook hook, const Before& before) {
  if (is_described(text)) return describe_packet(text, hook);
  if (const auto number = frame_number(text))
    return read_frame(text.substr(0, text.rfind(':')), *number, hook, before);
  return Error{.kind = Error::Kind::usage,
               .message = fmt::format("`{}` is not a packet", text),
               .hint =
                   "name a frame, `capture.pcap:3`, or write one like "
                   "`udp 10.0.0.1:5000 > 8.8.8.8:53`"};
}

// --- what is shown ---

struct TracedRule {
  const Rule* rule;
  TracedPart condition;
  bool decided;
};

struct Verdict {
  CapturedPacket packet;
  std::string packet_text;
  bool ingress = false;  ///< received, else sent
  Decision decision;
  std::vector<TracedRule> rules;  ///< those that were asked; none of a malformed packet
};

std::string_view to_string(bool passes) {
  return passes ? "pass" : "drop";
}

std::string value_text(const TracedPart& part) {
  if (!part.value) return "absent";
  if (const auto* address = std::get_if<Address>(&*part.value)) return to_string(*address);
  const std::int64_t number = std::get<std::int64_t>(*part.value);
  if (part.type == Type::boolean) return number != 0 ? "true" : "false";
  if (part.type == Type::mac) return mac_text(static_cast<std::uint64_t>(number));
  return std::to_string(number);
}

// As it was written, on one line and without comments.
std::string source_text(const CheckedFilter& filter, Span span) {
  const std::string text = filter.text.substr(span.begin, span.end - span.begin);
  if (text.find_first_of("\n\r\t#/") == std::string::npos) return text;
  const auto tree = parse(text);
  const auto* parsed = std::get_if<ast::Filter>(&tree);
  return parsed == nullptr ? text : print(*parsed);
}

struct Line {
  std::string text;
  const TracedPart* part;
  bool decided = false;
};

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += character_at(text, at).bytes) ++count;
  return count;
}

// A part longer than a line is cut; its own parts follow below it.
std::string shortened(std::string text, std::size_t width) {
  if (columns(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t i = 0; i + 1 < width; ++i) end += character_at(text, end).bytes;
  return text.substr(0, end) + "…";
}

void add_lines(const CheckedFilter& filter, const TracedPart& part, std::size_t level,
               std::vector<Line>& lines) {
  constexpr std::size_t kMost = 72;
  constexpr std::size_t kLeast = 24;
  const std::size_t indent = 2 * level;
  const std::size_t width = indent + kLeast < kMost ? kMost - indent : kLeast;
  lines.push_back(
      {std::string(indent, ' ') + shortened(source_text(filter, part.span), width), &part});
  for (const TracedPart& below : part.parts) add_lines(filter, below, level + 1, lines);
}

/// `drop blocklist: ` before the condition of a rule; nothing before an expression.
std::string rule_head(const CheckedFilter& filter, const Rule& rule) {
  if (filter.is_expression) return {};
  const std::string action(name(rule.action));
  return rule.name.empty() ? action + " " : action + " " + rule.name + ": ";
}

std::vector<Line> lines_of(const CheckedFilter& filter, const Verdict& verdict) {
  std::vector<Line> lines;
  for (const TracedRule& traced : verdict.rules) {
    const std::size_t first = lines.size();
    add_lines(filter, traced.condition, 1, lines);
    lines[first].text.insert(2, rule_head(filter, *traced.rule));
    for (std::size_t i = first; i < lines.size(); ++i)
      lines[i].decided = traced.decided && lines[i].part->decided;
  }
  return lines;
}

/// What is said where no rule decided.
std::string without_rule(const CheckedFilter& filter, const Decision& decision) {
  switch (decision.decider) {
    case Decider::malformed:
      return "  its headers do not fit in it, so it is dropped whatever the filter says\n";
    case Decider::unfiltered:
      return "  the filter has no part for its direction, so it is forwarded\n";
    case Decider::by_default:
    case Decider::by_default_of_fragments:
      if (filter.is_expression) return {};
      return fmt::format(
          "  default {}  <- decided{}\n", decision.forwards ? "allow" : "drop",
          decision.decider == Decider::by_default ? "" : ", for a later fragment has no ports");
    case Decider::rule: break;
  }
  return {};
}

void show_text(Terminal& terminal, const CheckedFilter& filter, const Verdict& verdict) {
  const std::string_view direction = verdict.ingress ? "ingress" : "egress";
  terminal.out("{}  {}{}\n", to_string(verdict.decision.forwards), verdict.packet_text,
               filter.has_parts ? fmt::format(" ({})", direction) : "");
  const std::vector<Line> lines = lines_of(filter, verdict);
  std::size_t widest = 0;
  for (const Line& line : lines) widest = std::max(widest, columns(line.text));
  for (const Line& line : lines)
    terminal.out("{}{}  {}{}\n", line.text, std::string(widest - columns(line.text), ' '),
                 value_text(*line.part), line.decided ? "  <- decided" : "");
  terminal.write(without_rule(filter, verdict.decision));
}

ordered_json value_json(const TracedPart& part) {
  if (!part.value) return nullptr;
  if (const auto* address = std::get_if<Address>(&*part.value)) return to_string(*address);
  const std::int64_t number = std::get<std::int64_t>(*part.value);
  if (part.type == Type::boolean) return number != 0;
  if (part.type == Type::mac) return mac_text(static_cast<std::uint64_t>(number));
  return number;
}

ordered_json to_json(const CheckedFilter& filter, const TracedPart& part) {
  ordered_json parts = ordered_json::array();
  for (const TracedPart& below : part.parts) parts.push_back(to_json(filter, below));
  return {{"source", source_text(filter, part.span)},
          {"offset", part.span.begin},
          {"type", name(part.type)},
          {"value", value_json(part)},
          {"decided", part.decided},
          {"parts", std::move(parts)}};
}

ordered_json to_json(const CheckedFilter& filter, const TracedRule& traced) {
  return {{"action", name(traced.rule->action)},
          {"name", traced.rule->name},
          {"decided", traced.decided},
          {"trace", to_json(filter, traced.condition)}};
}

void show_json(Terminal& terminal, const CheckedFilter& filter, const Verdict& verdict) {
  ordered_json json = {{"verdict", to_string(verdict.decision.forwards)},
                       {"packet", verdict.packet_text},
                       {"direction", verdict.ingress ? "ingress" : "egress"},
                       {"malformed", verdict.decision.decider == Decider::malformed}};
  if (filter.is_expression) {
    json["trace"] =
        verdict.rules.empty() ? ordered_json() : to_json(filter, verdict.rules.front().condition);
  } else {
    json["rules"] = ordered_json::array();
    for (const TracedRule& traced : verdict.rules) json["rules"].push_back(to_json(filter, traced));
    json["by_default"] = verdict.decision.decider == Decider::by_default ||
                         verdict.decision.decider == Decider::by_default_of_fragments;
  }
  terminal.write(json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

Verdict judge(const CheckedFilter& filter, CapturedPacket captured, CaptureFlows& flows) {
  Verdict verdict{.packet = std::move(captured),
                  .packet_text = {},
                  .ingress = false,
                  .decision = {},
                  .rules = {}};
  const Packet packet = flows.meet(verdict.packet);
  verdict.ingress = packet.context.ingress;
  verdict.packet_text = describe(packet, verdict.packet);
  verdict.decision = decide(filter, packet);
  const std::optional<Policy>& policy = filter.policy(verdict.ingress);
  if (!policy || verdict.decision.decider == Decider::malformed) return verdict;
  const bool by_rule = verdict.decision.decider == Decider::rule;
  const std::size_t asked = by_rule ? verdict.decision.rule + 1 : policy->rules.size();
  for (std::size_t i = 0; i < asked; ++i) {
    const Rule& rule = policy->rules[i];
    const bool decided = filter.is_expression || (by_rule && i == verdict.decision.rule);
    verdict.rules.push_back(
        {.rule = &rule, .condition = trace(filter, rule.condition, packet), .decided = decided});
  }
  return verdict;
}

}  // namespace

int explain_verdict(Terminal& terminal, const VerdictRequest& request) {
  const auto text = read_filter(request.source);
  if (!text) return terminal.fail(text.error());
  const Hook hook = *request.hook.hook();
  const auto checked = check_source(terminal, *text, request.strict, hook);
  if (!checked) return static_cast<int>(ExitCode::bad_data);
  const auto filter = with_variables(request.variables, *checked);
  if (!filter) return terminal.fail(filter.error());
  auto flows = CaptureFlows::of(terminal, *filter, request.local, request.directions);
  if (const int* status = std::get_if<int>(&flows)) return *status;
  auto& known = std::get<CaptureFlows>(flows);
  auto packet = read_packet(request.packet, hook, [&](const CapturedPacket& earlier) {
    const Packet met = known.meet(earlier);
    if (evaluate(filter->checked(), met)) known.remember(met, earlier);
  });
  if (!packet) return terminal.fail(packet.error());
  if (packet->cut())
    terminal.warn(
        fmt::format("the capture has cut the packet, {} of {} bytes; it is judged as it is",
                    packet->bytes.size(), packet->wire_bytes));
  const Verdict verdict = judge(filter->checked(), *std::move(packet), known);
  if (!is_described(request.packet)) known.warn(terminal);
  (request.json ? show_json : show_text)(terminal, filter->checked(), verdict);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
