// SPDX-License-Identifier: MIT
// Grouped clauses in the kernel against the evaluator, which walks the tree as written; and what
// long filters cost.
#include <gtest/gtest.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <set>

#include "compiler/eval/evaluate.h"
#include "compiler/plan/alternatives.h"
#include "tests/harness/corpus.h"
#include "tests/harness/kernel_runner.h"
#include "tests/sets/clauses.h"

namespace fwc::test {
namespace {

struct Both {
  Filter filter;
  KernelProgram program;
};

std::optional<Both> make(const std::string& text, const CompileOptions& options = {}) {
  ParseResult parsed = parse_filter(text);
  CompileResult compiled = compile(text, options);
  if (!parsed.filter || !compiled.object) {
    for (const Diagnostic& d : compiled.diagnostics)
      if (d.error) ADD_FAILURE() << render(d, text, "clauses");
    return std::nullopt;
  }
  auto loaded = KernelProgram::load(compiled.object->bytes, Direction::egress);
  if (const auto* log = std::get_if<std::string>(&loaded)) {
    ADD_FAILURE() << text << "\n" << *log;
    return std::nullopt;
  }
  return Both{*parsed.filter, std::move(std::get<KernelProgram>(loaded))};
}

/// FWC_SEED and FWC_EXPRESSIONS set the seed and the size of a run.
std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::strtoull(value, nullptr, 0) : otherwise;
}

/// Whether a long chain of the filter is classified.
bool has_classifier(const CheckedFilter& filter) {
  return std::ranges::any_of(filter.nodes, [&](const Node& node) {
    const auto* logical = std::get_if<Logical>(&node.value);
    if (logical == nullptr) return false;
    std::vector<NodeId> operands = logical->operands;
    if (logical->op == LogicalOp::all)
      for (NodeId& id : operands)
        if (const auto* negation = std::get_if<Not>(&filter.at(id).value)) id = negation->operand;
    return std::ranges::any_of(plan::group(filter, operands), [](const plan::Alternative& each) {
      return std::holds_alternative<plan::Classifier>(each);
    });
  });
}

TEST(Clauses, AgreeWithTheEvaluator) {
  FWC_NEEDS_KERNEL();
  Dice dice(from_environment("FWC_SEED", 20261126));
  const std::uint64_t rounds = from_environment("FWC_EXPRESSIONS", 60);
  const std::vector<TestPacket> corpus = packet_corpus();
  std::size_t passed = 0;
  std::size_t all = 0;
  std::size_t classifiers = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::string text = random_clauses(dice, 2 + dice.below(round % 6 == 0 ? 700 : 40));
    const auto both = make(text);
    ASSERT_TRUE(both.has_value());
    classifiers += has_classifier(both->filter.checked());
    for (int i = 0; i < 150; ++i) {
      const TestPacket packet = dice.one_in(4) ? dice.of(corpus) : random_packet(dice);
      if (!is_runnable(packet.view())) continue;
      const bool expected = evaluate(both->filter.checked(), packet.view());
      ++all;
      passed += expected;
      ASSERT_EQ(both->program.run(packet.view()), expected) << text << "\n"
                                                            << testing::PrintToString(packet);
    }
  }
  EXPECT_GT(passed * 10, all);
  EXPECT_LT(passed * 10, all * 9);
  EXPECT_GE(classifiers, rounds / 15);
}

/// Packets by the rule that decided or counted; those by none stand behind.
std::vector<std::uint64_t> counts_of(const KernelProgram& program, std::size_t rules) {
  constexpr std::uint32_t kFirst = 3;  // behind those of no rule
  const auto cpus = static_cast<std::size_t>(libbpf_num_possible_cpus());
  std::vector<std::uint64_t> counts(rules);
  for (std::size_t rule = 0; rule < rules; ++rule) {
    const std::uint32_t key = kFirst + static_cast<std::uint32_t>(rule);
    std::vector<std::uint64_t> values(2 * cpus);
    EXPECT_EQ(bpf_map_lookup_elem(program.map("counters"), &key, values.data()), 0);
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) counts[rule] += values[2 * cpu];
  }
  return counts;
}

