// SPDX-License-Identifier: MIT
// Rules of a policy that the rules around them make superfluous. Goes down the rules with the
// packets that reach each one; a `count` decides nothing, so it takes none away.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/lints.h"
#include "compiler/check/reasoning/culprits.h"

namespace fwc {

namespace {

// So many of the rules behind one are asked whether together they do what it does.
constexpr std::size_t kMostTogether = 32;

class RuleLint {
 public:
  RuleLint(const CheckedFilter& filter, Reasoner& reasoner, Report& report)
      : filter_(filter), reasoner_(reasoner), report_(report) {}

  void run() {
    if (!filter_.has_parts) return look_at(*filter_.egress, reasoner_.everything());
    for (const bool ingress : {true, false})
      if (const auto& policy = filter_.policy(ingress))
        look_at(*policy, reasoner_.of_direction(ingress));
  }

 private:
  void look_at(const Policy& policy, const Packets& packets) {
    policy_ = &policy;
    packets_ = &packets;
    const bool decides_nothing = tell_if_all_alike();
    Facts before;
    Packets reaching = packets;
    for (std::size_t i = 0; i < policy.rules.size() && !report_.full(); ++i) {
      const Rule& rule = policy.rules[i];
      if (!reasoner_.is_possible(reaching, rule.condition, true)) {
        // A condition that is true of no packet at all is told where it is looked at for itself.
        if (reasoner_.is_possible(packets, rule.condition, true))
          tell_unreached(rule, before);
        else if (reasoner_.is_possible(reasoner_.everything(), rule.condition, true))
          report_.add(
              Code::unreachable_rule, written(rule),
              fmt::format("{} is never reached: it is for the other direction", quote(rule)),
              "leave it out");
        continue;
      }
      if (rule.action == RuleAction::count) continue;
      Packets rest = reasoner_.where(reaching, rule.condition, false);
      if (!decides_nothing && rule.name.empty())
        look_behind(i, reasoner_.where(std::move(reaching), rule.condition, true), rest);
      reaching = std::move(rest);
      before.push_back({rule.condition, false});
    }
  }

  // --- what stands before ---

  void tell_unreached(const Rule& rule, const Facts& before) {
    const std::vector<const Rule*> takers = rules_of(before, rule);
    const auto differs = [&](const Rule* taker) { return taker->action != rule.action; };
    const bool contradicts =
        rule.action != RuleAction::count && std::ranges::any_of(takers, differs);
    const std::string reason = takers.empty()
                                   ? std::string("the rules before it decide all of its packets")
                                   : fmt::format("{} {} all of its packets before", list(takers),
                                                 takers.size() == 1 ? "decides" : "decide");
    if (contradicts)
      report_.add(Code::contradicting_rule, written(rule),
                  fmt::format("{} is never reached and says the opposite: {}", quote(rule), reason),
                  "the first rule that matches decides; move this one up, or leave it out",
                  spans(takers));
    else
      report_.add(Code::unreachable_rule, written(rule),
                  fmt::format("{} is never reached: {}", quote(rule), reason), "leave it out",
                  spans(takers));
  }

  /// Few of the rules before that suffice.
  std::vector<const Rule*> rules_of(const Facts& before, const Rule& rule) {
    std::vector<const Rule*> out;
    for (const Fact& fact : find_culprits(reasoner_, *packets_, before, {rule.condition, true}))
      for (const Rule& earlier : policy_->rules) {
        if (earlier.condition != fact.condition || earlier.action == RuleAction::count) continue;
        out.push_back(&earlier);
        break;
      }
    return out;
  }

  // --- what stands behind ---

  /// Whether the packets that the rule decides would come to the same without it. A rule behind it
  /// that the rest does not reach is the one that is too many.
  void look_behind(std::size_t place, Packets packets, const Packets& rest) {
    const Rule& rule = policy_->rules[place];
    std::vector<const Rule*> alike;
    std::size_t looked_at = 0;
    for (std::size_t i = place + 1; i < policy_->rules.size(); ++i) {
      const Rule& later = policy_->rules[i];
      if (later.action == RuleAction::count) continue;
      if (later.action != rule.action) {
        if (reasoner_.is_possible(packets, later.condition, true)) return;
        continue;
      }
      if (++looked_at > kMostTogether) continue;
      if (!reasoner_.is_possible(packets, later.condition, true) ||
          !reasoner_.is_possible(rest, later.condition, true))
        continue;
      alike.push_back(&later);
      packets = reasoner_.where(std::move(packets), later.condition, false);
      if (packets.empty())
        return tell_redundant(rule, list(alike), alike.size() == 1, spans(alike));
    }
    if (policy_->default_allows == (rule.action == RuleAction::allow))
      tell_redundant(rule, "the default", true, {policy_->default_span});
  }

  void tell_redundant(const Rule& rule, const std::string& others, bool is_one,
                      std::vector<Span> because) {
    const std::string_view verb = rule.action == RuleAction::allow ? "allow" : "drop";
    report_.add(Code::redundant_rule, written(rule),
                fmt::format("{} changes nothing: {} {}{} its packets too", quote(rule), others,
                            verb, is_one ? "s" : ""),
                "leave it out, or give it a name if it is there to be counted", std::move(because));
  }

  /// A policy whose every rule does what the default does. A name is for its counters.
  bool tell_if_all_alike() {
    const bool allows = policy_->default_allows;
    std::size_t deciding = 0;
    for (const Rule& rule : policy_->rules) {
      if (rule.action == RuleAction::count) continue;
      if (!rule.name.empty() || (rule.action == RuleAction::allow) != allows) return false;
      ++deciding;
    }
    if (deciding == 0) return false;
    report_.add(allows ? Code::passes_everything : Code::drops_everything, policy_->default_span,
                fmt::format("the policy {} every packet, whatever its rules say",
                            allows ? "passes" : "drops"),
                fmt::format("write another default, or `default {};` alone if that is meant",
                            allows ? "allow" : "drop"));
    return true;
  }

  // --- words ---

  /// Without the `;`.
  Span written(const Rule& rule) const {
    Span span = rule.span;
    const auto is_end = [&](char c) { return c == ';' || c == ' ' || c == '\n' || c == '\t'; };
    while (span.end > span.begin && is_end(filter_.text[span.end - 1])) --span.end;
    return span;
  }

  std::string quote(const Rule& rule) const { return report_.quote(written(rule)); }

  std::string list(const std::vector<const Rule*>& rules) const {
    std::string out;
    for (std::size_t i = 0; i < rules.size(); ++i)
      out += fmt::format("{}{}",
                         i == 0                  ? ""
                         : i + 1 == rules.size() ? " and "
                                                 : ", ",
                         quote(*rules[i]));
    return out;
  }

  std::vector<Span> spans(const std::vector<const Rule*>& rules) const {
    std::vector<Span> out;
    for (const Rule* rule : rules) out.push_back(written(*rule));
    return out;
  }

  const CheckedFilter& filter_;
  Reasoner& reasoner_;
  Report& report_;
  const Policy* policy_ = nullptr;
  const Packets* packets_ = nullptr;  ///< those that the policy sees
};

}  // namespace

void lint_rules(const CheckedFilter& filter, Reasoner& reasoner, Report& report) {
  if (!filter.is_expression) RuleLint(filter, reasoner, report).run();
}

}  // namespace fwc
