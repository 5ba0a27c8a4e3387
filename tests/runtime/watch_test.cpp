// SPDX-License-Identifier: MIT
// Log and audit: what is told of packets that are dropped and passed, the limit of the log, its
// losses, and counters that go on when filters are replaced.
#include "fwc/runtime/watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <thread>

#include "fwc/runtime/attachments.h"
#include "fwc/runtime/pins.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"
#include "tests/runtime/traffic.h"

namespace fwc::test {
namespace {

using runtime::Cgroup;
using runtime::Direction;
using runtime::LoadedObject;
using runtime::LogEvent;
using runtime::Tally;

constexpr const char* kPolicy =
    "egress { allow dns: udp && dst_port == 53; drop web: dst_port == 80; default drop; }";

struct Seen {
  Direction direction;
  bool allowed, audited;
  std::uint64_t cgroup, time;
  std::uint32_t uid, length;
  std::vector<std::byte> packet;
  std::string decider;
};

std::vector<Seen> logged(runtime::LogReader& reader) {
  std::vector<Seen> events;
  const auto read = reader.read([&](const LogEvent& e) {
    std::string decider = e.decider == nullptr ? "?" : e.decider->name;
    if (e.decider != nullptr && decider.empty()) decider = e.decider->condition;
    events.push_back({e.direction,
                      e.allowed,
                      e.audited,
                      e.cgroup,
                      e.time,
                      e.uid,
                      e.length,
                      {e.packet.begin(), e.packet.end()},
                      decider});
    return true;
  });
  EXPECT_TRUE(read) << read.error().message;
  return events;
}

std::vector<Seen> logged(const LoadedObject& object) {
  auto reader = runtime::LogReader::open(object);
  EXPECT_TRUE(reader) << reader.error().message;
  return reader ? logged(*reader) : std::vector<Seen>{};
}

std::uint64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

runtime::DirectionCounters egress_of(const LoadedObject& object) {
  const auto reading = runtime::read_counters(object);
  EXPECT_TRUE(reading) << reading.error().message;
  return reading ? reading->total.egress : runtime::DirectionCounters{};
}

class WatchTest : public SandboxTest {
 protected:
  LoadedObject attached(const std::string& text, const CompileOptions& options) {
    LoadedObject object = load_filter(text, options);
    const auto done = runtime::attach(object, cgroup_, Direction::egress);
    EXPECT_TRUE(done) << done.error().message;
    return object;
  }
};

TEST_F(WatchTest, LogsWhatIsDropped) {
  const LoadedObject object = attached(kPolicy, {.log = Logged::dropped});
  const std::uint64_t before = now();
  EXPECT_EQ(send_from(cgroup_, 53, 2), 0);
  EXPECT_EQ(send_from(cgroup_, 80, 1, 10), EPERM);
  EXPECT_EQ(send_from(cgroup_, 81, 1, 900), EPERM);
  const auto events = logged(object);
  ASSERT_EQ(events.size(), 2U);
  const Seen& web = events[0];
  EXPECT_EQ(web.direction, Direction::egress);
  EXPECT_FALSE(web.allowed);
  EXPECT_FALSE(web.audited);
  EXPECT_EQ(web.cgroup, cgroup_.id);
  EXPECT_EQ(web.uid, ::getuid());
  EXPECT_EQ(web.length, 38U);
  EXPECT_EQ(web.decider, "web");
  ASSERT_EQ(web.packet.size(), 38U);
  EXPECT_EQ(web.packet[0], std::byte{0x45});
  EXPECT_EQ(web.packet[23], std::byte{80});
  EXPECT_EQ(web.packet[37], std::byte{'x'});
  EXPECT_GE(web.time, before);
  EXPECT_LE(web.time, now());
  EXPECT_EQ(events[1].length, 928U);
  EXPECT_EQ(events[1].packet.size(), kLoggedBytes);
  EXPECT_EQ(events[1].packet.back(), std::byte{'x'});
  EXPECT_EQ(events[1].decider, "");
  EXPECT_EQ(*runtime::log_losses(object), runtime::LogLosses{});
}

TEST_F(WatchTest, LogsWhatPassesOrEverything) {
  const LoadedObject passed = attached(kPolicy, {.log = Logged::passed});
  EXPECT_EQ(send_from(cgroup_, 53), 0);
  EXPECT_EQ(send_from(cgroup_, 80), EPERM);
  const auto events = logged(passed);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].allowed);
  EXPECT_EQ(events[0].decider, "dns");
  const LoadedObject both = attached(kPolicy, {.counters = true, .log = Logged::everything});
  EXPECT_EQ(send_from(cgroup_, 53), 0);
  EXPECT_EQ(send_from(cgroup_, 80), EPERM);
  EXPECT_EQ(logged(both).size(), 2U);
  EXPECT_EQ(egress_of(both).dropped.packets, 1U);
}

