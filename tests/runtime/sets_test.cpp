// SPDX-License-Identifier: MIT
// Live sets: filled at load, listed, changed while packets pass, refused as a whole; rules and
// counters of policies.
#include "fwc/runtime/sets.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "fwc/runtime/counters.h"
#include "fwc/runtime/pins.h"
#include "fwc/runtime/rules.h"
#include "fwc/runtime/variables.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

using runtime::Direction;
using runtime::Error;
using runtime::LoadedObject;
using runtime::SetEntry;

std::vector<SetEntry> entries(const std::vector<std::string>& texts) {
  std::vector<SetEntry> list;
  for (const std::string& text : texts) {
    const auto entry = runtime::parse_set_entry(text);
    EXPECT_TRUE(entry) << text << ": " << entry.error().message;
    if (entry) list.push_back(*entry);
  }
  return list;
}

std::vector<std::string> listed(const LoadedObject& object, std::string_view set) {
  const auto list = runtime::set_entries(object, set);
  EXPECT_TRUE(list) << list.error().message;
  std::vector<std::string> texts;
  for (const SetEntry& entry : *list) texts.push_back(to_string(entry));
  return texts;
}

using Texts = std::vector<std::string>;

/// A UDP packet of 10.0.0.1:1000 to 10.0.0.2:53, in a frame.
std::vector<std::uint8_t> udp_frame() {
  std::vector<std::uint8_t> frame(14 + 20 + 8);
  frame[12] = 8;
  frame[14] = 0x45;
  frame[17] = 28;
  frame[23] = 17;
  frame[26] = frame[30] = 10;
  frame[29] = 1;
  frame[33] = 2;
  frame[34] = 1000 >> 8;
  frame[35] = 1000 & 255;
  frame[37] = 53;
  frame[39] = 8;
  return frame;
}

bool passes(const LoadedObject& object, Direction direction = Direction::egress) {
  static const std::vector<std::uint8_t> frame = udp_frame();
  bpf_test_run_opts options{};
  options.sz = sizeof options;
  options.data_in = frame.data();
  options.data_size_in = static_cast<std::uint32_t>(frame.size());
  options.repeat = 1;
  EXPECT_EQ(::bpf_prog_test_run_opts(object.program(direction)->fd(), &options), 0);
  return options.retval == 1;
}

class SetsTest : public SandboxTest {};

TEST_F(SetsTest, AreFilledAtLoadAndListed) {
  const LoadedObject object = load_filter(
      "let @near: ip = {10.0.0.0/8, 192.0.2.1..192.0.2.6, ::1}; let @open: port = {80, 50..60};"
      "let @sizes: int; let @pairs: (ip, port) = {(10.0.0.0/8, 53)};"
      "dst_ip in @near && dst_port in @open && len not in @sizes &&"
      "(dst_ip, dst_port) in @pairs");
  const auto sets = runtime::live_sets(object);
  ASSERT_TRUE(sets) << sets.error().message;
  ASSERT_EQ(sets->size(), 4U);
  EXPECT_EQ(sets->front().name, "near");
  EXPECT_EQ(sets->back().element, runtime::LiveSet::Element::address_port);
  EXPECT_EQ(listed(object, "near"), (Texts{"10.0.0.0/8", "192.0.2.1..192.0.2.6", "::1"}));
  EXPECT_EQ(listed(object, "open"), (Texts{"50..60", "80"}));
  EXPECT_EQ(listed(object, "sizes"), Texts{});
  EXPECT_EQ(listed(object, "pairs"), (Texts{"(10.0.0.0/8, 53)"}));
  EXPECT_TRUE(passes(object));
}

TEST_F(SetsTest, ChangeWhatPassesAtOnce) {
  const LoadedObject object = load_filter("let @blocked: ip; dst_ip not in @blocked");
  EXPECT_TRUE(passes(object));
  ASSERT_TRUE(runtime::add_to_set(object, "blocked", entries({"10.0.0.2"})));
  EXPECT_FALSE(passes(object));
  ASSERT_TRUE(runtime::add_to_set(object, "@blocked", entries({"10.0.0.0/24", "2001:db8::/32"})));
  EXPECT_EQ(listed(object, "blocked"), (Texts{"10.0.0.0/24", "2001:db8::/32"}));
  ASSERT_TRUE(runtime::delete_from_set(object, "blocked", entries({"10.0.0.2"})));
  EXPECT_TRUE(passes(object));
  EXPECT_EQ(listed(object, "blocked"),
            (Texts{"10.0.0.0/31", "10.0.0.3..10.0.0.255", "2001:db8::/32"}));
  ASSERT_TRUE(runtime::replace_set(object, "blocked", entries({"10.0.0.2..10.0.0.3"})));
  EXPECT_EQ(listed(object, "blocked"), (Texts{"10.0.0.2/31"}));
  EXPECT_FALSE(passes(object));
  ASSERT_TRUE(runtime::replace_set(object, "blocked", {}));
  EXPECT_TRUE(passes(object));
}

