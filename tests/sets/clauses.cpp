// SPDX-License-Identifier: MIT
// Draws the clauses of clauses.h.
#include "tests/sets/clauses.h"

#include <algorithm>
#include <array>
#include <vector>

namespace fwc::test {

namespace {

constexpr std::array<const char*, 6> kGuards = {"tcp",        "udp",         "icmp",
                                                "proto == 6", "proto != 17", "sctp"};
constexpr std::array<const char*, 3> kNumbers = {"dst_port", "local_port", "ttl"};
constexpr std::array<const char*, 2> kAddresses = {"src_ip", "remote_ip"};
constexpr std::array<const char*, 8> kNetworks = {
    "10.0.0.0/8", "10.0.0.1",      "10.255.255.255", "192.168.0.0/16",
    "::1",        "2001:db8::/64", "2001:db8::1",    "::ffff:10.0.0.0/104"};

std::string number(Dice& dice, bool port) {
  return std::to_string(port ? dice.of(kPorts) : dice.of(kBytes));
}

std::string number_test(Dice& dice) {
  const std::string field = dice.of(kNumbers);
  const bool port = field != "ttl";
  const auto value = [&] { return number(dice, port); };
  switch (dice.below(12)) {
    case 7: return field + " != " + value();
    case 8: return field + " not in {" + value() + ", " + value() + ", 200..250}";
    case 0: return field + " in {" + value() + ", " + value() + "}";
    case 1: return field + " in {" + value() + ", " + value() + ", 200..250}";
    case 2: return field + " < " + value();
    case 3: return "(" + field + " == " + value() + " || " + field + " == " + value() + ")";
    default: return field + " == " + value();
  }
}

std::string address_test(Dice& dice) {
  const std::string field = dice.of(kAddresses);
  if (dice.one_in(4)) return field + " in {" + dice.of(kNetworks) + ", " + dice.of(kNetworks) + "}";
  const std::string network = dice.of(kNetworks);
  if (dice.one_in(12)) return field + " not in {" + network + "}";
  return field + (network.find('/') == std::string::npos ? " == " : " in ") + network;
}

std::string other_test(Dice& dice) {
  switch (dice.below(4)) {
    case 0: return "tcp.syn";
    case 1: return "len + ttl == " + std::to_string(100 + dice.below(60));
    case 2: return "!fragment";
    default: return "dst_port != " + number(dice, true);
  }
}

/// One in so many is of a kind that is not grouped.
std::string clause(Dice& dice, std::size_t others = 12) {
  std::vector<std::string> tests;
  if (!dice.one_in(3)) tests.emplace_back(dice.of(kGuards));
  if (dice.one_in(others)) tests.push_back(other_test(dice));
  for (std::size_t n = dice.below(3); n > 0; --n) tests.push_back(number_test(dice));
  for (std::size_t n = dice.below(2) + dice.one_in(6); n > 0; --n)
    tests.push_back(address_test(dice));
  if (dice.one_in(10)) tests.push_back("port == " + number(dice, true));
  if (dice.one_in(10))
    tests.push_back("(" + address_test(dice) + " || " + number_test(dice) + " && icmp)");
  if (tests.empty()) tests.push_back(number_test(dice));
  if (tests.size() > 1 && dice.one_in(2))
    std::rotate(tests.begin(), tests.begin() + 1, tests.end());
  std::string text = "(" + tests.front();
  for (std::size_t i = 1; i < tests.size(); ++i) text += " && " + tests[i];
  return text + ")";
}

}  // namespace

std::string random_clauses(Dice& dice, std::size_t count) {
  const bool negated = dice.one_in(3);
  std::string text = dice.one_in(4) ? "(udp || tcp) && (" : "(";
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text += negated ? " && " : " || ";
    if (negated && !dice.one_in(20)) text += "!";
    text += clause(dice);
  }
  return text + ")";
}

std::string random_rules(Dice& dice, std::size_t count) {
  constexpr std::size_t kOthers = 300;
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += dice.one_in(60) ? "count " : dice.one_in(2) ? "allow " : "drop ";
    text += clause(dice, kOthers);
    while (dice.one_in(6)) text += " || " + clause(dice, kOthers);
    text += ";\n";
  }
  return text + (dice.one_in(2) ? "default allow;" : "default drop;");
}

std::string port_clauses(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += std::string(i == 0 ? "" : " || ") + (i % 2 == 0 ? "tcp" : "udp") +
            " && dst_port == " + std::to_string((i * 40503 + 1) % 65536);
  return text;
}

std::string mixed_clauses(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t network = i * 2654435761 % 100'000;
    text += std::string(i == 0 ? "" : " || ") + (i % 2 == 0 ? "(tcp" : "(udp") +
            " && dst_port == " + std::to_string(i * 40503 % 997) + " && src_ip in 10." +
            std::to_string(network % 250) + "." + std::to_string(network / 250 % 250) + ".0/24)";
  }
  return text;
}

std::string rule_clauses(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string here = std::to_string(i % 250) + "." + std::to_string(i / 250);
    text += std::string(i == 0 ? "" : " || ") + "(src_ip in 10." + here +
            ".0/24 && dst_ip in 172." + here + ".0/28 && " + (i % 3 == 0 ? "udp" : "tcp") +
            " && dst_port in " + std::to_string(i % 100 * 10) + ".." +
            std::to_string(1000 + i * 40503 % 64000) + ")";
  }
  return text;
}

}  // namespace fwc::test