/// The rules that follow each other are classified together, so that the first that holds decides
/// and is the one that is counted.
TEST(Rules, DecideAsTheEvaluatorSays) {
  FWC_NEEDS_KERNEL();
  Dice dice(from_environment("FWC_SEED", 20261127));
  const std::uint64_t rounds = from_environment("FWC_EXPRESSIONS", 24);
  const std::vector<TestPacket> corpus = packet_corpus();
  std::size_t runs = 0;
  std::set<std::size_t> deciders;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::string text = random_rules(dice, 40 + dice.below(round % 4 == 0 ? 500 : 120));
    const auto plain = make(text);
    const auto counted = make(text, {.counters = true});
    ASSERT_TRUE(plain && counted);
    const CheckedFilter& filter = plain->filter.checked();
    const std::vector<Rule>& rules = filter.egress->rules;
    std::vector<std::size_t> all(rules.size());
    std::iota(all.begin(), all.end(), 0);
    for (const plan::Step& step : plan::steps_of(filter, *filter.egress, all))
      runs += std::holds_alternative<plan::RuleRun>(step);
    std::vector<std::uint64_t> expected(rules.size());
    for (int i = 0; i < 150; ++i) {
      const TestPacket packet = dice.one_in(4) ? dice.of(corpus) : random_packet(dice);
      if (!is_runnable(packet.view())) continue;
      const Decision decision = decide(filter, packet.view());
      if (decision.decider == Decider::rule) ++expected[decision.rule];
      if (decision.decider == Decider::rule) deciders.insert(decision.rule);
      for (const std::size_t rule : decision.counted) ++expected[rule];
      for (const Both* each : {&*plain, &*counted})
        ASSERT_EQ(each->program.run(packet.view()), decision.forwards)
            << text << "\n"
            << testing::PrintToString(packet);
    }
    EXPECT_EQ(counts_of(counted->program, rules.size()), expected) << text;
  }
  EXPECT_GE(runs, rounds / 2);
  EXPECT_GE(deciders.size(), 30u);
}

/// The largest number has none after it, and is a key like others.
TEST(Clauses, MayAskForTheLargestNumber) {
  FWC_NEEDS_KERNEL();
  std::string text = "udp";
  for (int i = 0; i < 12; ++i)
    text += " || cookie == " + std::to_string(9223372036854775807 - i) + " && src_ip in 10.0." +
            std::to_string(i) + ".0/24";
  const auto both = make(text);
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->program.run(TestPacket(Ipv4{} / Udp{}).view()), 1);
}

/// No vector stands for a rule that asks nothing.
TEST(Rules, MayAskNothing) {
  FWC_NEEDS_KERNEL();
  for (const char* first : {"drop true;\n", "allow true;\n", "allow false;\n"}) {
    std::string text = first;
    for (int i = 0; i < 60; ++i) text += i % 2 == 0 ? "allow true;\n" : "drop true;\n";
    const auto both = make(text + "default drop;", {.counters = true});
    ASSERT_TRUE(both.has_value());
    EXPECT_EQ(both->program.run(TestPacket(Ipv4{} / Udp{}).view()), *first == 'a');
    const std::vector<std::uint64_t> counts = counts_of(both->program, 61);
    EXPECT_EQ(counts[text.starts_with("allow false") ? 1 : 0], 1u);
  }
}

/// Both directions share the tables of a chain, and take the fields of their own ends.
TEST(Clauses, MayAskForEitherEnd) {
  FWC_NEEDS_KERNEL();
  std::string text = "established";
  for (int i = 0; i < 60; ++i)
    text += " || ((egress || ttl < 9) && local_port == " + std::to_string(100 + i) +
            " && remote_port < " + std::to_string(200 + i) + " && len < " +
            std::to_string(999 + i) + ")";
  const auto both = make(text);
  ASSERT_TRUE(both.has_value());
  EXPECT_TRUE(has_classifier(both->filter.checked()));
  Ipv4 ip;
  for (const std::uint8_t ttl : {8, 9}) {
    ip.ttl = ttl;
    const TestPacket sent(ip / Udp{.src_port = 130, .dst_port = 229});
    const TestPacket received(ip / Udp{.src_port = 229, .dst_port = 130});
    EXPECT_EQ(both->program.run(received.view(), Direction::egress), 0);
    EXPECT_EQ(both->program.run(sent.view(), Direction::ingress), 0);
    EXPECT_EQ(both->program.run(received.view(), Direction::ingress), ttl == 8 ? 1 : 0);
    EXPECT_EQ(both->program.run(sent.view(), Direction::egress), 1);
  }
}

