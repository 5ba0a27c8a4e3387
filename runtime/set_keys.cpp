// SPDX-License-Identifier: MIT
// Entries of live sets to the keys of their maps and back.
#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "runtime/errors.h"
#include "runtime/live_sets.h"

namespace fwc::runtime {
namespace {

using Element = LiveSet::Element;
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr unsigned kHeadBits = 32;  // family, and port of a pair, before an address
constexpr unsigned kNumberBits = 64;

/// The values of one kind: numbers of a type, or addresses of a family that belong to a port.
struct Block {
  std::uint32_t head = 0;  ///< family and port as they stand in the key
  Wide low = 0;
  Wide high = 0;
};

bool is_number(Element element) {
  return element == Element::port || element == Element::integer;
}

Wide ones(unsigned bits) {
  return bits >= 128 ? ~Wide{0} : (Wide{1} << bits) - 1;
}

void put(SetKey& key, std::size_t at, Wide value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    key.bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
}

Wide number_in(const std::uint8_t* bytes, unsigned count) {
  Wide value = 0;
  for (unsigned i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

unsigned address_bits(std::uint32_t head) {
  return (head & 0xffff) == kLiveIpv6 ? 128 : 32;
}

/// The largest blocks of a power of two, from the low end on.
void add_prefixes(Element element, const Block& block, std::vector<SetKey>& keys) {
  const unsigned width = is_number(element) ? kNumberBits : address_bits(block.head);
  for (Wide low = block.low;;) {
    unsigned free = 0;
    while (free < width && (low & ones(free + 1)) == 0 && (low | ones(free + 1)) <= block.high)
      ++free;
    SetKey key;
    if (is_number(element)) {
      key.length = kNumberBits - free;
      put(key, 0, low, 8);
    } else {
      key.length = kHeadBits + width - free;
      put(key, 0, block.head, 4);
      put(key, 4, low, width / 8);
    }
    keys.push_back(key);
    const Wide last = low | ones(free);
    if (last >= block.high) return;
    low = last + 1;
  }
}

Block addresses_of(const AddressRange& range, std::uint32_t port) {
  const unsigned bytes = range.low.ipv6 ? 16 : 4;
  return {.head = port << 16 | (range.low.ipv6 ? kLiveIpv6 : kLiveIpv4),
          .low = number_in(range.low.bytes.data(), bytes),
          .high = number_in(range.high.bytes.data(), bytes)};
}

Block block_of(Element element, const SetKey& key) {
  if (is_number(element)) {
    const Wide low = number_in(key.bytes.data(), 8);
    return {.head = 0, .low = low, .high = low | ones(kNumberBits - key.length)};
  }
  const auto head = static_cast<std::uint32_t>(number_in(key.bytes.data(), 4));
  const Wide low = number_in(key.bytes.data() + 4, address_bits(head) / 8);
  return {
      .head = head, .low = low, .high = low | ones(kHeadBits + address_bits(head) - key.length)};
}

IpAddress to_address(std::uint32_t head, Wide value) {
  const unsigned bytes = address_bits(head) / 8;
  IpAddress address{.ipv6 = bytes == 16};
  for (unsigned i = 0; i < bytes; ++i)
    address.bytes[i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
  return address;
}

SetEntry to_entry(Element element, const Block& block) {
  const auto number = [](Wide value) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) ^ kSign);
  };
  if (is_number(element))
    return {.addresses = {}, .numbers = NumberRange{number(block.low), number(block.high)}};
  SetEntry entry{.addresses = AddressRange{to_address(block.head, block.low),
                                           to_address(block.head, block.high)},
                 .numbers = {}};
  const std::int64_t port = block.head >> 16;
  if (element == Element::address_port) entry.numbers = NumberRange{port, port};
  return entry;
}

}  // namespace

std::size_t key_bytes(Element element) {
  return is_number(element) ? 12 : 24;
}

std::vector<SetKey> keys_of(Element element, const std::vector<SetEntry>& entries) {
  std::vector<SetKey> keys;
  for (const SetEntry& entry : entries) {
    const auto sorted = [](std::int64_t value) {
      return static_cast<std::uint64_t>(value) ^ kSign;
    };
    if (is_number(element)) {
      add_prefixes(element, {0, sorted(entry.numbers->low), sorted(entry.numbers->high)}, keys);
      continue;
    }
    const NumberRange ports = entry.numbers.value_or(NumberRange{});
    for (std::int64_t port = ports.low; port <= ports.high; ++port)
      add_prefixes(element, addresses_of(*entry.addresses, static_cast<std::uint32_t>(port)), keys);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

namespace {

/// Sorted, and what adjoins joined.
std::vector<Block> joined_blocks(Element element, const std::vector<SetKey>& keys) {
  std::vector<Block> blocks;
  for (const SetKey& key : keys) blocks.push_back(block_of(element, key));
  std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) {
    return std::tie(a.head, a.low) < std::tie(b.head, b.low);
  });
  std::vector<Block> joined;
  for (const Block& block : blocks) {
    const bool adjoins = !joined.empty() && joined.back().head == block.head &&
                         (joined.back().high == ~Wide{0} || block.low <= joined.back().high + 1);
    if (adjoins)
      joined.back().high = std::max(joined.back().high, block.high);
    else
      joined.push_back(block);
  }
  return joined;
}

}  // namespace

std::vector<SetEntry> entries_of(Element element, const std::vector<SetKey>& keys) {
  std::vector<SetEntry> entries;
  for (const Block& block : joined_blocks(element, keys))
    entries.push_back(to_entry(element, block));
  return entries;
}

Expected<std::vector<SetKey>> keys_without(Element element, const std::vector<SetKey>& keys,
                                           const std::vector<SetKey>& unwanted) {
  std::vector<Block> rest = joined_blocks(element, keys);
  std::vector<Block> kept;
  std::size_t at = 0;
  for (const Block& out : joined_blocks(element, unwanted)) {
    while (at < rest.size() && std::tie(rest[at].head, rest[at].high) < std::tie(out.head, out.low))
      kept.push_back(rest[at++]);
    const bool covered = at < rest.size() && rest[at].head == out.head && rest[at].low <= out.low &&
                         out.high <= rest[at].high;
    if (!covered)
      return make_error(Error::Kind::usage, fmt::format("`{}`", to_string(to_entry(element, out))),
                        "`fwc set list` shows what is");
    if (rest[at].low < out.low) kept.push_back({out.head, rest[at].low, out.low - 1});
    if (out.high < rest[at].high)
      rest[at].low = out.high + 1;
    else
      ++at;
  }
  kept.insert(kept.end(), rest.begin() + static_cast<std::ptrdiff_t>(at), rest.end());
  std::vector<SetKey> left;
  for (const Block& block : kept) add_prefixes(element, block, left);
  return left;
}

}  // namespace fwc::runtime
