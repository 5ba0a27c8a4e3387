// SPDX-License-Identifier: MIT
// Evaluator against kernel on sequences of packets, both directions of one filter, which share the
// map of flows. Time passes in both alike: the evaluator's clock is put forward, and the kernel's
// flows are put back.
//
// FWC_SEED, FWC_EXPRESSIONS and FWC_PACKETS set the seed and the size of a run.
#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <sstream>

#include "compiler/eval/flow_table.h"
#include "tests/harness/corpus.h"
#include "tests/harness/expression.h"
#include "tests/harness/kernel_runner.h"

namespace fwc::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

std::uint64_t monotonic() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

/// What the flows of a filter depend on, in the kernel.
struct FlowKey {
  std::array<std::uint64_t, 5> words;
};
struct FlowValue {
  std::uint64_t last;
  std::uint64_t flags;
};

std::vector<FlowKey> keys_of(int map) {
  std::vector<FlowKey> keys;
  FlowKey key{};
  for (const FlowKey* last = nullptr; bpf_map_get_next_key(map, last, &key) == 0;) {
    keys.push_back(key);
    last = &keys.back();
  }
  return keys;
}

/// As if that much time had passed since.
void put_back(int map, std::uint64_t time) {
  for (const FlowKey& key : keys_of(map)) {
    FlowValue value{};
    if (bpf_map_lookup_elem(map, &key, &value) != 0) continue;
    value.last -= time;
    bpf_map_update_elem(map, &key, &value, BPF_EXIST);
  }
}

struct Sent {
  TestPacket packet;
  bool ingress;
};

/// Packets between a few ends, so that most belong to a flow that was seen before.
class Conversation {
 public:
  explicit Conversation(Dice& dice) : dice_(dice) {}

  Sent next() {
    const bool ingress = dice_.one_in(2);
    if (dice_.one_in(12)) return {dice_.of(corpus_), ingress};
    Stack stack = dice_.one_in(3) ? ipv6(ingress) : ipv4(ingress);
    const bool six = std::holds_alternative<Ipv6>(stack.headers.front());
    if (six && dice_.one_in(6)) stack = stack / Extension{};
    if (dice_.one_in(12)) stack = stack / Payload{static_cast<std::size_t>(dice_.below(3))};
    return {(stack / transport(ingress, six) / Payload{dice_.below(30)}).build(), ingress};
  }

 private:
  template <typename T>
  const T& mostly_first(const std::array<T, 2>& values) {
    return values[dice_.one_in(5) ? 1 : 0];
  }

  Stack ipv4(bool ingress) {
    static constexpr std::array<std::uint32_t, 2> kThere = {0x0a000002, 0xc0a80001};
    Ipv4 header{.src = 0x0a000001, .dst = mostly_first(kThere)};
    if (ingress) std::swap(header.src, header.dst);
    if (dice_.one_in(30)) header.fragment_offset = 64;
    if (dice_.one_in(10)) header.options = 4;
    return Stack{{header}};
  }

  Stack ipv6(bool ingress) {
    // The IPv4 address in an IPv6 one is another end.
    const std::array<Ipv6Address, 2> there = {
        {{0x2001, 0xdb8, 0, 0, 0, 0, 0, 2}, {0, 0, 0, 0, 0, 0, 0x0a00, 2}}};
    Ipv6 header{.src = {0, 0, 0, 0, 0, 0, 0x0a00, 1}, .dst = mostly_first(there)};
    if (ingress) std::swap(header.src, header.dst);
    return Stack{{header}};
  }

  Header transport(bool ingress, bool six) {
    static constexpr std::array<std::uint16_t, 2> kLocal = {40000, 22};
    static constexpr std::array<std::uint16_t, 2> kRemote = {53, 22};
    static constexpr std::array<std::uint8_t, 10> kTcp = {0x02, 0x02, 0x12, 0x12, 0x10,
                                                          0x10, 0x18, 0x11, 0x14, 0x03};
    std::uint16_t source = mostly_first(kLocal);
    std::uint16_t destination = mostly_first(kRemote);
    if (ingress) std::swap(source, destination);
    switch (dice_.below(6)) {
      case 0: return Udp{.src_port = source, .dst_port = destination};
      case 1: return Sctp{.src_port = source, .dst_port = destination};
      case 2: {
        static constexpr std::array<std::uint8_t, 6> kTypes = {8, 0, 128, 129, 3, 1};
        std::uint8_t type = dice_.of(kTypes);
        if (dice_.one_in(2)) type = six ? 128 + dice_.below(2) : 8 * dice_.below(2);
        return Icmp{.type = type, .id = static_cast<std::uint16_t>(dice_.below(2))};
      }
      default: return Tcp{.src_port = source, .dst_port = destination, .flags = dice_.of(kTcp)};
    }
  }

  Dice& dice_;
  std::vector<TestPacket> corpus_ = packet_corpus();
};

constexpr const char* kFilters[] = {
    "true",
    "established",
    "reply",
    "egress || reply",
    "established || egress && tcp.syn",
    "egress || established || ingress && dst_port == 22",
    "!established",
    "reply == established",
    "egress { allow established; allow udp; allow icmp; default drop; } "
    "ingress { allow !reply; count established; default drop; }",
    "egress { default allow; } ingress { allow reply && !tcp; drop established; default allow; }",
    "egress { allow dst_port == 53; default drop; } ingress { allow reply; default drop; }",
};

