// SPDX-License-Identifier: MIT
// The hooks that see a link layer: the cases of all hooks again, in frames, and what only these
// hooks have. Each is judged by the evaluator and by the kernel.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests/harness/kernel_runner.h"
#include "tests/packets/cases.h"

namespace fwc::test {
namespace {

constexpr std::uint64_t kSource = 0x00005e005301;
constexpr std::uint64_t kDestination = 0x0a1b2c3d4e5f;

/// The packet in a frame; with a VLAN where one is given.
TestPacket framed(TestPacket packet, std::optional<std::uint16_t> vlan = {}) {
  packet.context.link = LinkLayer{.destination = kDestination, .source = kSource, .vlan = vlan};
  return packet;
}

Bytes bytes_of(std::uint64_t number, int count) {
  Bytes out;
  while (count-- > 0) out.push_back(static_cast<std::byte>(number >> 8 * count & 0xff));
  return out;
}

Bytes frame_of(const TestPacket& packet) {
  const LinkLayer& link = *packet.context.link;
  Bytes frame = bytes_of(link.destination, 6);
  const auto append = [&](const Bytes& more) {
    frame.insert(frame.end(), more.begin(), more.end());
  };
  append(bytes_of(link.source, 6));
  if (link.vlan) append(bytes_of(std::uint64_t{0x8100} << 16 | 0xe000 | *link.vlan, 4));
  append(bytes_of(packet.ethertype, 2));
  append(packet.bytes);
  return frame;
}

struct Place {
  Hook hook;
  Direction direction;
};

std::string name_of(const Place& place) {
  return std::string(name(place.hook)) +
         (place.direction == Direction::egress ? "_egress" : "_ingress");
}

void PrintTo(const Place& place, std::ostream* out) {
  *out << name_of(place);
}

class Link : public testing::TestWithParam<Place> {
 protected:
  CompileResult compiled(const std::string& filter) const {
    return compile(filter, {.direction = GetParam().direction, .hook = GetParam().hook});
  }

  std::optional<KernelProgram> load(const std::string& filter) const {
    const CompileResult result = compiled(filter);
    if (!result.object) {
      ADD_FAILURE() << filter << " is not compiled: " << result.diagnostics.front().message;
      return std::nullopt;
    }
    auto loaded = KernelProgram::load(result.object->bytes, GetParam().direction, GetParam().hook);
    if (auto* program = std::get_if<KernelProgram>(&loaded)) return std::move(*program);
    ADD_FAILURE() << filter << "\n" << std::get<std::string>(loaded);
    return std::nullopt;
  }

  bool judge(const std::string& filter, const TestPacket& packet) const {
    const ParseResult parsed = parse_filter(filter, ParseOptions{.hook = GetParam().hook});
    if (!parsed.filter) ADD_FAILURE() << filter;
    const bool ingress = GetParam().direction == Direction::ingress;
    return parsed.filter && parsed.filter->judge_frame(frame_of(packet), ingress);
  }

