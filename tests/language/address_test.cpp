// SPDX-License-Identifier: MIT
// Addresses against the C library's reading of them, on edge cases and on random texts.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "compiler/language/types.h"

namespace fwc {
namespace {

std::optional<Address> parse_by_library(const std::string& text) {
  unsigned char bytes[16];
  if (text.find('\0') != std::string::npos) return std::nullopt;
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) {
    std::uint64_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | bytes[i];
    return Address{Family::ipv4, {0, value}};
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes) != 1) return std::nullopt;
  U128 value;
  for (int i = 0; i < 8; ++i) value.high = value.high << 8 | bytes[i];
  for (int i = 8; i < 16; ++i) value.low = value.low << 8 | bytes[i];
  return Address{Family::ipv6, value};
}

TEST(ParseAddress, AgreesWithTheLibraryOnEdges) {
  for (const std::string text : {"",
                                 ".",
                                 ":",
                                 "::",
                                 ":::",
                                 "0.0.0.0",
                                 "255.255.255.255",
                                 "256.0.0.0",
                                 "1.2.3",
                                 "1.2.3.4.5",
                                 "1.2.3.",
                                 ".1.2.3",
                                 "1..2.3",
                                 "01.2.3.4",
                                 "1.2.3.04",
                                 "00.0.0.0",
                                 "1.2.3.4 ",
                                 " 1.2.3.4",
                                 "1.2.3.-4",
                                 "1.2.3.0x4",
                                 "1.2.3.1000",
                                 "::1",
                                 "1::",
                                 "::1.2.3.4",
                                 "::ffff:1.2.3.4",
                                 "1:2:3:4:5:6:7:8",
                                 "1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8:9",
                                 "1:2:3:4:5:6:7::",
                                 "::2:3:4:5:6:7:8",
                                 "1:2:3:4::5:6:7:8",
                                 "1::2::3",
                                 ":1:2:3:4:5:6:7:8",
                                 "1:2:3:4:5:6:7:8:",
                                 "1:",
                                 ":1",
                                 "12345::",
                                 "g::",
                                 "1:2:3:4:5:6:1.2.3.4",
                                 "1:2:3:4:5:6:7:1.2.3.4",
                                 "1:2:3:4:5:1.2.3.4",
                                 "1.2.3.4::",
                                 "::1.2.3",
                                 "::1.2.3.256",
                                 "1:::2",
                                 "::%eth0",
                                 "FE80::A",
                                 "fe80::00001",
                                 "0000::0000",
                                 "::1.2.3.4:5"})
    EXPECT_EQ(parse_address(text), parse_by_library(text)) << text;
}

TEST(ParseAddress, AgreesWithTheLibraryOnRandomTexts) {
  std::mt19937 random(4711);
  std::size_t valid = 0;
  for (int round = 0; round < 300'000; ++round) {
    const bool ipv4 = round % 2 == 0;
    const std::vector<std::string> pieces =
        ipv4 ? std::vector<std::string>{".", ".", ".", "1", "25", "255", "256", "0", "00", "9"}
             : std::vector<std::string>{
                   ":", ":", ":", ":", "::", "0", "ffff", "a1", "12345", "1.2.3.4"};
    std::string text;
    const std::size_t count = ipv4 ? 7 : 1 + random() % 16;
    for (std::size_t i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
    const auto expected = parse_by_library(text);
    valid += expected ? 1 : 0;
    ASSERT_EQ(parse_address(text), expected) << text;
  }
  EXPECT_GT(valid, 100U);  // of both sorts, or nothing was compared
}

TEST(AddressText, IsReadBackAndIsTheLibrarysText) {
  std::mt19937_64 random(42);
  for (int round = 0; round < 50'000; ++round) {
    Address address{round % 2 == 0 ? Family::ipv4 : Family::ipv6, {}};
    if (address.family == Family::ipv4) {
      address.bits.low = random() & 0xffff'ffff;
    } else {
      // Many zero groups, for the choice of the run to shorten; none that the library mixes.
      for (int group = 0; group < 8; ++group) {
        std::uint64_t& half = group < 4 ? address.bits.high : address.bits.low;
        half = half << 16 | (random() % 2 == 0 ? 0 : random() & 0xffff);
      }
      if (address.bits.high == 0 && address.bits.low >> 48 == 0) continue;
    }
    const std::string text = to_string(address);
    EXPECT_EQ(parse_address(text), address) << text;
    unsigned char bytes[16];
    char buffer[INET6_ADDRSTRLEN];
    const int family = address.family == Family::ipv4 ? AF_INET : AF_INET6;
    ASSERT_EQ(inet_pton(family, text.c_str(), bytes), 1) << text;
    EXPECT_EQ(text, inet_ntop(family, bytes, buffer, sizeof buffer));
  }
  EXPECT_EQ(to_string(*parse_address("::")), "::");
  EXPECT_EQ(to_string(*parse_address("::1")), "::1");
  EXPECT_EQ(to_string(*parse_address("::ffff:c000:201")), "::ffff:192.0.2.1");
}

TEST(Prefix, EndsAreTheFirstAndTheLastAddress) {
  const auto ends = [](const char* text, unsigned length) {
    const AddressPrefix prefix{*parse_address(text), length};
    return to_string(first_address(prefix)) + " " + to_string(last_address(prefix));
  };
  EXPECT_EQ(ends("10.1.2.3", 8), "10.0.0.0 10.255.255.255");
  EXPECT_EQ(ends("10.1.2.3", 32), "10.1.2.3 10.1.2.3");
  EXPECT_EQ(ends("10.1.2.3", 0), "0.0.0.0 255.255.255.255");
  EXPECT_EQ(ends("10.1.2.3", 31), "10.1.2.2 10.1.2.3");
  EXPECT_EQ(ends("2001:db8::1", 32), "2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(ends("2001:db8::1", 64), "2001:db8:: 2001:db8::ffff:ffff:ffff:ffff");
  EXPECT_EQ(ends("2001:db8::1", 65), "2001:db8:: 2001:db8::7fff:ffff:ffff:ffff");
  EXPECT_EQ(ends("2001:db8::1", 63), "2001:db8:: 2001:db8:0:1:ffff:ffff:ffff:ffff");
  EXPECT_EQ(ends("8000::1", 0), ":: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(ends("8000::1", 128), "8000::1 8000::1");
  EXPECT_TRUE(has_host_bits({*parse_address("10.0.0.1"), 8}));
  EXPECT_FALSE(has_host_bits({*parse_address("10.0.0.0"), 8}));
}

}  // namespace
}  // namespace fwc
