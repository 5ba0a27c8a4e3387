// SPDX-License-Identifier: MIT
// Greedy shrinking: takes the first simpler candidate that still fails, until none does.
#include "tests/harness/shrink.h"

#include <optional>
#include <sstream>

namespace fwc::test {

namespace {

/// The packet without `count` bytes at `from`.
TestPacket without(TestPacket packet, std::size_t from, std::size_t count) {
  const auto first = packet.bytes.begin() + static_cast<std::ptrdiff_t>(from);
  packet.bytes.erase(first, first + static_cast<std::ptrdiff_t>(count));
  return packet;
}

/// Shorter packets first, then the same with a byte zeroed.
std::vector<TestPacket> simpler(const TestPacket& packet) {
  std::vector<TestPacket> out;
  const std::size_t size = packet.bytes.size();
  for (std::size_t count = size / 2; count > 0; count /= 2) {
    out.push_back(truncated(packet, size - count));
    for (std::size_t from = 0; from + count < size; from += count)
      out.push_back(without(packet, from, count));
  }
  for (std::size_t i = 0; i < size; ++i)
    if (packet.bytes[i] != std::byte{0}) out.push_back(with_byte(packet, i, 0));
  return out;
}

class Shrinker {
 public:
  Shrinker(const Fails& fails, unsigned attempts) : fails_(fails), left_(attempts) {}

  std::optional<FailingPair> step(const FailingPair& pair) {
    for (RandomFilter& filter : test::simpler(pair.filter))
      if (still_fails(filter.text(), pair.packet))
        return FailingPair{std::move(filter), pair.packet};
    const std::string text = pair.filter.text();
    for (TestPacket& packet : simpler(pair.packet))
      if (still_fails(text, packet)) return FailingPair{pair.filter, std::move(packet)};
    return std::nullopt;
  }

 private:
  bool still_fails(const std::string& filter, const TestPacket& packet) {
    if (left_ == 0) return false;
    --left_;
    return fails_(filter, packet);
  }

  const Fails& fails_;
  unsigned left_;
};

}  // namespace

FailingPair shrink(FailingPair pair, const Fails& fails, unsigned attempts) {
  Shrinker shrinker(fails, attempts);
  while (auto next = shrinker.step(pair)) pair = *std::move(next);
  return pair;
}

std::string as_case(const FailingPair& pair, bool verdict) {
  std::ostringstream packet;
  PrintTo(pair.packet, &packet);
  return "{.name = \"shrunk\", .filter = R\"(" + pair.filter.text() +
         ")\",\n .packet = " + packet.str() + ", .verdict = " + (verdict ? "true" : "false") + "},";
}

}  // namespace fwc::test