struct Count {
  std::uint64_t packets = 0;
  std::uint64_t passed = 0;
  std::uint64_t established = 0;
  std::uint64_t replies = 0;
};

/// The sequence up to a disagreement, to read.
std::string story(const std::vector<Sent>& sent) {
  std::ostringstream out;
  for (const Sent& each : sent)
    out << (each.ingress ? "in  " : "out ") << testing::PrintToString(each.packet) << "\n";
  return out.str();
}

/// False, with a failure, at the first disagreement.
bool follow(const std::string& text, Dice& dice, std::uint64_t packets, bool counters,
            Count& count) {
  const ParseResult parsed = parse_filter(text);
  if (!parsed.filter) return true;  // the compiler may refuse what chance makes
  const CompileResult compiled =
      compile(text, {.direction = Direction::both, .counters = counters, .share_flows = true});
  EXPECT_TRUE(compiled.object) << text;
  if (!compiled.object) return false;
  auto loaded = KernelProgram::load(compiled.object->bytes, Direction::egress);
  EXPECT_TRUE(std::holds_alternative<KernelProgram>(loaded))
      << text << std::get<std::string>(loaded);
  if (!std::holds_alternative<KernelProgram>(loaded)) return false;
  const auto& program = std::get<KernelProgram>(loaded);
  const int map = program.map("flows");
  FlowTable table;
  std::uint64_t ahead = 0;
  Conversation conversation(dice);
  std::vector<Sent> sent;
  for (std::uint64_t i = 0; i < packets; ++i) {
    static constexpr std::array<std::uint64_t, 7> kWaits = {2, 30, 61, 211, 241, 301, 7441};
    if (dice.one_in(60)) {
      const std::uint64_t time = dice.of(kWaits) * kSecond;
      ahead += time;
      put_back(map, time);
    }
    sent.push_back(conversation.next());
    Packet packet = sent.back().packet.view();
    if (!is_runnable(packet)) continue;
    packet.context.ingress = sent.back().ingress;
    const Packet known = table.look_up(packet, monotonic() + ahead);
    const bool expected =
        decide(parsed.filter->checked(), packet, table, monotonic() + ahead).forwards;
    const int actual =
        program.run(packet, sent.back().ingress ? Direction::ingress : Direction::egress);
    ++count.packets;
    count.passed += expected;
    count.established += known.context.established;
    count.replies += known.context.reply;
    if (actual == (expected ? 1 : 0)) continue;
    ADD_FAILURE() << "evaluator " << expected << ", kernel " << actual << " on\n"
                  << text << "\nafter " << ahead / kSecond << " s and\n"
                  << story(sent);
    return false;
  }
  return true;
}

void expect_variety(const Count& count, std::uint64_t seed) {
  std::cout << "seed " << seed << ": " << count.packets << " packets, " << count.passed
            << " passed, " << count.established << " established, " << count.replies
            << " replies\n";
  EXPECT_GT(count.established * 10, count.packets);
  EXPECT_GT(count.replies * 20, count.packets);
  EXPECT_LT(count.established * 10, count.packets * 9);
}

TEST(Flows, OfWrittenFiltersAreTheSameInTheKernel) {
  FWC_NEEDS_KERNEL();
  const std::uint64_t seed = from_environment("FWC_SEED", 20190801);
  Dice dice(seed);
  Count count;
  for (const char* text : kFilters)
    for (const bool counters : {false, true})
      if (!follow(text, dice, from_environment("FWC_PACKETS", 600), counters, count)) return;
  expect_variety(count, seed);
}

TEST(Flows, OfRandomFiltersAreTheSameInTheKernel) {
  FWC_NEEDS_KERNEL();
  const std::uint64_t seed = from_environment("FWC_SEED", 20190801);
  Dice dice(seed);
  Count count;
  const std::uint64_t filters = from_environment("FWC_EXPRESSIONS", 60);
  for (std::uint64_t i = 0; i < filters; ++i) {
    const RandomFilter filter = random_filter(dice, true);
    std::string text = filter.text();
    // Many filters of chance pass nothing, and then nothing is ever established.
    if (filter.rules.empty() && filter.declarations.empty())
      text = "egress && len % 5 > 0 || established || (" + text + ")";
    if (!follow(text, dice, from_environment("FWC_PACKETS", 300), dice.one_in(4), count)) return;
  }
  std::cout << "seed " << seed << ": " << count.packets << " packets, " << count.passed
            << " passed, " << count.established << " established\n";
}

TEST(Flows, CostNothingWhereNobodyAsks) {
  FWC_NEEDS_KERNEL();
  const auto load = [](const CompileOptions& options) {
    const CompileResult compiled = compile("udp && dst_port == 53", options);
    return std::get<KernelProgram>(KernelProgram::load(compiled.object->bytes, Direction::egress));
  };
  const KernelProgram plain = load({.direction = Direction::both});
  const KernelProgram sharing = load({.direction = Direction::both, .share_flows = true});
  EXPECT_LT(plain.map("flows"), 0);
  EXPECT_GE(sharing.map("flows"), 0);
  EXPECT_LT(plain.instructions() + 50, sharing.instructions());
}

}  // namespace
}  // namespace fwc::test