/// `src_port != 5` holds for a packet without ports, `src_port < 5` does not.
TEST(Clauses, MayHoldWithoutTheField) {
  FWC_NEEDS_KERNEL();
  std::string text = "sctp";
  for (int i = 0; i < 60; ++i) {
    const std::string ttl = " && ttl == " + std::to_string(i) + " && len > " + std::to_string(i);
    text += i % 2 == 0 ? " || (src_port != 5 && src_ip not in {10.0.0.0/8}" + ttl + ")"
                       : " || (src_port < 5 && src_ip not in {::1}" + ttl + ")";
  }
  const auto both = make(text);
  ASSERT_TRUE(both.has_value());
  EXPECT_TRUE(has_classifier(both->filter.checked()));
  for (const std::uint8_t ttl : {8, 9}) {
    Ipv4 ip;
    ip.ttl = ttl;
    ip.src = 0xc0000201;
    EXPECT_EQ(both->program.run(TestPacket(ip / Icmp{}).view()), ttl % 2 == 0 ? 1 : 0);
    ip.src = 0x0a000001;
    EXPECT_EQ(both->program.run(TestPacket(ip / Icmp{}).view()), 0);
  }
}

/// Far below linear: the tables grow, the program does not.
TEST(Clauses, OfAThousandAreAFewLookups) {
  FWC_NEEDS_KERNEL();
  for (const auto& clauses : {port_clauses, mixed_clauses}) {
    const auto few = make(clauses(100));
    const auto many = make(clauses(1000));
    ASSERT_TRUE(few && many);
    EXPECT_LE(many->program.instructions(), few->program.instructions() + 100);
    EXPECT_LE(many->program.instructions(), 500u);
  }
}

/// `&&` over `||` is multiplied out only where the product is the smaller program.
TEST(Clauses, AreNotMultipliedWithoutBound) {
  FWC_NEEDS_KERNEL();
  const auto products = [](int count, int factors) {
    const std::array<std::string, 6> fields = {"src_port", "ttl",        "dst_port",
                                               "len",      "tcp.window", "tos"};
    std::string text = "udp";
    for (int i = 0; i < 60; ++i) {
      text += " || icmp";
      for (int factor = 0; factor < (i < count ? factors : 1); ++factor)
        text += " && (" + fields[2 * factor % 6] + " < " + std::to_string(9 * factor + i + 1) +
                " || " + fields[(2 * factor + 1) % 6] + " > " + std::to_string(factor + i) + ")";
    }
    return text;
  };
  const auto few = make(products(60, 4));
  const auto many = make(products(20, 9));
  ASSERT_TRUE(few && many);
  EXPECT_LE(few->program.instructions(), 1000u);
  EXPECT_LE(many->program.instructions(), 4500u);
}

TEST(Clauses, AreGroupedByWhatTheyAsk) {
  const auto kinds = [](const std::string& text) {
    const ParseResult parsed = parse_filter(text);
    const CheckedFilter& filter = parsed.filter->checked();
    const auto& chain = std::get<Logical>(filter.at(filter.expression()).value);
    std::string letters;
    for (const plan::Alternative& each : plan::group(filter, chain.operands))
      letters += "skcn"[each.index()];
    return letters;
  };
  EXPECT_EQ(kinds("dst_port == 1 || dst_port == 2 || dst_port in 5..9"), "s");
  EXPECT_EQ(kinds("udp && dst_port == 1 || tcp && dst_port == 2"), "nn");
  EXPECT_EQ(kinds("udp && dst_port == 1 || icmp || udp && dst_port == 2"), "sn");
  EXPECT_EQ(kinds("ttl == 1 || (ttl == 4 || len == 7) || len > 9"), "ss");
  EXPECT_EQ(kinds(mixed_clauses(20)), "kk");
  EXPECT_EQ(kinds(rule_clauses(47)), std::string(47, 'n'));
  EXPECT_EQ(kinds(rule_clauses(48)), "c");
  EXPECT_EQ(kinds(rule_clauses(3000)), "cc");
}

}  // namespace
}  // namespace fwc::test