  /// Both halves on one packet.
  void expect(const std::string& filter, const TestPacket& packet, bool verdict) const {
    EXPECT_EQ(judge(filter, packet), verdict) << filter << " " << testing::PrintToString(packet);
    if (const auto program = load(filter)) {
      EXPECT_EQ(program->run(packet.view()), verdict)
          << filter << " " << testing::PrintToString(packet);
    }
  }
};

bool is_missing_here(const CompileResult& result) {
  return !result.object && result.diagnostics.front().code == "not-on-hook";
}

/// A filter means the same of a packet, whatever hook it comes by.
TEST_P(Link, JudgesAsACgroupDoes) {
  FWC_NEEDS_KERNEL();
  std::map<std::string, std::vector<Case>> by_filter;
  for (Case& c : all_cases())
    if (c.only.value_or(GetParam().direction) == GetParam().direction)
      by_filter[c.filter].push_back(std::move(c));
  std::size_t judged = 0;
  for (const auto& [filter, cases] : by_filter) {
    if (is_missing_here(compiled(filter))) continue;
    const auto program = load(filter);
    if (!program) continue;
    for (const Case& c : cases) {
      if (!is_runnable(c.packet.view())) continue;
      const std::optional<std::uint16_t> vlan =
          judged % 3 == 0 ? std::optional<std::uint16_t>(7) : std::nullopt;
      EXPECT_EQ(program->run(framed(c.packet, vlan).view()), c.verdict)
          << testing::PrintToString(c);
      ++judged;
    }
  }
  EXPECT_GT(judged, 1000U);
}

/// The kernel takes no pointer into the context that was calculated before the load.
TEST_P(Link, ReadsTheContextOften) {
  FWC_NEEDS_KERNEL();
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += (i % 2 == 0 ? "allow (src_port * " : "drop (src_port * ") + std::to_string(i + 3) +
            " == 1000 || vlan == " + std::to_string(i) + ") && dst_port != 1;\n";
  expect(text + "default drop;", framed(Ipv4{} / Udp{}, 8), true);
}

TEST_P(Link, ReadsTheEthernetHeader) {
  FWC_NEEDS_KERNEL();
  const TestPacket udp = framed(Ipv4{} / Udp{} / Payload{4});
  const TestPacket arp = framed(with_ethertype(Ipv4{} / Udp{}, 0x0806));
  for (const TestPacket& packet : {udp, arp}) {
    expect("src_mac == 00:00:5e:00:53:01", packet, true);
    expect("src_mac != 00:00:5e:00:53:01", packet, false);
    expect("dst_mac == 0a:1b:2c:3d:4e:5f", packet, true);
    expect("dst_mac == 0A:1B:2C:3D:4E:5E", packet, false);
    expect("dst_mac in {00:00:00:00:00:01, 0a:1b:2c:00:00:00..0a:1b:2c:ff:ff:ff}", packet, true);
    expect("src_mac in {00:00:00:00:00:01, 0a:1b:2c:00:00:00..0a:1b:2c:ff:ff:ff}", packet, false);
    expect("src_mac in 00:00:5e:00:00:00/24 && dst_mac not in 00:00:5e:00:00:00/24", packet, true);
    expect("src_mac == dst_mac", packet, false);
  }
  expect("ethertype == 0x800 && ip && len == 32", udp, true);
  expect("ethertype == ipv4", udp, true);
  expect("ethertype == arp && !ip && src_ip != 10.0.0.1", arp, true);
  expect("ip", arp, false);
}

TEST_P(Link, StepsOverVlanTags) {
  FWC_NEEDS_KERNEL();
  const TestPacket plain = framed(Ipv6{} / Udp{.dst_port = 53});
  const TestPacket tagged = framed(Ipv6{} / Udp{.dst_port = 53}, 4095);
  for (const char* filter : {"vlan == 4095", "vlan > 0", "vlan in 1..4095"}) {
    expect(filter, tagged, true);
    expect(filter, plain, false);
  }
  expect("vlan != 4095", plain, true);
  expect("vlan != 4095", tagged, false);
  expect("udp && dst_port == 53 && ethertype == 0x86dd && len == 48", tagged, true);
  // A tag within a tag: the first one is the VLAN.
  TestPacket twice = tagged;
  twice.bytes.insert(twice.bytes.begin(),
                     {std::byte{0}, std::byte{9}, std::byte{0x86}, std::byte{0xdd}});
  twice.ethertype = 0x88a8;
  expect("vlan == 4095 && udp && dst_port == 53 && len == 48", twice, true);
  // A third tag is a protocol that nobody knows.
  TestPacket thrice = twice;
  thrice.bytes.insert(thrice.bytes.begin(),
                      {std::byte{0}, std::byte{9}, std::byte{0x81}, std::byte{0}});
  expect("udp || ip || ipv6", thrice, false);
  expect("ethertype == 0x8100 && vlan == 4095", thrice, true);
}

TEST_P(Link, DropsFramesThatEndWithinATag) {
  FWC_NEEDS_KERNEL();
  TestPacket cut = framed(with_ethertype({}, 0x8100));
  for (std::size_t size = 0; size < 4; ++size) {
    cut.bytes.assign(size, std::byte{0});
    expect("true", cut, false);
  }
  cut.bytes.assign(4, std::byte{0});
  expect("true", cut, true);
}

TEST_P(Link, ReadsPayloadsBehindTags) {
  FWC_NEEDS_KERNEL();
  const Stack get = Ipv6{} / Extension{} / Tcp{.options = 8} / Payload{.text = "GET / HTTP/1.1"};
  for (const std::optional<std::uint16_t> vlan : {std::optional<std::uint16_t>(), {7}}) {
    expect("payload[0:4] == \"GET \" && payload[4:10] == \"/ HTTP/1.1\"", framed(get, vlan), true);
    expect("payload.len == 14 && payload[13] == 0x31 && payload[14] != 0", framed(get, vlan), true);
  }
}

INSTANTIATE_TEST_SUITE_P(Hooks, Link,
                         testing::Values(Place{Hook::tc, Direction::egress},
                                         Place{Hook::tc, Direction::ingress},
                                         Place{Hook::xdp, Direction::ingress}),
                         [](const auto& place) { return name_of(place.param); });

TEST(Hooks, NameThoseThatHaveAField) {
  const CompileResult result = compile("vlan == 7");
  ASSERT_FALSE(result.object);
  EXPECT_EQ(result.diagnostics.front().code, "not-on-hook");
  EXPECT_EQ(result.diagnostics.front().hint, "it is on `tc` or `xdp`, as `--hook tc`");
  EXPECT_TRUE(compile("vlan == 7", {.hook = Hook::tc}).object);
  EXPECT_FALSE(compile("mark == 7", {.hook = Hook::xdp}).object);
}

TEST(Hooks, OfWhichXdpSeesNothingThatIsSent) {
  EXPECT_TRUE(compile("udp", {.hook = Hook::xdp}).object);
  EXPECT_FALSE(compile("udp", {.direction = Direction::egress, .hook = Hook::xdp}).object);
  EXPECT_FALSE(compile("udp", {.direction = Direction::both, .hook = Hook::xdp}).object);
}

TEST(Hooks, ForwardMalformedFramesWhereTheFilterHasNoPart) {
  const ParseResult parsed =
      parse_filter("ingress { default allow; }", ParseOptions{.hook = Hook::tc});
  ASSERT_TRUE(parsed.filter);
  const Bytes cut(13);
  EXPECT_TRUE(parsed.filter->judge_frame(cut, false));
  EXPECT_FALSE(parsed.filter->judge_frame(cut, true));
}

TEST(Hooks, LeaveWatchingToCgroups) {
  for (const Hook hook : {Hook::tc, Hook::xdp}) {
    EXPECT_TRUE(compile("udp", {.hook = hook, .counters = true}).object);
    EXPECT_FALSE(compile("udp", {.hook = hook, .log = Logged::dropped}).object);
    EXPECT_FALSE(compile("udp", {.hook = hook, .audit = true}).object);
    EXPECT_FALSE(compile("udp", {.hook = hook, .refuse_calls = true}).object);
  }
}

}  // namespace
}  // namespace fwc::test