TEST_F(WatchTest, LogsIngress) {
  const LoadedObject object = load_filter(
      "!udp || dst_port == 53", {.direction = fwc::Direction::both, .log = Logged::dropped});
  ASSERT_TRUE(runtime::attach(object, cgroup_, Direction::ingress));
  EXPECT_FALSE(receives_in(cgroup_, 80));
  const auto events = logged(object);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].direction, Direction::ingress);
  EXPECT_EQ(events[0].cgroup, cgroup_.id);
}

TEST_F(WatchTest, LimitsTheLogAndCountsWhatItLeavesOut) {
  const LoadedObject object = attached("false", {.log = Logged::dropped});
  EXPECT_EQ(*runtime::log_rate(object), kDefaultLogRate);
  ASSERT_TRUE(runtime::set_log_rate(object, 10));
  // Long enough to begin several seconds of the kernel's.
  const auto start = std::chrono::steady_clock::now();
  int sent = 0;
  while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1500)) {
    EXPECT_EQ(send_from(cgroup_, 80, 500), EPERM);
    sent += 500;
  }
  const auto seconds = std::chrono::steady_clock::now() - start;
  const auto events = logged(object);
  const auto windows = std::chrono::duration_cast<std::chrono::seconds>(seconds).count() + 2;
  EXPECT_GE(events.size(), 10U);
  EXPECT_LE(events.size(), 10U * static_cast<std::size_t>(windows));
  const auto losses = runtime::log_losses(object);
  ASSERT_TRUE(losses) << losses.error().message;
  EXPECT_EQ(losses->over_rate + events.size(), static_cast<std::uint64_t>(sent));
  EXPECT_EQ(losses->without_room, 0U);
}

TEST_F(WatchTest, CountsWhatTheBufferHasNoRoomFor) {
  const LoadedObject object = attached("false", {.log = Logged::dropped});
  ASSERT_TRUE(runtime::set_log_rate(object, 1'000'000));
  constexpr int kSent = 5000;
  EXPECT_EQ(send_from(cgroup_, 80, kSent), EPERM);
  auto reader = runtime::LogReader::open(object);
  ASSERT_TRUE(reader) << reader.error().message;
  const std::size_t kept = logged(*reader).size();
  // A record has a head of 8 bytes (BPF_RINGBUF_HDR_SZ).
  EXPECT_NEAR(static_cast<double>(kept), kLogMapBytes / (sizeof(LogRecord) + 8), 1);
  EXPECT_EQ(runtime::log_losses(object)->without_room, kSent - kept);
  EXPECT_EQ(send_from(cgroup_, 80), EPERM);
  EXPECT_EQ(logged(*reader).size(), 1U);
}

