// SPDX-License-Identifier: MIT
// Which part of a condition made a logged packet pass or be dropped; see log_clause.h.
#include "cli/log_clause.h"

#include "compiler/eval/trace.h"
#include "fwc/object.h"

namespace fwc::cli {

namespace {

using Decider = runtime::DeciderCounter::Decider;
using runtime::Direction;
using runtime::LogEvent;
using runtime::RuleAction;

constexpr std::uint32_t kUnknownOwner = 65534;

std::uint16_t ethertype_of(const LogEvent& event) {
  if (event.packet.empty()) return 0;
  const auto version = std::to_integer<unsigned>(event.packet[0]) >> 4;
  return version == 4 ? kEtherTypeIpv4 : version == 6 ? kEtherTypeIpv6 : 0;
}

Packet packet_of(const LogEvent& event) {
  Packet packet{.protocol = ethertype_of(event), .bytes = event.packet, .context = {}};
  packet.context.ingress = event.direction == Direction::ingress;
  if (event.uid != kUnknownOwner) packet.context.owner = event.uid;
  if (event.cgroup != 0) packet.context.cgroup = event.cgroup;
  return packet;
}

const TracedPart& smallest_decided(const TracedPart& part) {
  for (const TracedPart& below : part.parts) {
    const TracedPart& found = smallest_decided(below);
    if (found.decided) return found;
  }
  return part;
}

}  // namespace

ClauseFinder::ClauseFinder(const runtime::LoadedObject& filter) {
  for (const runtime::Program* program : filter.programs()) {
    const auto policy = runtime::rules(filter, program->direction());
    const bool expression = policy && policy->rules.size() == 1 &&
                            policy->rules[0].action == RuleAction::allow &&
                            policy->default_action == RuleAction::drop;
    if (expression) expressions_[program->direction()] = policy->rules[0].condition;
  }
}

std::optional<ClauseFinder::Asked> ClauseFinder::asked(const LogEvent& event) const {
  if (event.decider == nullptr || event.packet.size() < event.length) return std::nullopt;
  switch (event.decider->decider) {
    case Decider::rule: return Asked{.condition = event.decider->condition, .holds = true};
    case Decider::by_default:
    case Decider::by_default_of_fragments: break;
    case Decider::malformed:
    case Decider::earlier: return std::nullopt;
  }
  const auto expression = expressions_.find(event.direction);
  if (expression == expressions_.end()) return std::nullopt;
  return Asked{.condition = expression->second, .holds = false};
}

std::optional<Clause> ClauseFinder::find(const LogEvent& event) {
  const auto question = asked(event);
  if (!question) return std::nullopt;
  const auto [known, is_new] = parsed_.try_emplace(question->condition);
  if (is_new) known->second = parse_filter(question->condition).filter;
  if (!known->second) return std::nullopt;
  const CheckedFilter& filter = known->second->checked();
  const std::optional<Policy>& policy = filter.policy(event.direction == Direction::ingress);
  if (!policy || policy->rules.size() != 1) return std::nullopt;
  const Packet packet = packet_of(event);
  if (evaluate(filter, packet) != question->holds) return std::nullopt;
  const TracedPart whole = trace(filter, policy->rules[0].condition, packet);
  const TracedPart& decided = smallest_decided(whole);
  if (&decided == &whole || decided.type != Type::boolean || !decided.value) return std::nullopt;
  const Span span = decided.span;
  return Clause{.text = filter.text.substr(span.begin, span.end - span.begin),
                .holds = std::get<std::int64_t>(*decided.value) != 0};
}

}  // namespace fwc::cli
