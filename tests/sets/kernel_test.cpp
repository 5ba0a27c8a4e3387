// SPDX-License-Identifier: MIT
// Lookups in the kernel against a search in the intervals: at every kind of boundary of sets of
// every size and shape, both families in one set.
#include <gtest/gtest.h>

#include "compiler/check/fold.h"
#include "compiler/codegen/emit.h"
#include "tests/harness/kernel_runner.h"
#include "tests/sets/random_sets.h"
#include "tests/sets/set_filter.h"

namespace fwc::test {
namespace {

std::optional<KernelProgram> load_or_fail(const CheckedFilter& filter) {
  const auto emitted = emit(filter, {});
  const auto* object = std::get_if<std::vector<std::byte>>(&emitted);
  if (object == nullptr) {
    ADD_FAILURE() << std::get<EmitError>(emitted).message;
    return std::nullopt;
  }
  auto loaded = KernelProgram::load(*object, Direction::egress);
  if (const auto* log = std::get_if<std::string>(&loaded)) {
    ADD_FAILURE() << *log;
    return std::nullopt;
  }
  return std::move(std::get<KernelProgram>(loaded));
}

Ipv6Address groups_of(const U128& address) {
  Ipv6Address groups{};
  for (unsigned i = 0; i < 4; ++i) {
    groups[i] = static_cast<std::uint16_t>(address.high >> (48 - 16 * i));
    groups[4 + i] = static_cast<std::uint16_t>(address.low >> (48 - 16 * i));
  }
  return groups;
}

TestPacket packet_to(const Address& address) {
  if (address.family == Family::ipv4)
    return Ipv4{.dst = static_cast<std::uint32_t>(address.bits.low)} / Tcp{};
  return Ipv6{.dst = groups_of(address.bits)} / Tcp{};
}

constexpr std::size_t kMostPlaces = 700;

/// Some of the ends of intervals with their neighbours, and anything.
std::vector<Address> places_for(const ValueSet& set, Dice& dice) {
  std::vector<Address> places;
  const auto some = [&](Family family, const auto& all) {
    for (std::size_t i = 0; i < std::min(all.size(), kMostPlaces); ++i)
      places.push_back({family, all.size() <= kMostPlaces ? all[i] : dice.of(all)});
  };
  std::vector<U128> ipv4;
  for (const std::uint32_t place : places_around(set.ipv4)) ipv4.push_back({0, place});
  for (std::size_t i = 0; i < 60; ++i) ipv4.push_back({0, dice.below(std::size_t{1} << 32)});
  for (const std::uint32_t end : {0u, 1u, ~0u - 1, ~0u}) ipv4.push_back({0, end});
  some(Family::ipv4, ipv4);
  some(Family::ipv6, places_around(set.ipv6));
  for (std::size_t i = 0; i < 60; ++i)  // v4-mapped: no IPv4 address equals it
    places.push_back({Family::ipv6, {0, 0xffff00000000 | dice.of(ipv4).low}});
  for (const std::uint64_t end : {std::uint64_t{0}, ~std::uint64_t{0}})
    places.push_back({Family::ipv6, {end, end}});
  return places;
}

void expect_agreement(const ValueSet& set, bool negated, Dice& dice) {
  const auto program = load_or_fail(membership("dst_ip", set, negated));
  ASSERT_TRUE(program.has_value());
  std::size_t found = 0;
  for (const Address& place : places_for(set, dice)) {
    const bool in = contains(set, place);
    found += in;
    ASSERT_EQ(program->run(packet_to(place).view()), in != negated)
        << to_string(place) << " of " << set.ipv4.size() << " and " << set.ipv6.size();
  }
  EXPECT_GT(found, 0u);
}

class Sets : public testing::TestWithParam<Shape> {};

TEST_P(Sets, OfAddressesAgreeWithASearch) {
  FWC_NEEDS_KERNEL();
  Dice dice(20261126 + static_cast<unsigned>(GetParam()));
  for (const std::size_t count : {1, 3, 6, 17, 40, 300, 5000, 60000}) {
    SCOPED_TRACE(count);
    ValueSet set;
    if (!dice.one_in(5)) set.ipv4 = random_ipv4(dice, GetParam(), count);
    if (set.ipv4.empty() || !dice.one_in(5)) set.ipv6 = random_ipv6(dice, GetParam(), count);
    expect_agreement(canonical(std::move(set)), dice.one_in(3), dice);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Sets, testing::ValuesIn(kShapes));

TEST(Sets, OfPortsAgreeWithASearch) {
  FWC_NEEDS_KERNEL();
  Dice dice(7);
  for (const std::size_t count : {1, 2, 3, 5, 12, 100, 4000}) {
    for (const std::size_t width : {40, 64, 65, 3000, 65536}) {
      ValueSet set;
      const std::size_t first = dice.below(65536 - width + 1);
      for (std::size_t i = 0; i < count; ++i) {
        const auto low = static_cast<std::int64_t>(first + dice.below(width));
        set.integers.push_back({low, std::min<std::int64_t>(low + dice.below(3), 65535)});
      }
      set = canonical(std::move(set));
      const bool negated = dice.one_in(2);
      const auto program = load_or_fail(membership("dst_port", set, negated));
      ASSERT_TRUE(program.has_value());
      std::vector<std::int64_t> places = places_around(set.integers);
      places.resize(std::min<std::size_t>(places.size(), 100));
      for (const std::int64_t end : {0, 1, 63, 64, 65534, 65535}) places.push_back(end);
      for (const std::int64_t place : places) {
        if (place < 0 || place > 65535) continue;
        const TestPacket packet = Ipv4{} / Tcp{.dst_port = static_cast<std::uint16_t>(place)};
        ASSERT_EQ(program->run(packet.view()), contains(set, place) != negated)
            << place << " of " << set.integers.size() << " within " << width;
      }
    }
  }
}

std::size_t object_bytes(const CheckedFilter& filter, Direction direction) {
  const auto emitted = emit(filter, {.direction = direction});
  return std::get<std::vector<std::byte>>(emitted).size();
}

TEST(Sets, AreOneTableForBothDirections) {
  Dice dice(11);
  ValueSet set{.integers = {},
               .ipv4 = random_ipv4(dice, Shape::prefixes, 5000),
               .ipv6 = random_ipv6(dice, Shape::prefixes, 5000)};
  const CheckedFilter filter = membership("dst_ip", std::move(set));
  const std::size_t one = object_bytes(filter, Direction::egress);
  EXPECT_GT(one, 200'000u);
  EXPECT_LT(object_bytes(filter, Direction::both), one + 20'000);
}

TEST(Sets, ThatAreEqualAreOneTable) {
  const auto filter_of = [](const char* field) {
    std::string text = std::string(field) + " in {";
    for (int i = 0; i < 2000; ++i)
      text += (i == 0 ? "" : ", ") + std::to_string(i % 199) + "." + std::to_string(i % 251) +
              ".3.0/24";
    return text + "}";
  };
  const CompileResult both = compile(filter_of("src_ip") + " || " + filter_of("dst_ip"));
  ASSERT_TRUE(both.object.has_value());
  const std::string_view bytes(reinterpret_cast<const char*>(both.object->bytes.data()),
                               both.object->bytes.size());
  EXPECT_NE(bytes.find("set0"), std::string_view::npos);  // the names of the tables
  EXPECT_EQ(bytes.find("set1"), std::string_view::npos);
}

TEST(Sets, OfWideNumbersAgreeWithASearch) {
  FWC_NEEDS_KERNEL();
  Dice dice(9);
  for (const std::size_t count : {3, 9, 40, 5000}) {
    ValueSet set{.integers = {{-5, 3}}, .ipv4 = {}, .ipv6 = {}};  // no field is below 0
    for (const auto& each : random_ipv4(dice, dice.of(kShapes), count))
      set.integers.push_back({each.low, each.high});
    set = canonical(std::move(set));
    const auto program = load_or_fail(membership("tcp.seq", set));
    ASSERT_TRUE(program.has_value());
    std::vector<std::int64_t> places = places_around(set.integers);
    for (std::size_t i = 0; i < 300; ++i) {
      const std::int64_t place = dice.of(places);
      if (place < 0 || place > 0xffffffff) continue;
      const TestPacket packet = Ipv4{} / Tcp{.seq = static_cast<std::uint32_t>(place)};
      ASSERT_EQ(program->run(packet.view()), contains(set, place)) << place << " of " << count;
    }
  }
}

}  // namespace
}  // namespace fwc::test