TEST_F(WatchTest, AReaderStopsWhereItIsTold) {
  const LoadedObject object = attached("false", {.log = Logged::dropped});
  EXPECT_EQ(send_from(cgroup_, 80, 3), EPERM);
  auto reader = runtime::LogReader::open(object);
  ASSERT_TRUE(reader);
  int seen = 0;
  ASSERT_TRUE(reader->read([&](const LogEvent&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(logged(*reader).size(), 1U);
}

TEST_F(WatchTest, AuditDropsNothingAndTellsEverything) {
  const LoadedObject object =
      attached(kPolicy, {.counters = true, .log = Logged::dropped, .audit = true});
  EXPECT_TRUE(*runtime::audited(object));
  EXPECT_EQ(send_from(cgroup_, 53), 0);
  EXPECT_EQ(send_from(cgroup_, 80, 3), 0);
  auto counters = egress_of(object);
  EXPECT_EQ(counters.dropped, (Tally{3, 3 * 48}));
  EXPECT_EQ(counters.audited, (Tally{3, 3 * 48}));
  EXPECT_EQ(counters.passed.packets, 1U);
  auto events = logged(object);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(events[0].audited);
  EXPECT_FALSE(events[0].allowed);
  EXPECT_EQ(events[0].decider, "web");
  ASSERT_TRUE(runtime::set_audit(object, false));
  EXPECT_FALSE(*runtime::audited(object));
  EXPECT_EQ(send_from(cgroup_, 80, 2), EPERM);
  counters = egress_of(object);
  EXPECT_EQ(counters.dropped.packets, 5U);
  EXPECT_EQ(counters.audited.packets, 3U);
  events = logged(object);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_FALSE(events[0].audited);
  ASSERT_TRUE(runtime::set_audit(object, true));
  EXPECT_EQ(send_from(cgroup_, 80), 0);
}

TEST_F(WatchTest, AuditPassesMalformedPacketsToo) {
  const LoadedObject object = attached("true", {.counters = true, .audit = true});
  EXPECT_TRUE(*runtime::audited(object));
  EXPECT_EQ(runtime::log_rate(object).error().message, "the filter does not log");
  const auto reader = runtime::LogReader::open(object);
  EXPECT_EQ(reader.error().kind, runtime::Error::Kind::usage);
}

TEST_F(WatchTest, WithoutAuditThereIsNoSwitch) {
  for (const CompileOptions& options : {CompileOptions{}, CompileOptions{.log = Logged::dropped}}) {
    const LoadedObject object = attached("false", options);
    EXPECT_EQ(runtime::audited(object).error().message, "the filter cannot be audited");
    EXPECT_EQ(runtime::set_audit(object, true).error().kind, runtime::Error::Kind::usage);
    EXPECT_EQ(send_from(cgroup_, 80), EPERM);
  }
}

TEST_F(WatchTest, PinsBringTheirMaps) {
  const LoadedObject object =
      load_filter(kPolicy, {.counters = true, .log = Logged::dropped, .audit = true});
  ASSERT_TRUE(runtime::pin(object, pin_path("web")));
  EXPECT_EQ(names_in(bpffs_), (std::vector<std::string>{"web", "web_control", "web_counters",
                                                        "web_log", "web_watch"}));
  const auto opened = runtime::open_pin(pin_path("web"));
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_TRUE(runtime::set_audit(*opened, false));
  EXPECT_FALSE(*runtime::audited(object));
  ASSERT_TRUE(runtime::pin(load_filter(kPolicy), pin_path("web")));
  EXPECT_EQ(names_in(bpffs_), (std::vector<std::string>{"web"}));
}

// --- counters that go on ---

TEST_F(WatchTest, CountersGoOnWhenAFilterIsReplaced) {
  attached(kPolicy, {.counters = true});
  EXPECT_EQ(send_from(cgroup_, 53, 3), 0);
  EXPECT_EQ(send_from(cgroup_, 80, 2), EPERM);
  EXPECT_EQ(send_from(cgroup_, 81, 4), EPERM);
  // The rule `web` is gone, `dns` goes on behind another one, and the default is the other one.
  const LoadedObject second =
      attached("egress { drop far: ttl > 200; allow dns: udp && dst_port == 53; default allow; }",
               {.counters = true});
  EXPECT_EQ(send_from(cgroup_, 53, 10), 0);
  EXPECT_EQ(send_from(cgroup_, 81, 20), 0);
  const auto counters = egress_of(second);
  EXPECT_EQ(counters.passed.packets, 3U + 10 + 20);
  EXPECT_EQ(counters.dropped.packets, 2U + 4);
  ASSERT_EQ(counters.deciders.size(), 6U);
  EXPECT_EQ(counters.deciders[1].tally.packets, 20U);
  EXPECT_EQ(counters.deciders[4].name, "dns");
  EXPECT_EQ(counters.deciders[4].tally.packets, 13U);
  EXPECT_EQ(counters.deciders[5].decider, runtime::DeciderCounter::Decider::earlier);
  EXPECT_EQ(counters.deciders[5].tally.packets, 6U);
}

TEST_F(WatchTest, CountersAreNotDoubledWhereAFilterGoesBack) {
  const LoadedObject first = attached(kPolicy, {.counters = true});
  EXPECT_EQ(send_from(cgroup_, 53, 3), 0);
  const LoadedObject second = attached("udp", {.counters = true});
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(runtime::attach(first, cgroup_, Direction::egress));
    EXPECT_EQ(send_from(cgroup_, 53), 0);
    ASSERT_TRUE(runtime::attach(second, cgroup_, Direction::egress));
    EXPECT_EQ(send_from(cgroup_, 80), 0);
  }
  EXPECT_EQ(egress_of(second).passed.packets, 11U);
  EXPECT_EQ(egress_of(second).passed.bytes, 11U * 48);
}

TEST_F(WatchTest, PinnedCountersGoOn) {
  const LoadedObject first = attached("udp && dst_port == 53", {.counters = true, .audit = true});
  ASSERT_TRUE(runtime::pin(first, pin_path("web")));
  EXPECT_EQ(send_from(cgroup_, 53, 3), 0);
  EXPECT_EQ(send_from(cgroup_, 80, 2), 0);
  const LoadedObject second =
      load_filter("udp && dst_port == 53", {.counters = true, .audit = true});
  ASSERT_TRUE(runtime::pin(second, pin_path("web")));
  const auto counters = egress_of(*runtime::open_pin(pin_path("web")));
  EXPECT_EQ(counters.passed.packets, 3U);
  EXPECT_EQ(counters.dropped.packets, 2U);
  EXPECT_EQ(counters.audited.packets, 2U);
}

TEST_F(WatchTest, TotalsNeverSinkWhileFiltersAreReplaced) {
  attached("udp", {.counters = true});
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> sent{0};
  std::thread sender([&] {
    while (!done) {
      EXPECT_EQ(send_from(cgroup_, 80, 200), 0);
      sent += 200;
    }
  });
  std::uint64_t last = 0;
  const char* const policies[] = {"udp", "udp || tcp", "allow all: udp; default drop;"};
  for (int i = 0; i < 30; ++i) {
    attached(policies[i % 3], {.counters = true});
    const auto object = runtime::open_attached(cgroup_, Direction::egress);
    ASSERT_TRUE(object);
    const std::uint64_t passed = egress_of(*object).passed.packets;
    EXPECT_GE(passed, last);
    last = passed;
  }
  done = true;
  sender.join();
  EXPECT_EQ(egress_of(*runtime::open_attached(cgroup_, Direction::egress)).passed.packets, sent);
}

}  // namespace
}  // namespace fwc::test