TEST_F(SetsTest, RefuseAsAWhole) {
  const LoadedObject object = load_filter(
      "let @open: port = {53}; let @pairs: (ip, port);"
      "dst_port in @open || (dst_ip, dst_port) in @pairs");
  const auto message = [&](const auto& change, std::string_view set, const Texts& texts) {
    const auto done = change(object, set, entries(texts), runtime::SetChangeOptions{});
    return done ? std::string("done") : done.error().message;
  };
  EXPECT_EQ(message(runtime::add_to_set, "opne", {"53"}), "the filter has no live set `@opne`");
  EXPECT_EQ(message(runtime::add_to_set, "open", {"80", "10.0.0.1"}),
            "`@open` holds `port`, which `10.0.0.1` is not");
  EXPECT_EQ(message(runtime::add_to_set, "open", {"80", "70000"}),
            "`70000` is no port, which is 0 to 65535");
  EXPECT_EQ(message(runtime::delete_from_set, "open", {"53", "80"}), "`80` is not in `@open`");
  EXPECT_EQ(message(runtime::replace_set, "pairs", {"10.0.0.1"}),
            "`@pairs` holds `(ip, port)`, which `10.0.0.1` is not");
  EXPECT_EQ(listed(object, "open"), Texts{"53"});
  EXPECT_EQ(runtime::set_entries(load_plain(Programs::egress, 53), "open").error().kind,
            Error::Kind::usage);
}

TEST_F(SetsTest, EntriesAreReadAsTheyAreWritten) {
  for (const std::string text : {"10.0.0.1", "10.0.0.0/8", "10.0.0.1..10.0.0.6", "2001:db8::/32",
                                 "53", "-5..7", "(10.0.0.0/8, 53)", "(::1, 50..60)"})
    EXPECT_EQ(to_string(*runtime::parse_set_entry(text)), text);
  EXPECT_EQ(to_string(*runtime::parse_set_entry("10.0.0.1,53")), "(10.0.0.1, 53)");
  for (const std::string text : {"", "x", "10.0.0.1/8", "10.0.0.1/33", "10.0.0.9..10.0.0.1",
                                 "10.0.0.1..::1", "9..1", "(10.0.0.1)x", "1.2.3", "010"})
    EXPECT_FALSE(runtime::parse_set_entry(text)) << text;
}

/// One thread judges a packet again and again while another changes what it is judged by.
std::size_t wrong_verdicts(const LoadedObject& object, const std::function<void(int)>& change) {
  std::atomic<bool> done = false;
  std::atomic<std::size_t> judged = 0;
  std::size_t wrong = 0;
  std::thread traffic([&] {
    for (; !done; ++judged) wrong += passes(object) ? 0 : 1;
  });
  for (int i = 0; i < 40; ++i) change(i);
  while (judged < 1000) std::this_thread::yield();
  done = true;
  traffic.join();
  return wrong;
}

TEST_F(SetsTest, NoPacketSeesHalfOfAReplacement) {
  // Always exactly one of the two addresses is in the set.
  const LoadedObject object =
      load_filter("let @one: ip = {10.0.0.1}; src_ip in @one ^^ dst_ip in @one");
  const std::vector<SetEntry> either[] = {entries({"10.0.0.1", "192.0.2.0/24"}),
                                          entries({"10.0.0.2", "198.51.100.0/24"})};
  EXPECT_EQ(
      wrong_verdicts(
          object, [&](int i) { ASSERT_TRUE(runtime::replace_set(object, "one", either[i % 2])); }),
      0U);
}

