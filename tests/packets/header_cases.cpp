// SPDX-License-Identifier: MIT
// Malformed packets, the walk to the transport header, fragments.
#include "tests/packets/cases.h"

namespace fwc::test {

namespace {

Stack extensions(std::uint8_t number, std::uint8_t length, unsigned count) {
  Stack stack{{Ipv6{}}};
  for (unsigned i = 0; i < count; ++i)
    stack =
        number == 44 ? stack / Fragment{} : stack / Extension{.number = number, .length = length};
  return stack;
}

}  // namespace

std::vector<Case> malformed_cases() {
  const TestPacket empty4{.ethertype = kEtherTypeIpv4, .bytes = {}};
  const TestPacket empty6{.ethertype = kEtherTypeIpv6, .bytes = {}};
  return {
      {"ipv4_without_a_byte", "true", empty4, false},
      {"ipv6_without_a_byte", "true", empty6, false},
      {"ipv4_header_cut", "true", truncated(Ipv4{} / Udp{}, 19), false},
      {"ipv6_header_cut", "true", truncated(Ipv6{} / Udp{}, 39), false},
      {"ipv4_header_alone", "true", Ipv4{} / Opaque{.protocol = 47}, true},
      {"ipv6_header_alone", "true", Ipv6{} / Opaque{}, true},
      {"ipv4_version_6", "true", Ipv4{.version = 6} / Udp{}, false},
      {"ipv4_version_0", "!udp", Ipv4{.version = 0} / Udp{}, false},
      {"ipv6_version_4", "true", Ipv6{.version = 4} / Udp{}, false},
      {"ipv4_of_four_words", "true", Ipv4{.header_words = 4} / Udp{}, false},
      {"ipv4_of_no_words", "true", Ipv4{.header_words = 0} / Udp{}, false},
      {"ipv4_header_past_the_end", "true", Ipv4{.header_words = 8} / Udp{}, false},
      {"ipv4_header_past_the_end_of_any_protocol", "true",
       Ipv4{.header_words = 8, .protocol = 99} / Udp{}, false},
      {"ipv4_header_up_to_the_end", "true", Ipv4{.header_words = 7, .protocol = 47} / Udp{}, true},
      {"ipv4_options_cut", "true", truncated(Ipv4{.options = 8} / Opaque{.protocol = 47}, 27),
       false},
      {"tcp_of_four_words", "true", Ipv4{} / Tcp{.data_offset = 4}, false},
      {"tcp_of_no_words", "!tcp", Ipv6{} / Tcp{.data_offset = 0}, false},
      {"tcp_of_five_words", "tcp", Ipv6{} / Tcp{.data_offset = 5}, true},
      {"tcp_options_past_the_end", "tcp", Ipv4{} / Tcp{.data_offset = 15}, true},
      {"extension_cut_to_its_first_byte", "true", truncated(Ipv6{} / Extension{} / Opaque{}, 41),
       false},
      {"extension_cut_after_its_length", "true", truncated(Ipv6{} / Extension{} / Opaque{}, 42),
       false},
      {"extension_cut_at_its_last_byte", "true", truncated(Ipv6{} / Extension{} / Opaque{}, 47),
       false},
      {"extension_that_is_all", "true", Ipv6{} / Extension{} / Opaque{}, true},
      {"extension_number_without_a_header", "true", Ipv6{} / Opaque{.protocol = 0}, false},
      {"second_extension_past_the_end", "!udp",
       truncated(Ipv6{} / Extension{} / Extension{.number = 60, .length = 3} / Udp{}, 79), false},
      {"nine_extension_headers", "true", extensions(60, 0, 9) / Udp{}, false},
      {"nine_fragment_headers", "true", extensions(44, 0, 9) / Udp{}, false},
      {"the_ninth_extension_header_not_there", "true",
       extensions(60, 0, 8) / Opaque{.protocol = 60}, false},
      {"arp_is_not_malformed", "true", with_ethertype(TestPacket{}, 0x0806), true},
      {"arp_is_no_ip_packet", "ip || ipv6 || udp", with_ethertype(Ipv4{} / Udp{}, 0x0806), false},
      {"arp_is_dropped_by_false", "false", with_ethertype(Ipv4{} / Udp{}, 0x0806), false},
      {"ipv6_bytes_under_ipv4", "true", with_ethertype(Ipv6{} / Udp{}, kEtherTypeIpv4), false},
  };
}

std::vector<Case> walk_cases() {
  std::vector<Case> out;
  for (const int number : {0, 43, 44, 51, 60, 135, 139, 140}) {
    for (const unsigned count : {1u, 2u, 7u, 8u}) {
      for (const int length : {0, 1, 2, 30}) {
        const Stack chain =
            extensions(static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(length), count);
        const std::string name = "extension_" + std::to_string(number) + "_length_" +
                                 std::to_string(length) + "_times_" + std::to_string(count);
        out.push_back({name, "tcp && dst_port == 22", chain / Tcp{.dst_port = 22}, true});
        out.push_back({name + "_wrong_port", "dst_port == 22", chain / Udp{.dst_port = 23}, false});
        out.push_back({name + "_icmp", "icmp.type == 128", chain / Icmp{.type = 128}, true});
      }
    }
  }
  for (std::size_t options = 0; options <= 40; options += 4)
    out.push_back({"ipv4_options_" + std::to_string(options), "dst_port == 53 && proto == 17",
                   Ipv4{.options = options} / Udp{.dst_port = 53}, true});
  const std::vector<Case> more = {
      {"longest_extension", "dst_port == 53", extensions(60, 255, 1) / Udp{}, true},
      {"esp_ends_the_walk", "proto == 50 && esp", extensions(0, 0, 1) / Opaque{50, 4}, true},
      {"no_next_header_ends_the_walk", "proto == 59", extensions(0, 0, 2) / Opaque{59, 0}, true},
      {"unknown_header_ends_the_walk", "proto == 254", Ipv6{} / Opaque{254, 0}, true},
      {"ipv4_does_not_walk_ah", "ah && proto == 51 && !udp",
       Ipv4{} / Extension{.number = 51, .length = 4} / Udp{}, true},
      {"ipv4_does_not_walk_options_of_ipv6", "proto == 60 && !udp",
       Ipv4{} / Extension{.number = 60} / Udp{}, true},
      {"ipv6_walks_ah", "ah && udp && dst_port == 53",
       Ipv6{} / Extension{.number = 51, .length = 4} / Udp{}, true},
      {"fragment_header_length_is_fixed", "udp && dst_port == 53",
       Ipv6{} / Fragment{.reserved = 9} / Udp{}, true},
      {"nothing_looks_inside_a_tunnel", "ipip && ip && !udp && proto == 4", Ipv4{} / Ipv4{} / Udp{},
       true},
      {"outer_addresses_count", "ipv6 && dst_ip == 2001:db8::2", Ipv6{} / Ipv4{.dst = 1} / Udp{},
       true},
      {"icmp_number_of_the_other_family", "icmp || icmpv4 || icmpv6", Ipv6{} / Icmp{.protocol = 1},
       false},
      {"icmpv6_number_over_ipv4", "icmp || icmpv4 || icmpv6", Ipv4{} / Icmp{.protocol = 58}, false},
  };
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::vector<Case> fragment_cases() {
  const TestPacket first4 = Ipv4{.mf = true} / Udp{};
  const TestPacket later4 = Ipv4{.fragment_offset = 8} / Udp{};
  const TestPacket first6 = Ipv6{} / Fragment{.more = true} / Udp{};
  const TestPacket later6 = Ipv6{} / Fragment{.offset = 8} / Udp{};
  const TestPacket atomic6 = Ipv6{} / Fragment{} / Udp{};
  const TestPacket tiny4 = Ipv4{.fragment_offset = 1480, .protocol = 6} / Payload{1};
  const TestPacket tiny6 = Ipv6{} / Fragment{.offset = 1480, .next_header = 6} / Payload{1};
  return {
      {"first_ipv4", "fragment && udp && dst_port == 53", first4, true},
      {"first_ipv6", "fragment && udp && dst_port == 53", first6, true},
      {"later_ipv4_has_protocol", "fragment && udp && proto == 17", later4, true},
      {"later_ipv6_has_protocol", "fragment && udp && proto == 17", later6, true},
      {"later_ipv4_has_no_ports", "dst_port >= 0 || src_port >= 0", later4, false},
      {"later_ipv6_has_no_ports", "dst_port >= 0 || src_port >= 0", later6, false},
      {"later_ipv4_differs_from_any_port", "dst_port != 53", later4, true},
      {"later_ipv6_differs_from_any_port", "dst_port not in {53}", later6, true},
      {"later_ipv4_header_past_the_end", "true",
       Ipv4{.fragment_offset = 8, .header_words = 6, .protocol = 6} / Payload{3}, false},
      {"middle_ipv4_is_not_first", "fragment && !first_fragment",
       Ipv4{.mf = true, .fragment_offset = 8} / Udp{}, true},
      {"middle_ipv6_is_not_first", "fragment && !first_fragment",
       Ipv6{} / Fragment{.offset = 8, .more = true} / Udp{}, true},
      {"atomic_is_none", "!fragment && dst_port == 53", atomic6, true},
      {"later_may_be_tiny_ipv4", "tcp", tiny4, true},
      {"later_may_be_tiny_ipv6", "tcp", tiny6, true},
      {"first_may_not_be_tiny_ipv4", "true", Ipv4{.mf = true, .protocol = 6} / Payload{19}, false},
      {"first_may_not_be_tiny_ipv6", "true",
       Ipv6{} / Fragment{.more = true, .next_header = 6} / Payload{19}, false},
      {"more_fragments_of_either_header", "fragment && dst_port == 53",
       Ipv6{} / Fragment{.more = true} / Fragment{} / Udp{}, true},
      {"first_offset_ends_the_walk", "fragment && proto == 44 && !udp",
       Ipv6{} / Fragment{.offset = 8} / Fragment{} / Udp{}, true},
      {"later_behind_an_atomic", "udp && !(dst_port == 53)",
       Ipv6{} / Fragment{} / Fragment{.offset = 8} / Udp{}, true},
      {"later_of_an_extension_header", "proto == 60 && !udp",
       Ipv6{} / Fragment{.offset = 8} / Extension{.number = 60} / Udp{}, true},
      {"later_as_the_eighth_header", "proto == 60",
       extensions(60, 0, 7) / Fragment{.offset = 8, .next_header = 60} / Payload{}, true},
      {"later_as_the_ninth_header", "true", extensions(60, 0, 8) / Fragment{.offset = 8} / Udp{},
       false},
      {"later_fragment_header_cut", "true", truncated(later6, 47), false},
      {"greatest_offset", "fragment && tcp && !(dst_port == 80)",
       Ipv4{.fragment_offset = 65528} / Tcp{}, true},
      {"do_not_fragment_is_no_fragment", "fragment", Ipv4{.df = true} / Udp{}, false},
      {"flags_of_a_later_fragment", "tcp.syn || tcp.flags >= 0",
       Ipv4{.fragment_offset = 8} / Tcp{.flags = 0xff}, false},
      {"later_ipv4_of_an_authentication_header", "ah && proto == 51",
       Ipv4{.fragment_offset = 8, .protocol = 51} / Payload{8}, true},
      {"later_ipv6_of_an_authentication_header", "!ah && proto == 51",
       Ipv6{} / Fragment{.offset = 8, .next_header = 51} / Payload{8}, true},
      {"later_ipv6_behind_an_authentication_header", "ah && proto == 17",
       Ipv6{} / Extension{.number = 51, .length = 4} / Fragment{.offset = 8} / Udp{}, true},
      {"type_of_a_later_fragment", "icmp && icmp.type == 8", Ipv4{.fragment_offset = 8} / Icmp{},
       false},
  };
}

}  // namespace fwc::test
