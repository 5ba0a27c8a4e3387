// SPDX-License-Identifier: MIT
// The engine behind the warnings is sound: what it takes for impossible is true of no packet, and a
// clause that is said to change nothing changes no verdict. Random filters and packets.
#include <gtest/gtest.h>

#include <cstdlib>

#include "compiler/check/reasoning/culprits.h"
#include "compiler/diagnostics/codes.h"
#include "compiler/eval/evaluate.h"
#include "fwc/compile.h"
#include "tests/harness/corpus.h"
#include "tests/harness/expression.h"

namespace fwc {
namespace {

using test::Dice;
using test::TestPacket;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

std::vector<TestPacket> some_packets(Dice& dice, std::size_t count) {
  static const std::vector<TestPacket> corpus = test::packet_corpus();
  std::vector<TestPacket> packets;
  for (std::size_t i = 0; i < count; ++i)
    packets.push_back(dice.one_in(3) ? dice.of(corpus) : test::random_packet(dice));
  return packets;
}

class Reasoning : public testing::Test {
 protected:
  Dice dice_{from_environment("FWC_SEED", 20190803)};
  std::vector<TestPacket> packets_ = some_packets(dice_, 400);
};

bool holds(const CheckedFilter& filter, NodeId id, const TestPacket& packet) {
  const NodeValue value = evaluate_node(filter, id, packet.view());
  return value && std::get<std::int64_t>(*value) != 0;
}

std::string describe(const CheckedFilter& filter, const Facts& facts) {
  std::string out = filter.text + "\n";
  for (const Fact& fact : facts) {
    const Span span = filter.at(fact.condition).span;
    out += (fact.holds ? "true:  " : "false: ") +
           filter.text.substr(span.begin, span.end - span.begin) + "\n";
  }
  return out;
}

/// Some conditions of the filter, as they come out of one packet or the other.
Facts random_facts(Dice& dice, const CheckedFilter& filter) {
  Facts facts;
  for (int tries = 0; tries < 12 && facts.size() < 4; ++tries) {
    const auto id = static_cast<NodeId>(dice.below(filter.nodes.size()));
    if (filter.at(id).type == Type::boolean) facts.push_back({id, dice.one_in(2)});
  }
  return facts;
}

TEST_F(Reasoning, WhatIsImpossibleIsTrueOfNoPacket) {
  std::size_t impossible = 0;
  for (std::uint64_t i = from_environment("FWC_EXPRESSIONS", 1500); i > 0; --i) {
    const std::string text = test::random_filter(dice_).text();
    const ParseResult parsed = parse_filter(text);
    if (!parsed.filter) continue;
    const CheckedFilter& filter = parsed.filter->checked();
    Reasoner reasoner(filter);
    for (int n = 0; n < 6; ++n) {
      const Facts facts = random_facts(dice_, filter);
      if (!where(reasoner, reasoner.everything(), facts).empty()) continue;
      ++impossible;
      for (const TestPacket& packet : packets_) {
        if (evaluate_node(filter, filter.expression(), packet.view()) == std::nullopt)
          continue;  // malformed
        const bool all = std::ranges::all_of(facts, [&](const Fact& fact) {
          return holds(filter, fact.condition, packet) == fact.holds;
        });
        ASSERT_FALSE(all) << describe(filter, facts) << testing::PrintToString(packet);
      }
    }
  }
  EXPECT_GT(impossible, 100U) << "the test tests nothing";
}

/// The filter with another text in the place of the clause.
std::string with_clause(const std::string& text, const Diagnostic& d, std::string_view other) {
  return text.substr(0, d.offset) + "(" + std::string(other) + ")" +
         text.substr(d.offset + d.length);
}

/// An element of a set cannot be true or false; the one that holds it takes its place.
std::string with_element_left_out(const std::string& text, const Diagnostic& d) {
  if (d.because.empty()) return {};
  return text.substr(0, d.offset) + text.substr(d.because[0].offset, d.because[0].length) +
         text.substr(d.offset + d.length);
}

/// Whether the clause is said to come out so; nothing for messages of another kind.
std::vector<std::string_view> said_to_be(const Diagnostic& d) {
  // What is decided by the range of a field alone is told of packets that have the field.
  if (d.message.find(": `") != std::string::npos) return {};
  if (d.message.starts_with("the policy")) return {};  // below
  if (d.code == row(Code::always_true).name) return {"true"};
  if (d.code == row(Code::always_false).name) return {"false"};
  if (d.code == row(Code::drops_everything).name) return {"false"};
  if (d.code == row(Code::passes_everything).name) return {"true"};
  if (d.code == row(Code::covered_clause).name) return {"true", "false"};
  return {};
}

bool same_verdicts(const CheckedFilter& a, const CheckedFilter& b,
                   const std::vector<TestPacket>& packets) {
  return std::ranges::all_of(packets, [&](const TestPacket& packet) {
    return evaluate(a, packet.view()) == evaluate(b, packet.view());
  });
}

TEST_F(Reasoning, WhatIsSaidToChangeNothingChangesNothing) {
  std::size_t told = 0;
  for (std::uint64_t i = from_environment("FWC_EXPRESSIONS", 1500); i > 0; --i) {
    const test::RandomFilter random = test::random_filter(dice_);
    const std::string text = random.text();
    std::size_t declared = 0;
    for (const std::string& declaration : random.declarations) declared += declaration.size() + 1;
    const ParseResult parsed = parse_filter(text);
    if (!parsed.filter) continue;
    for (const Diagnostic& d : parsed.diagnostics) {
      const auto outcomes = said_to_be(d);
      // Another text in a definition changes each of its uses, of which one was spoken of.
      if (outcomes.empty() || d.offset < declared) continue;
      ++told;
      std::vector<std::string> others = {with_element_left_out(text, d)};
      for (const std::string_view outcome : outcomes)
        others.push_back(with_clause(text, d, outcome));
      const bool one_is_the_same = std::ranges::any_of(others, [&](const std::string& other) {
        const ParseResult changed = parse_filter(other);
        return changed.filter &&
               same_verdicts(parsed.filter->checked(), changed.filter->checked(), packets_);
      });
      ASSERT_TRUE(one_is_the_same) << render(d, text, "random", false, 400);
    }
  }
  EXPECT_GT(told, 100U) << "the test tests nothing";
}

// --- rules ---

/// A policy whose rules have to do with each other: copies, parts and unions of conditions.
test::RandomFilter random_policy(Dice& dice) {
  test::RandomFilter policy = test::random_filter(dice);
  while (policy.otherwise.empty()) policy = test::random_filter(dice);
  const auto parenthesized = [](const test::Expression& condition) {
    return "(" + condition.text() + ")";
  };
  for (std::size_t n = 1 + dice.below(4); n > 0; --n) {
    const auto& one = policy.rules[dice.below(policy.rules.size())].condition;
    const auto& other = policy.rules[dice.below(policy.rules.size())].condition;
    const std::string joined[] = {parenthesized(one),
                                  "!" + parenthesized(one),
                                  parenthesized(one) + " && " + parenthesized(other),
                                  parenthesized(one) + " || " + parenthesized(other),
                                  "tcp",
                                  "udp && dst_port == 53",
                                  "ingress && tcp"};
    const std::string actions[] = {"allow", "drop", "count", "allow r" + std::to_string(n) + ":"};
    test::RandomRule rule{.head = actions[dice.below(4)], .condition = {}};
    rule.condition.head = joined[dice.below(7)];
    const auto place = static_cast<std::ptrdiff_t>(dice.below(policy.rules.size() + 1));
    policy.rules.insert(policy.rules.begin() + place, std::move(rule));
  }
  return policy;
}

std::optional<std::size_t> rule_at(const Policy& policy, std::uint32_t offset) {
  for (std::size_t i = 0; i < policy.rules.size(); ++i)
    if (policy.rules[i].span.begin == offset) return i;
  return std::nullopt;
}

Decision decision(const CheckedFilter& filter, const TestPacket& packet, bool ingress) {
  Packet view = packet.view();
  view.context.ingress = ingress;
  return decide(filter, view);
}

void expect_never_reached(const CheckedFilter& filter, std::size_t rule,
                          const std::vector<TestPacket>& packets, const std::string& message) {
  for (const TestPacket& packet : packets)
    for (const bool ingress : {false, true}) {
      if (!filter.policy(ingress)) continue;
      const Decision found = decision(filter, packet, ingress);
      ASSERT_FALSE(found.decider == Decider::rule && found.rule == rule) << message;
      ASSERT_EQ(std::ranges::find(found.counted, rule), found.counted.end()) << message;
    }
}

void expect_same_without(const CheckedFilter& filter, const Diagnostic& d,
                         const std::vector<TestPacket>& packets, const std::string& message) {
  std::string text = filter.text;
  const std::size_t end = text.find(';', d.offset + d.length);
  const ParseResult without = parse_filter(text.erase(d.offset, end + 1 - d.offset));
  ASSERT_TRUE(without.filter) << message;
  for (const TestPacket& packet : packets)
    for (const bool ingress : {false, true})
      ASSERT_EQ(decision(filter, packet, ingress).forwards,
                decision(without.filter->checked(), packet, ingress).forwards)
          << message << testing::PrintToString(packet);
}

TEST_F(Reasoning, WhatIsSaidOfRulesIsTrue) {
  std::size_t unreached = 0;
  std::size_t redundant = 0;
  for (std::uint64_t i = from_environment("FWC_EXPRESSIONS", 1500) / 2; i > 0; --i) {
    const std::string text = random_policy(dice_).text();
    const ParseResult parsed = parse_filter(text);
    if (!parsed.filter) continue;
    const CheckedFilter& filter = parsed.filter->checked();
    for (const Diagnostic& d : parsed.diagnostics) {
      const std::string message = render(d, text, "random", false, 400);
      const auto rule = rule_at(*filter.egress, d.offset);
      if (d.code == row(Code::unreachable_rule).name ||
          d.code == row(Code::contradicting_rule).name) {
        ++unreached;
        ASSERT_TRUE(rule) << message;
        expect_never_reached(filter, *rule, packets_, message);
      } else if (d.code == row(Code::redundant_rule).name) {
        ++redundant;
        expect_same_without(filter, d, packets_, message);
      } else if (d.message.starts_with("the policy")) {
        for (const TestPacket& packet : packets_) {
          const Decision found = decision(filter, packet, false);
          ASSERT_TRUE(found.decider == Decider::malformed ||
                      found.forwards == (d.code == row(Code::passes_everything).name))
              << message;
        }
      }
    }
  }
  EXPECT_GT(unreached, 100U) << "the test tests nothing";
  EXPECT_GT(redundant, 50U) << "the test tests nothing";
}

TEST_F(Reasoning, TheDirectionOfAPartIsKnown) {
  const ParseResult covered = parse_filter(
      "ingress { drop ingress && tcp; allow tcp; default drop; } egress { default drop; }");
  ASSERT_EQ(covered.diagnostics.size(), 1U);
  EXPECT_EQ(covered.diagnostics[0].code, "contradicting-rule");
}

}  // namespace
}  // namespace fwc