TEST_F(SetsTest, NoPacketSeesHalfOfAChangeOfVariables) {
  const LoadedObject object = load_filter(
      "let $a = 1; let $b = 1; let $c: ip = 10.0.0.1; let $d: ip = 10.0.0.1;"
      "$a == $b && $c == $d");
  EXPECT_EQ(wrong_verdicts(object,
                           [&](int i) {
                             const std::int64_t n = i;
                             const auto address = *runtime::parse_ip_address(
                                 i % 2 ? "2001:db8::1" : "192.0.2." + std::to_string(i));
                             ASSERT_TRUE(runtime::set_variables(
                                 object, {{"a", n}, {"b", n}, {"c", address}, {"d", address}}));
                           }),
            0U);
}

TEST_F(SetsTest, SurviveAReplacement) {
  const std::string text =
      "let @blocked: ip; let $to: ip = ::1; dst_ip not in @blocked && dst_ip != $to";
  ASSERT_TRUE(runtime::pin(load_filter(text), pin_path("sets")));
  const auto first = runtime::open_pin(pin_path("sets"));
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(runtime::add_to_set(*first, "blocked", entries({"192.0.2.0/24"})));
  ASSERT_TRUE(runtime::set_variables(*first, {*runtime::parse_assignment("to=10.0.0.9")}));
  ASSERT_TRUE(runtime::pin(load_filter(text + " || tcp"), pin_path("sets")));
  const auto second = runtime::open_pin(pin_path("sets"));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(listed(*second, "blocked"), Texts{"192.0.2.0/24"});
  EXPECT_EQ(runtime::to_string(runtime::variables(*second)->front().value), "10.0.0.9");
  // A set of another type under the same name begins anew.
  ASSERT_TRUE(runtime::pin(load_filter("let @blocked: port = {53}; dst_port in @blocked"),
                           pin_path("sets")));
  EXPECT_EQ(listed(*runtime::open_pin(pin_path("sets")), "blocked"), Texts{"53"});
}

TEST_F(SetsTest, AddressVariables) {
  const LoadedObject object = load_filter("let $to: ip = 10.0.0.2; dst_ip == $to");
  EXPECT_TRUE(passes(object));
  const auto set = [&](const char* text) {
    return runtime::set_variables(object, {*runtime::parse_assignment(text)});
  };
  ASSERT_TRUE(set("to=::1"));
  EXPECT_FALSE(passes(object));
  EXPECT_EQ(runtime::to_string(runtime::variables(object)->front().value), "::1");
  ASSERT_TRUE(set("$to=10.0.0.2"));
  EXPECT_TRUE(passes(object));
  EXPECT_EQ(set("to=5").error().message, "`$to` is an ip, but `5` is an int");
}

TEST_F(SetsTest, RulesAreToldAndCounted) {
  const LoadedObject object = load_filter(
      "egress { drop far: ttl > 64; count all: true; allow dns: udp && dst_port == 53;"
      "allow tcp; default drop; } ingress { default allow; }",
      {.counters = true});
  const auto rules = runtime::rules(object, Direction::egress);
  ASSERT_TRUE(rules) << rules.error().message;
  ASSERT_EQ(rules->rules.size(), 4U);
  EXPECT_EQ(rules->rules[2].name, "dns");
  EXPECT_EQ(rules->rules[2].action, runtime::RuleAction::allow);
  EXPECT_EQ(rules->rules[2].condition, "udp && dst_port == 53");
  EXPECT_EQ(rules->rules[3].name, "");
  EXPECT_EQ(rules->default_action, runtime::RuleAction::drop);
  EXPECT_EQ(runtime::rules(object, Direction::ingress)->default_action, runtime::RuleAction::allow);
  EXPECT_TRUE(passes(object));
  EXPECT_TRUE(passes(object, Direction::ingress));
  EXPECT_TRUE(passes(object));
  const auto reading = runtime::read_counters(object);
  ASSERT_TRUE(reading) << reading.error().message;
  std::vector<std::uint64_t> packets;
  for (const auto& counter : reading->total.egress.deciders)
    packets.push_back(counter.tally.packets);
  EXPECT_EQ(packets, (std::vector<std::uint64_t>{0, 0, 0, 0, 2, 2, 0}));
  EXPECT_EQ(reading->total.egress.passed, (runtime::Tally{2, 56}));
  EXPECT_EQ(reading->total.egress.dropped, runtime::Tally{});
  EXPECT_EQ(reading->total.ingress.passed.packets, 1U);
  EXPECT_EQ(reading->total.ingress.deciders.size(), 3U);
}

}  // namespace
}  // namespace fwc::test
