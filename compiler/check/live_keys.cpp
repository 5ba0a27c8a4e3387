// SPDX-License-Identifier: MIT
// Intervals to prefixes.
#include "compiler/check/live_keys.h"

namespace fwc {

namespace {

constexpr std::size_t kMapName = 16;

void append(std::string& out, std::uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint32_t hash(std::string_view text) {
  std::uint32_t sum = 2166136261U;  // FNV-1a
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619U;
  return sum;
}

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

void put(LiveKey& key, std::size_t at, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    key.bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
}

U128 operator&(U128 a, U128 b) {
  return {a.high & b.high, a.low & b.low};
}
U128 operator|(U128 a, U128 b) {
  return {a.high | b.high, a.low | b.low};
}

/// The lowest `bits` bits.
U128 ones(unsigned bits) {
  const auto half = [](unsigned n) {
    return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
  };
  return {bits > 64 ? half(bits - 64) : 0, half(bits)};
}

U128 next(U128 value) {
  return {value.high + (value.low == ~std::uint64_t{0} ? 1 : 0), value.low + 1};
}

/// Calls `use` with the first value and the number of free low bits of each block, from the low
/// end on: the largest block that begins there and ends within the interval.
template <typename Use>
void for_each_block(U128 low, U128 high, unsigned width, const Use& use) {
  for (;;) {
    unsigned free = 0;
    while (free < width && (low & ones(free + 1)) == U128{} && (low | ones(free + 1)) <= high)
      ++free;
    use(low, free);
    const U128 last = low | ones(free);
    if (last >= high) return;
    low = next(last);
  }
}

void add_addresses(const ValueSet& set, std::uint32_t port, std::vector<LiveKey>& keys) {
  const auto add = [&](std::uint32_t family, unsigned width) {
    return [&keys, port, family, width](U128 first, unsigned free) {
      LiveKey key{.length = 32 + width - free};
      put(key, 0, port << 16 | family, 4);
      if (family == kLiveIpv4) {
        put(key, 4, first.low, 4);
      } else {
        put(key, 4, first.high, 8);
        put(key, 12, first.low, 8);
      }
      keys.push_back(key);
    };
  };
  for (const auto& i : set.ipv4) for_each_block({0, i.low}, {0, i.high}, 32, add(kLiveIpv4, 32));
  for (const auto& i : set.ipv6) for_each_block(i.low, i.high, 128, add(kLiveIpv6, 128));
}

void add_numbers(const ValueSet& set, std::vector<LiveKey>& keys) {
  for (const auto& i : set.integers)
    for_each_block({0, static_cast<std::uint64_t>(i.low) ^ kSign},
                   {0, static_cast<std::uint64_t>(i.high) ^ kSign}, 64,
                   [&](U128 first, unsigned free) {
                     LiveKey key{.length = 64 - free};
                     put(key, 0, first.low, 8);
                     keys.push_back(key);
                   });
}

}  // namespace

std::vector<LiveKey> live_keys(const LiveSetDeclaration& set) {
  std::vector<LiveKey> keys;
  switch (set.element) {
    case LiveElement::address: add_addresses(set.values, 0, keys); break;
    case LiveElement::port:
    case LiveElement::integer: add_numbers(set.values, keys); break;
    case LiveElement::address_port:
      for (const AddressPorts& pair : set.pairs)
        for (const auto& ports : pair.ports.integers)
          for (std::int64_t port = ports.low; port <= ports.high; ++port)
            add_addresses(pair.addresses, static_cast<std::uint32_t>(port), keys);
      break;
  }
  return keys;
}

std::uint64_t live_key_count(const LiveSetDeclaration& set) {
  const auto prefixes = [](const ValueSet& values) {
    std::vector<LiveKey> keys;
    add_addresses(values, 0, keys);
    add_numbers(values, keys);
    return keys.size();
  };
  std::uint64_t count = prefixes(set.values);
  for (const AddressPorts& pair : set.pairs) {
    const std::uint64_t addresses = prefixes(pair.addresses);
    for (const auto& ports : pair.ports.integers)
      count += addresses * static_cast<std::uint64_t>(ports.high - ports.low + 1);
  }
  return count;
}

std::string live_map_name(const LiveSetDeclaration& set) {
  constexpr std::string_view kPrefix = "set_";
  constexpr std::size_t kRoom = kMapName - 1 - kPrefix.size();
  if (set.name.size() <= kRoom) return std::string(kPrefix) + set.name;
  std::string digits;
  for (std::uint32_t rest = hash(set.name); digits.size() < 7; rest >>= 4)
    digits += "0123456789abcdef"[rest % 16];
  return std::string(kPrefix) + set.name.substr(0, kRoom - 8) + "_" + digits;
}

std::string live_set_contents(const CheckedFilter& filter) {
  std::string out;
  for (const LiveSetDeclaration& set : filter.live_sets) {
    const std::vector<LiveKey> keys = live_keys(set);
    std::string name = live_map_name(set);
    name.resize(kMapName, '\0');
    out += name;
    append(out, live_key_bytes(set.element));
    append(out, static_cast<std::uint32_t>(keys.size()));
    for (const LiveKey& key : keys)
      out.append(reinterpret_cast<const char*>(&key), live_key_bytes(set.element));
  }
  return out;
}

}  // namespace fwc
