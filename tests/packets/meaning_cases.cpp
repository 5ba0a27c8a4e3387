// SPDX-License-Identifier: MIT
// Operators and absent values, and what the program of 2019 got wrong.
#include "tests/packets/cases.h"

namespace fwc::test {

namespace {

const TestPacket kUdp = Ipv4{} / Udp{.src_port = 1000, .dst_port = 53};
const TestPacket kIcmp = Ipv4{} / Icmp{};
const TestPacket kSyn = Ipv4{} / Tcp{.src_port = 1000, .dst_port = 80, .flags = 0x02};

}  // namespace

std::vector<Case> operator_cases() {
  return {
      {"precedence_of_and_over_or", "icmp || udp && dst_port == 54", kUdp, false},
      {"precedence_of_equal_over_bit_and", "dst_port & 1 == 1", kUdp, true},
      {"precedence_of_shift_under_plus", "dst_port == 1 + 12 << 2 | 1", kUdp, true},
      {"words", "udp and not tcp or false", kUdp, true},
      {"quotient_by_a_negative_number", "len * 100 / (0 - ttl) < 0", kUdp, true},
      {"ipv4_address_as_number_of_an_ipv6_one", "src_ip == 10.0.0.1",
       Ipv6{.src = {0, 0, 0, 0, 0, 0, 0x0a00, 1}} / Udp{}, false},
      {"constants_in_order", "1 < 1 || 2 > 2 || 5 <= 4", kUdp, false},
      {"exclusive_or", "udp ^^ tcp ^^ ip", kUdp, false},
      {"exclusive_or_of_three", "udp ^^ ip ^^ !tcp", kUdp, true},
      {"conditional_to_the_right", "tcp ? dst_port == 80 : udp ? dst_port == 53 : icmp", kUdp,
       true},
      {"bools_are_numbers", "udp + ip + tcp == 2", kUdp, true},
      {"numbers_are_conditions", "dst_port", kUdp, true},
      {"minus", "-dst_port == -53", kUdp, true},
      {"complement", "~dst_port == -54", kUdp, true},
      {"division_truncates", "(0 - dst_port) / 10 == -5", kUdp, true},
      {"remainder_has_the_sign_of_the_dividend", "(0 - dst_port) % 10 == -3", kUdp, true},
      {"division_by_a_zero_field", "dst_port / tcp == 0", kUdp, true},
      {"remainder_by_a_zero_field", "dst_port % tcp == 53", kUdp, true},
      {"shift_is_arithmetic", "(0 - dst_port) >> 1 == -27", kUdp, true},
      {"shift_count_modulo_64", "dst_port << (src_port - 936) == dst_port", kUdp, true},
      {"wraps_at_64_bits", "(dst_port << 62) * 4 == 0", kUdp, true},
      {"range_with_both_ends", "dst_port in 53..53", kUdp, true},
      {"set", "dst_port in {1, 50..52, 54, 0x35}", kUdp, true},
      {"not_in_a_set", "dst_port not in {1, 50..52, 54}", kUdp, true},
      {"prefix_of_everything", "src_ip in 0.0.0.0/0", kUdp, true},
      {"prefix_of_the_other_family", "src_ip in ::/0", kUdp, false},
      {"mapped_address_is_another", "src_ip == ::ffff:10.0.0.1", kUdp, false},
      {"address_range", "src_ip in 10.0.0.0..10.0.0.1", kUdp, true},
      {"absent_equal", "dst_port == 0", kIcmp, false},
      {"absent_not_equal", "dst_port != 0", kIcmp, true},
      {"absent_less", "dst_port < 1", kIcmp, false},
      {"absent_greater", "dst_port > 0", kIcmp, false},
      {"absent_less_equal", "dst_port <= 65535", kIcmp, false},
      {"absent_in", "dst_port in 0..65535", kIcmp, false},
      {"absent_not_in", "dst_port not in 0..65535", kIcmp, true},
      {"absent_equals_itself", "dst_port == dst_port", kIcmp, false},
      {"absent_differs_from_itself", "dst_port != dst_port", kIcmp, true},
      {"absent_times_zero", "dst_port * 0 == 0", kIcmp, false},
      {"absent_condition", "dst_port", kIcmp, false},
      {"absent_condition_negated", "!dst_port", kIcmp, true},
      {"absent_flag_as_a_number", "tcp.syn + 0 == 0", kUdp, false},
      {"absent_flag_compared", "tcp.syn == 0", kUdp, false},
      {"absent_flag_negated", "!tcp.syn", kUdp, true},
      {"absent_flag_as_an_arm", "(ip ? tcp.syn : true) == 0", kUdp, true},
      {"absent_arm_not_chosen", "(udp ? 1 : icmp.type) == 1", kUdp, true},
      {"absent_arm_chosen", "(icmp ? 1 : icmp.type) != 1", kUdp, true},
      {"flags_as_numbers", "tcp.syn + tcp.ack == 1", kSyn, true},
      {"default_of_a_variable", "let $port = 53; dst_port == $port", kUdp, true},
      {"bool_variable", "let $on: bool = false; $on || tcp", kUdp, false},
      {"line_breaks_and_comments", "udp // one\n&& /* two */ dst_port # three\n== 53", kUdp, true},
  };
}

std::vector<Case> example_cases() {
  const std::string dns = "icmp || (udp && dst_port == 53)";
  std::vector<Case> out = {
      {"spoofed_port_in_a_destination_option", "udp && dst_port == 53",
       with_byte(with_byte(Ipv6{} / Extension{.number = 60, .length = 1} / Udp{.dst_port = 9999},
                           51, 0x00),
                 52, 0x35),
       false},
      {"spoofed_port_in_hop_by_hop", "tcp && dst_port == 443",
       with_byte(with_byte(Ipv6{} / Extension{.length = 1} / Tcp{.dst_port = 22}, 51, 1), 52, 0xbb),
       false},
      {"hop_by_hop_of_16_bytes", dns, Ipv6{} / Extension{.length = 1} / Udp{}, true},
      {"routing_header_of_24_bytes", "tcp && dst_port == 22",
       Ipv6{} / Extension{.number = 43, .length = 2} / Tcp{.dst_port = 22}, true},
      {"routing_header_hides_no_port", "dst_port != 22",
       Ipv6{} / Extension{.number = 43, .length = 2} / Tcp{.dst_port = 22}, false},
      {"authentication_header_of_24_bytes", "tcp && dst_port == 22",
       Ipv6{} / Extension{.number = 51, .length = 4} / Tcp{.dst_port = 22}, true},
      {"authentication_header_hides_no_port", "dst_port != 22",
       Ipv6{} / Extension{.number = 51, .length = 4} / Tcp{.dst_port = 22}, false},
      {"ports_of_a_later_ipv4_fragment", "udp && dst_port == 53",
       Ipv4{.fragment_offset = 64, .protocol = 17} / Udp{} / Payload{20}, false},
      {"ports_of_a_later_ipv6_fragment", "udp && dst_port == 53",
       Ipv6{} / Fragment{.offset = 64} / Udp{} / Payload{20}, false},
      {"absent_ports_are_not_zero_icmp", "dst_port < 1024", kIcmp, false},
      {"absent_ports_are_not_zero_gre", "dst_port < 1024", Ipv4{} / Opaque{47, 20}, false},
      {"absent_ports_are_not_zero_sctp", "dst_port < 1024", Ipv4{} / Sctp{.dst_port = 22}, false},
      {"short_ipv4_header_is_not_read", "true", Ipv4{.header_words = 2} / Udp{} / Payload{20},
       false},
      {"longest_ihlen_does_not_wrap", "dst_port == 53",
       Ipv6{} / Extension{.number = 60, .length = 31} / Udp{} / Payload{12}, true},
  };
  for (std::size_t size = 0; size <= 13; ++size) {
    const std::string name = "udp_payload_of_" + std::to_string(size);
    out.push_back({name + "_ipv4", dns, Ipv4{} / Udp{} / Payload{size}, true});
    out.push_back({name + "_ipv6", dns, Ipv6{} / Udp{} / Payload{size}, true});
    out.push_back({name + "_true", "true", Ipv4{} / Udp{} / Payload{size}, true});
  }
  for (const int number : {135, 139, 140}) {
    const Stack chain{{Ipv6{}, Extension{.number = static_cast<std::uint8_t>(number)}}};
    const std::string name = "header_" + std::to_string(number);
    out.push_back(
        {name + "_is_walked", "tcp && dst_port == 22", chain / Tcp{.dst_port = 22}, true});
    out.push_back(
        {name + "_hides_nothing", "!tcp || dst_port == 443", chain / Tcp{.dst_port = 22}, false});
  }
  Stack chain{{Ipv6{}}};
  for (int count = 1; count <= 9; ++count) {
    chain = chain / Extension{.number = 60};
    const std::string name = "option_headers_" + std::to_string(count);
    out.push_back(
        {name + "_hide_nothing", "!tcp || dst_port == 443", chain / Tcp{.dst_port = 22}, false});
    out.push_back({name, "tcp && dst_port == 22", chain / Tcp{.dst_port = 22}, count <= 8});
  }
  return out;
}

}  // namespace fwc::test
