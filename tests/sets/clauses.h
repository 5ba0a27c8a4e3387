// SPDX-License-Identifier: MIT
// Long filters of many clauses, as texts.
#pragma once

#include <string>

#include "tests/harness/interesting.h"

namespace fwc::test {

/// Clauses of the kinds that are grouped, of kinds that are not, and of all mixed; joined by `||`,
/// or negated and joined by `&&`. Values are such as random_packet uses.
std::string random_clauses(Dice& dice, std::size_t count);

/// A policy of so many rules over such clauses, some of which are several and few of which count.
std::string random_rules(Dice& dice, std::size_t count);

/// `tcp && dst_port == … || udp && dst_port == … || …`
std::string port_clauses(std::size_t count);

/// The same with a network each: `(tcp && dst_port == … && src_ip in …/…) || …`
std::string mixed_clauses(std::size_t count);

/// Clauses of two networks, a protocol and a range of ports, as rules of a firewall are.
std::string rule_clauses(std::size_t count);

}  // namespace fwc::test
