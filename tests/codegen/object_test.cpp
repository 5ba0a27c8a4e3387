// SPDX-License-Identifier: MIT
// The object: what is in it, by its sections, maps, types and lines; and that the same filter gives
// the same bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <thread>

#include "tests/codegen/object_view.h"
#include "tests/harness/kernel_runner.h"

namespace fwc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kExample = "icmp || (udp && dst_port == 53)";

bool contains(const Object& object, std::string_view text) {
  const std::string_view bytes(reinterpret_cast<const char*>(object.bytes.data()),
                               object.bytes.size());
  return bytes.find(text) != std::string_view::npos;
}

TEST(Object, HasTheSectionOfItsDirection) {
  const auto sections = [](Direction direction) {
    return ObjectView(compile_or_fail(kExample, {.direction = direction})).sections();
  };
  EXPECT_THAT(sections(Direction::egress), ElementsAre("cgroup_skb/egress"));
  EXPECT_THAT(sections(Direction::ingress), ElementsAre("cgroup_skb/ingress"));
  EXPECT_THAT(sections(Direction::both), ElementsAre("cgroup_skb/egress", "cgroup_skb/ingress"));
}

TEST(Object, DeclaresItsLicense) {
  EXPECT_TRUE(contains(compile_or_fail(kExample), std::string_view("Dual MIT/GPL\0", 13)));
}

TEST(Object, CarriesTheTextOfEachClause) {
  const ObjectView object(compile_or_fail("icmp || udp && dst_port == 53 || src_ip in 10.0.0.0/8"));
  ASSERT_TRUE(object.opened());
  for (const char* clause : {"icmp", "udp", "dst_port == 53", "src_ip in 10.0.0.0/8"}) {
    const std::string line = std::string(1, '\0') + clause + '\0';
    EXPECT_TRUE(object.knows(line)) << clause;
  }
}

TEST(Object, HoldsNoDwarf) {
  EXPECT_FALSE(contains(compile_or_fail(kExample), ".debug_"));
}

TEST(Object, HasNoMapsOfItsOwnUnlessAsked) {
  for (const std::string& map : ObjectView(compile_or_fail(kExample)).maps())
    EXPECT_NE(map.find(".rodata"), std::string::npos) << map;
}

TEST(Object, HasTheCountersWhereAskedFor) {
  const ObjectView object(compile_or_fail(kExample, {.counters = true}));
  EXPECT_THAT(object.maps(), ::testing::Contains("counters"));
  EXPECT_TRUE(object.knows("packets"));
}

TEST(Object, HasLogAndAuditWhereAskedFor) {
  const ObjectView logs(compile_or_fail(kExample, {.log = Logged::dropped}));
  for (const char* map : {"log", "watch", ".data.watch"})
    EXPECT_THAT(logs.maps(), ::testing::Contains(map));
  EXPECT_THAT(logs.maps(), ::testing::Not(::testing::Contains("counters")));
  const ObjectView audited(compile_or_fail(kExample, {.audit = true}));
  EXPECT_THAT(audited.maps(), ::testing::Contains(".data.watch"));
  EXPECT_THAT(audited.maps(), ::testing::Not(::testing::Contains("log")));
}

TEST(Object, HasTheLiveVariablesWithTheirBounds) {
  const ObjectView object(compile_or_fail("let $limit = 1500 in 68..65535; len <= $limit"));
  EXPECT_THAT(object.maps(), ::testing::Contains(".data.live"));
  EXPECT_TRUE(object.knows("limit"));
  EXPECT_TRUE(object.knows("fwc:int:68:65535"));
}

TEST(Object, IsByteIdenticalInEveryThreadAndLocale) {
  const std::vector<std::byte> expected = compile_or_fail(kExample).bytes;
  ASSERT_FALSE(expected.empty());
  std::setlocale(LC_ALL, "C.UTF-8");
  std::vector<std::thread> threads;
  std::array<std::vector<std::byte>, 4> objects;
  for (auto& object : objects)
    threads.emplace_back([&object] {
      for (int i = 0; i < 3; ++i) object = compile(kExample).object->bytes;
    });
  for (std::thread& thread : threads) thread.join();
  std::setlocale(LC_ALL, "C");
  for (const auto& object : objects) EXPECT_EQ(object, expected);
}

TEST(Object, OfAWrongFilterIsNone) {
  const CompileResult result = compile("dst_port = 53");
  EXPECT_FALSE(result.object.has_value());
  EXPECT_FALSE(result.diagnostics.empty());
}

TEST(Object, WarningsSurviveSuccess) {
  const CompileResult result = compile("dst_port != 22");
  EXPECT_TRUE(result.object.has_value());
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_FALSE(result.diagnostics[0].error);
}

TEST(Object, LoadsInEveryDirectionWithAndWithoutCounters) {
  FWC_NEEDS_KERNEL();
  for (const Direction direction : {Direction::egress, Direction::ingress})
    for (const bool counters : {false, true}) {
      const Object object =
          compile_or_fail(kExample, {.direction = Direction::both, .counters = counters});
      const auto program = KernelProgram::load(object.bytes, direction);
      EXPECT_TRUE(std::holds_alternative<KernelProgram>(program)) << std::get<1>(program);
    }
}

TEST(Object, LoadsWithEveryWayToWatch) {
  FWC_NEEDS_KERNEL();
  const char* const filters[] = {kExample, "true", "false", "dst_ip in {10.0.0.0/8, ::1}",
                                 "allow a: udp; count tcp; drop b: icmp; default allow;"};
  for (const char* filter : filters)
    for (const Logged log : {Logged::nothing, Logged::dropped, Logged::passed, Logged::everything})
      for (const unsigned bits : {0U, 1U, 2U, 3U}) {
        const Object object = compile_or_fail(filter, {.direction = Direction::both,
                                                       .counters = (bits & 1) != 0,
                                                       .log = log,
                                                       .audit = (bits & 2) != 0});
        for (const Direction direction : {Direction::egress, Direction::ingress}) {
          const auto program = KernelProgram::load(object.bytes, direction);
          EXPECT_TRUE(std::holds_alternative<KernelProgram>(program)) << std::get<1>(program);
        }
      }
}

}  // namespace
}  // namespace fwc::test
