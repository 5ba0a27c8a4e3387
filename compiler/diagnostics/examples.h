// SPDX-License-Identifier: MIT
// A short filter for each kind of error and warning that a short filter can show; `fwc explain`
// renders what the compiler says of it. A test holds that each is met by its own code.
#pragma once

#include <array>
#include <string_view>

#include "compiler/diagnostics/codes.h"

namespace fwc {

struct ExampleRow {
  Code code;
  std::string_view filter;
};

inline constexpr std::array kExamples = {
    ExampleRow{.code = Code::syntax, .filter = "udp && (dst_port == 53"},
    ExampleRow{.code = Code::assignment, .filter = "dst_port = 53"},
    ExampleRow{.code = Code::encoding, .filter = "udp \xff"},
    ExampleRow{.code = Code::empty_filter, .filter = "# nothing but a comment"},
    ExampleRow{.code = Code::no_default, .filter = "allow udp; drop tcp;"},
    ExampleRow{.code = Code::unknown_name, .filter = "dst_prot == 53"},
    ExampleRow{.code = Code::wrong_type, .filter = "src_ip == 80"},
    ExampleRow{.code = Code::not_on_hook, .filter = "vlan == 7"},
    ExampleRow{.code = Code::leading_zero, .filter = "dst_port == 010"},
    ExampleRow{.code = Code::either_end, .filter = "port + 1 == 54"},
    ExampleRow{.code = Code::bad_integer, .filter = "dst_port == 0b12"},
    ExampleRow{.code = Code::bad_address, .filter = "src_ip == 192.0.2.256"},
    ExampleRow{.code = Code::bad_prefix, .filter = "src_ip in 192.0.2.0/33"},
    ExampleRow{.code = Code::bad_bytes, .filter = "payload[0:2] == \"\\q0\""},
    ExampleRow{.code = Code::host_bits, .filter = "src_ip in 192.0.2.1/24"},
    ExampleRow{.code = Code::out_of_range, .filter = "dst_port == 70000"},
    ExampleRow{.code = Code::division_by_zero, .filter = "len / 0 == 1"},
    ExampleRow{.code = Code::shift_range, .filter = "len << 64 == 1"},
    ExampleRow{.code = Code::empty_range, .filter = "dst_port in 8999..8000"},
    ExampleRow{.code = Code::empty_set, .filter = "dst_port in {}"},
    ExampleRow{.code = Code::not_constant, .filter = "dst_port in {53, src_port}"},
    ExampleRow{.code = Code::unknown_variable, .filter = "len <= $limit"},
    ExampleRow{.code = Code::duplicate_variable,
               .filter = "let $limit = 1; let $limit = 2; len <= $limit"},
    ExampleRow{.code = Code::duplicate_name,
               .filter = "allow dns: udp; drop dns: tcp; default drop;"},
    ExampleRow{.code = Code::shadowed_name, .filter = "let udp = tcp; udp"},
    ExampleRow{.code = Code::recursive_definition, .filter = "let web = web || udp; web"},
    ExampleRow{.code = Code::unreadable_file, .filter = "dst_ip in from \"no-such-file\""},
    ExampleRow{.code = Code::bad_default, .filter = "let $limit = 9 in 0..5; len <= $limit"},
    ExampleRow{.code = Code::always_true, .filter = "udp && dst_port >= 0"},
    ExampleRow{.code = Code::always_false, .filter = "icmp || (tcp && udp)"},
    ExampleRow{.code = Code::drops_everything, .filter = "tcp && false"},
    ExampleRow{.code = Code::passes_everything, .filter = "udp || true"},
    ExampleRow{.code = Code::absent_passes, .filter = "dst_port != 22"},
    ExampleRow{.code = Code::covered_clause, .filter = "tcp || (tcp && dst_port == 80)"},
    ExampleRow{.code = Code::unreachable_rule,
               .filter = "allow udp; allow udp && dst_port == 53; default drop;"},
    ExampleRow{.code = Code::contradicting_rule,
               .filter = "allow tcp; drop tcp && dst_port == 23; default drop;"},
    ExampleRow{.code = Code::redundant_rule, .filter = "allow udp; drop icmp; default drop;"},
    ExampleRow{.code = Code::bitwise_precedence, .filter = "tcp.flags & 2 == 2"},
    ExampleRow{.code = Code::negation_precedence, .filter = "not dst_port == 22"},
    ExampleRow{.code = Code::chained_comparison, .filter = "1 < dst_port < 1024"},
    ExampleRow{.code = Code::number_as_condition, .filter = "udp && dst_port"},
    ExampleRow{.code = Code::unused_variable, .filter = "let $limit = 1500; udp"},
    ExampleRow{.code = Code::unused_definition, .filter = "let web = {80, 443}; udp"},
};

/// Empty where no short text shows it: limits on size, and bugs of our own.
constexpr std::string_view find_example(Code code) {
  for (const ExampleRow& example : kExamples)
    if (example.code == code) return example.filter;
  return {};
}

}  // namespace fwc
