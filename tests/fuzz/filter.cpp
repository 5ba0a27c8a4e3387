// SPDX-License-Identifier: MIT
// The property of filters and packets.
#include <vector>

#include "grammar/parse.h"
#include "tests/fuzz/hold.h"
#include "tests/fuzz/properties.h"
#include "tests/harness/corpus.h"

namespace fwc::test {

namespace {

using Octets = std::span<const std::byte>;

/// A few of each kind.
const std::vector<TestPacket>& sample_packets() {
  static const std::vector<TestPacket> sample = [] {
    std::vector<TestPacket> few;
    const std::vector<TestPacket> all = packet_corpus();
    for (std::size_t i = 0; i < all.size(); i += all.size() / 64 + 1) few.push_back(all[i]);
    return few;
  }();
  return sample;
}

std::vector<bool> verdicts(const Filter& filter, Octets packet) {
  std::vector<bool> all;
  for (const std::uint16_t ethertype : {kEtherTypeIpv4, kEtherTypeIpv6})
    all.push_back(filter.judge(packet, ethertype));
  for (const TestPacket& p : sample_packets()) all.push_back(filter.judge(p.bytes, p.ethertype));
  return all;
}

/// Below the limit on depth, for the printer may need parentheses that the text did not.
void hold_of_printing(std::string_view text, const ParseResult& result, Octets packet) {
  const auto tree = parse(text, {.depth = 100});
  const auto* filter = std::get_if<ast::Filter>(&tree);
  if (filter == nullptr) return;
  const std::string printed = print(*filter);
  const auto again = parse(printed);
  const auto* same = std::get_if<ast::Filter>(&again);
  hold(same != nullptr && bare(*same) == bare(*filter), "the printed text has the same tree", text);
  const ParseResult judged = parse_filter(printed);
  hold(judged.filter.has_value() == result.filter.has_value(), "the printed text is as right",
       text);
  if (result.filter)
    hold(verdicts(*judged.filter, packet) == verdicts(*result.filter, packet),
         "the printed text has the same verdicts", text);
}

}  // namespace

void hold_filter(std::string_view text, Octets packet) {
  const ParseResult result = parse_filter(text);
  hold_of_diagnostics(result.diagnostics, result.filter.has_value(), text);
  hold_of_showing(result.diagnostics, text);
  if (result.filter) verdicts(*result.filter, packet);
  hold_of_printing(text, result, packet);
}

void hold_filter(std::string_view input) {
  const std::size_t end = input.find('\0');
  if (end == std::string_view::npos) return hold_filter(input, {});
  const std::string_view packet = input.substr(end + 1);
  hold_filter(input.substr(0, end), std::as_bytes(std::span(packet)));
  hold_filter(input, {});
}

}  // namespace fwc::test
