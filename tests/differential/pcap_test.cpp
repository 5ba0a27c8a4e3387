// SPDX-License-Identifier: MIT
// The evaluator against libpcap, on filters that both can say and packets that both mean alike.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "compiler/eval/header_walk.h"
#include "fwc/compile.h"
#include "tests/differential/pcap_filter.h"
#include "tests/harness/corpus.h"

namespace fwc::test {
namespace {

struct Saying {
  std::string ours;
  std::string theirs;
};

std::vector<Saying> sayings() {
  return {
      {"ip", "ip"},
      {"ipv6", "ip6"},
      {"tcp", "tcp"},
      {"udp", "udp"},
      {"sctp", "sctp"},
      {"icmpv4", "icmp"},
      {"icmpv6", "icmp6"},
      {"icmp", "icmp or icmp6"},
      {"esp", "esp"},
      {"ah", "ah"},
      {"gre", "proto 47"},
      {"ip && igmp", "igmp"},
      {"ip && proto == 17", "ip proto 17"},
      {"ipv6 && proto == 58", "ip6 proto 58"},
      {"proto == 132", "proto 132"},
      {"ip && proto > 50", "ip[9] > 50"},
      {"(tcp || udp) && dst_port == 53", "tcp dst port 53 or udp dst port 53"},
      {"tcp && dst_port == 80", "tcp dst port 80"},
      {"udp && src_port == 40000", "udp src port 40000"},
      {"src_port == 53 || dst_port == 53", "tcp port 53 or udp port 53"},
      {"dst_port in 1..1024", "tcp dst portrange 1-1024 or udp dst portrange 1-1024"},
      {"src_port in {22, 53, 80}", "(tcp or udp) and (src port 22 or src port 53 or src port 80)"},
      {"icmp || (udp && dst_port == 53)", "icmp or icmp6 or udp dst port 53"},
      {"!udp || dst_port == 53", "not udp or udp dst port 53"},
      {"src_ip == 10.0.0.1", "src host 10.0.0.1"},
      {"dst_ip == 255.255.255.255", "dst host 255.255.255.255"},
      {"src_ip == 10.0.0.1 || dst_ip == 10.0.0.1", "ip host 10.0.0.1"},
      {"src_ip in 10.0.0.0/8", "src net 10.0.0.0/8"},
      {"dst_ip in 0.0.0.0/1", "dst net 0.0.0.0/1"},
      {"src_ip in 224.0.0.0/4", "src net 224.0.0.0/4"},
      {"src_ip == 2001:db8::1", "src host 2001:db8::1"},
      {"dst_ip in 2001:db8::/32", "dst net 2001:db8::/32"},
      {"dst_ip in 2001:db8:0:0:8000::/65", "dst net 2001:db8:0:0:8000::/65"},
      {"src_ip in {fe80::/10, ::1}", "src net fe80::/10 or src host ::1"},
      {"src_ip != 10.0.0.1", "not src host 10.0.0.1"},
      {"ip && ttl == 64", "ip[8] = 64"},
      {"ip && ttl < 3", "ip[8] < 3"},
      {"ipv6 && ttl > 127", "ip6[7] > 127"},
      {"len <= 40", "len <= 40"},
      {"len > 100", "len > 100"},
      {"len >= 28 && len <= 32", "greater 28 and less 32"},
      {"ip && fragment", "ip[6:2] & 0x3fff != 0"},
      {"ip && tcp.syn", "tcp[13] & 2 != 0"},
      {"ip && tcp.flags == 0x12", "tcp[tcpflags] = tcp-syn|tcp-ack"},
      {"ip && (tcp.fin || tcp.rst)", "tcp[tcpflags] & (tcp-fin|tcp-rst) != 0"},
      {"ip && (tcp.flags & 0xc0)", "tcp[13] & 0xc0 != 0"},
      {"icmpv4 && icmp.type == 8", "icmp[icmptype] = 8"},
      {"icmpv4 && icmp.code == 3", "icmp[1] = 3"},
      {"ip && udp && dst_port % 2 == 0", "udp[2:2] % 2 = 0"},
      {"ip && udp && (dst_port & 0xff) == 53", "udp[2:2] & 0xff = 53"},
      {"ip && tcp && dst_port + src_port == 40053", "tcp[0:2] + tcp[2:2] = 40053"},
      {"ip && tcp && dst_port >> 8 == 0", "tcp[2:2] >> 8 = 0"},
      {"tcp ? dst_port == 80 : icmpv4", "(tcp and tcp dst port 80) or (not tcp and icmp)"},
  };
}

// Where the two mean different things.

/// libpcap judges by the version in the first byte, and knows nothing of EtherTypes here.
bool is_no_ip(const TestPacket& packet) {
  return !walk_headers(packet.view()).family;
}

/// Dropped by us whatever the filter says.
bool is_malformed(const TestPacket& packet) {
  return walk_headers(packet.view()).malformed;
}

/// libpcap reads the fixed header's next header, and one fragment header at most.
bool has_extensions(const TestPacket& packet) {
  return walk_headers(packet.view()).extensions != 0;
}

bool is_comparable(const TestPacket& packet) {
  return !is_no_ip(packet) && !is_malformed(packet) && !has_extensions(packet);
}

TEST(Pcap, AgreesWithTheEvaluator) {
  std::vector<TestPacket> packets = packet_corpus();
  Dice dice(17);
  for (int i = 0; i < 2000; ++i) packets.push_back(random_packet(dice));
  std::erase_if(packets, [](const TestPacket& p) { return !is_comparable(p); });
  ASSERT_GE(packets.size(), 2500u);
  for (const auto& [ours, theirs] : sayings()) {
    const ParseResult parsed = parse_filter(ours);
    ASSERT_TRUE(parsed.filter) << ours;
    const PcapFilter pcap(theirs);
    ASSERT_EQ(pcap.error(), "") << theirs;
    std::size_t matches = 0;
    for (const TestPacket& packet : packets) {
      const bool verdict = parsed.filter->judge(packet.bytes, packet.ethertype);
      matches += verdict;
      ASSERT_EQ(verdict, pcap.matches(packet))
          << ours << " | " << theirs << " on " << testing::PrintToString(packet);
    }
    EXPECT_GT(matches, 0u) << ours << " is true of no packet, which compares nothing";
    EXPECT_LT(matches, packets.size()) << ours << " is true of every packet";
  }
}

}  // namespace
}  // namespace fwc::test
