// SPDX-License-Identifier: MIT
// Sets from files: the same as sets in the text of a filter, whatever the layout; what is wrong is
// told with its place; and a million prefixes are read at once.
#include "compiler/check/set_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <random>

#include "compiler/check/check.h"
#include "grammar/parse.h"

namespace fwc {
namespace {

const std::vector<WantedEntry> kAddress = {{.address = true, .looked_up = "dst_ip"}};
const std::vector<WantedEntry> kPort = {{.address = false,
                                         .minimum = 0,
                                         .maximum = 65535,
                                         .kind = ValueKind::port,
                                         .looked_up = "dst_port"}};

ValueSet in_filter(const std::string& field, const std::string& elements) {
  const std::string text = field + " in {" + elements + "}";
  const auto parsed = parse(text);
  const CheckResult checked = check(std::get<ast::Filter>(parsed), text);
  EXPECT_TRUE(checked.filter) << text;
  return checked.filter ? checked.filter->sets.front() : ValueSet{};
}

std::string random_entry(std::mt19937& random) {
  const auto number = [&](unsigned below) { return random() % below; };
  const std::uint32_t address = random() & random();
  const unsigned length = number(33);
  const std::uint32_t mask = length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
  const auto text = [](std::uint32_t a) { return to_string(Address{Family::ipv4, {0, a}}); };
  switch (number(5)) {
    case 0: return text(address);
    case 1: return text(address & mask) + "/" + std::to_string(length);
    case 2: return text(address) + ".." + text(address | number(1 << 20));
    case 3: return "2001:db8:" + std::to_string(number(9999)) + "::/48";
    default: return "2001:db8::" + std::to_string(number(9999));
  }
}

TEST(SetFile, IsTheSameAsASetInTheText) {
  std::mt19937 random(20190801);
  const std::vector<std::string> tails = {"\n", " # x\n", "\t// y\r\n", ";z\n", "  \n\n# only\n"};
  for (int run = 0; run < 60; ++run) {
    std::string file = run % 3 == 0 ? "\xef\xbb\xbf" : "";
    std::string elements;
    for (int n = 1 + run; n > 0; --n) {
      const std::string entry = random_entry(random);
      file += (n % 4 == 0 ? "  " : "") + entry + tails[random() % tails.size()];
      elements += (elements.empty() ? "" : ", ") + entry;
    }
    if (run % 2 == 0) file.pop_back();  // the last line has no end
    const SetFileEntries read = read_set_file(file, kAddress);
    ASSERT_TRUE(read.issues.empty()) << file << read.issues.front().message;
    ASSERT_EQ(read.values, in_filter("dst_ip", elements)) << file;
  }
}

TEST(SetFile, NumbersRangesAndNames) {
  const SetFileEntries read = read_set_file("22\n8000..8999\nhttps\n0x50 # 80\n1_000\n", kPort);
  EXPECT_TRUE(read.issues.empty());
  EXPECT_EQ(read.values, in_filter("dst_port", "22, 8000..8999, 443, 80, 1000"));
}

TEST(SetFile, Tuples) {
  const SetFileEntries read =
      read_set_file("(10.0.0.0/8, 53)\n( ::1 , 1..9 )  # both\n", {{kAddress[0], kPort[0]}});
  ASSERT_TRUE(read.issues.empty()) << read.issues.front().message;
  ASSERT_EQ(read.tuples.size(), 2U);
  EXPECT_EQ(read.tuples[0][0], in_filter("dst_ip", "10.0.0.0/8"));
  EXPECT_EQ(read.tuples[1][1], in_filter("dst_port", "1..9"));
}

TEST(SetFile, TellsWhatIsWrongAndWhere) {
  const SetFileEntries read = read_set_file("10.0.0.1\n 10.0.0.256 # x\n\n80\n", kAddress);
  ASSERT_EQ(read.issues.size(), 2U);
  EXPECT_EQ(read.issues[0].code, Code::bad_address);
  EXPECT_EQ(read.issues[0].span, (Span{17, 20}));
  EXPECT_EQ(read.issues[1].code, Code::wrong_type);
  EXPECT_EQ(read.issues[1].span, (Span{26, 28}));
}

TEST(SetFile, HostileTextIsRefusedInBoundedTime) {
  for (const std::string& text :
       {std::string(1 << 20, '9'), std::string(1 << 20, '\0'), std::string(1 << 20, ' ') + "x",
        std::string(1 << 16, '(') + "\n", std::string("10.0.0.1..\n"), std::string("..\n"),
        std::string("/\n"), std::string("()\n"), std::string("(,)\n"), std::string("10.0.0.1/\n"),
        std::string("1.2.3.4.5\n"), std::string("10.0.0.1 10.0.0.2\n")})
    EXPECT_FALSE(read_set_file(text, kAddress).issues.empty()) << text.substr(0, 20);
  std::string wrong;
  for (int i = 0; i < 100000; ++i) wrong += "x\n";
  EXPECT_LE(read_set_file(wrong, kAddress).issues.size(), 100U);
  EXPECT_TRUE(read_set_file("", kAddress).issues.empty());
  EXPECT_TRUE(read_set_file("\n\n# x", kAddress).issues.empty());
}

/// The time stands in the output; it is not judged, for a test machine may be busy.
TEST(SetFile, AMillionPrefixes) {
  std::mt19937 random(1);
  std::string text;
  constexpr int kPrefixes = 1000000;
  for (int i = 0; i < kPrefixes; ++i) {
    const unsigned length = 16 + random() % 17;
    const std::uint32_t address = random() & (~std::uint32_t{0} << (32 - length));
    text += to_string(Address{Family::ipv4, {0, address}}) + "/" + std::to_string(length) + "\n";
  }
  for (const std::size_t part : {std::size_t{10}, std::size_t{1}}) {
    const std::string_view some =
        std::string_view(text).substr(0, text.rfind('\n', text.size() / part - 1) + 1);
    const auto begin = std::chrono::steady_clock::now();
    const SetFileEntries read = read_set_file(some, kAddress);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    EXPECT_TRUE(read.issues.empty());
    EXPECT_FALSE(read.values.ipv4.empty());
    std::cout << some.size() << " bytes of prefixes: " << took.count() << " ms\n";
  }
}

}  // namespace
}  // namespace fwc
