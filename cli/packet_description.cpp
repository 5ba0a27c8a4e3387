// SPDX-License-Identifier: MIT
// A packet from a few words; where a field lies is taken from the tables of the language.
#include "cli/packet_description.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "cli/packet_builder.h"
#include "compiler/check/literals.h"
#include "compiler/eval/packet.h"
#include "compiler/language/constants.h"
#include "compiler/words.h"

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;

constexpr std::string_view kArrow = ">";
constexpr std::string_view kProtocolNumber = "proto";
constexpr std::string_view kLength = "len";

Error wrong(std::string message, std::string hint = {}) {
  if (hint.empty()) hint = "write a packet like `udp 10.0.0.1:5000 > 8.8.8.8:53`";
  return {.kind = Error::Kind::usage, .message = std::move(message), .hint = std::move(hint)};
}

std::optional<std::int64_t> to_number(std::string_view text, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > most)
    return std::nullopt;
  return number;
}

struct End {
  Address address;
  std::optional<std::int64_t> port;
};

// `10.0.0.1`, `10.0.0.1:53`, `::1`, `[::1]`, `[::1]:53` (RFC 3986 section 3.2.2).
std::optional<End> parse_end(std::string_view text) {
  std::string_view address = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    address = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else if (std::ranges::count(text, ':') == 1) {
    address = text.substr(0, text.find(':'));
    port = text.substr(address.size());
  }
  const auto parsed = parse_address(address);
  if (!parsed) return std::nullopt;
  if (port.empty()) return End{.address = *parsed, .port = {}};
  const auto number = port.starts_with(':') ? to_number(port.substr(1), 65535) : std::nullopt;
  if (!number) return std::nullopt;
  return End{.address = *parsed, .port = number};
}

/// The words of a description by their part in it.
struct Words {
  std::string_view protocol;
  std::optional<std::int64_t> number;  ///< of `proto N`
  End source;
  End destination;
  std::vector<std::string_view> others;
};

Expected<End> end_of(std::string_view word) {
  const auto end = parse_end(word);
  if (!end)
    return wrong(fmt::format("`{}` is not an end of a packet", word),
                 "an end is `10.0.0.1:53`, `[2001:db8::1]:53` or an address alone");
  return *end;
}

Expected<Words> sort_words(std::string_view text) {
  const auto all = words_of(text, " \t\n");
  const auto arrow = std::ranges::find(all, kArrow);
  const bool numbered = !all.empty() && all.front() == kProtocolNumber;
  const std::ptrdiff_t first = numbered ? 2 : 1;
  if (all.end() - arrow < 2 || arrow - all.begin() < first + 1)
    return wrong(fmt::format("`{}` is not a packet", text));
  const auto source = end_of(*(arrow - 1));
  if (!source) return source.error();
  const auto destination = end_of(*(arrow + 1));
  if (!destination) return destination.error();
  Words words{
      .protocol = all.front(), .source = *source, .destination = *destination, .others = {}};
  if (numbered) {
    words.number = to_number(all[1], 255);
    if (!words.number) return wrong(fmt::format("`{}` is not a protocol number", all[1]));
  }
  words.others.assign(all.begin() + first, arrow - 1);
  words.others.insert(words.others.end(), arrow + 2, all.end());
  return words;
}

// The protocol that a name stands for over this family, `icmp` the one of the family's own.
std::optional<Layer> layer_named(std::string_view name, Family family) {
  const auto field = find_field(name);
  const auto* source = field ? std::get_if<HasLayer>(&kFields[*field].source) : nullptr;
  if (source == nullptr) return std::nullopt;
  for (const Layer layer : std::span(source->any).first(source->count))
    if (!is_network(layer) && (row(layer).families & family_bit(family)) != 0) return layer;
  return std::nullopt;
}

Expected<PacketBuilder> start(const Words& words) {
  const Family family = words.source.address.family;
  if (family != words.destination.address.family)
    return wrong("a packet goes between two addresses of one family");
  if (words.number) return PacketBuilder(family, static_cast<std::uint8_t>(*words.number));
  const auto layer = layer_named(words.protocol, family);
  if (!layer)
    return wrong(fmt::format("`{}` is no protocol over IPv{}", words.protocol,
                             family == Family::ipv4 ? 4 : 6),
                 "`fwc fields` lists the protocols; any other is `proto NUMBER`");
  return PacketBuilder(family, *layer);
}

std::optional<Error> set_ends(PacketBuilder& packet, const Words& words) {
  packet.set_addresses(words.source.address, words.destination.address);
  const bool given = words.source.port || words.destination.port;
  if (!packet.has_ports())
    return given ? std::optional(wrong(fmt::format("`{}` has no ports", words.protocol)))
                 : std::nullopt;
  if (!words.source.port || !words.destination.port)
    return wrong(fmt::format("`{}` has a port at either end", words.protocol));
  packet.set_ports(*words.source.port, *words.destination.port);
  return std::nullopt;
}

std::optional<Error> assign(PacketBuilder& packet, std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  const auto field = find_field(name);
  if (!field) return wrong(fmt::format("no field is called `{}`", name), "see `fwc fields`");
  if (!packet.holds(kFields[*field]))
    return wrong(fmt::format("`{}` is no field of a header of this packet", name));
  const FieldRow& row = kFields[*field];
  const auto value = to_number(word.substr(name.size() + 1), row.maximum);
  if (!value || !packet.set(row, *value))
    return wrong(fmt::format("`{}` is not a value of `{}`", word.substr(name.size() + 1), name),
                 fmt::format("it is 0 to {}", row.maximum));
  return std::nullopt;
}

// A constant of a field of the transport header: flags are collected, a type is set.
bool set_named(PacketBuilder& packet, std::string_view word) {
  for (const FieldRow& field : kFields) {
    const auto value = find_constant(field.kind, word);
    if (!value || field.kind == ValueKind::port || !packet.holds_in_transport(field)) continue;
    const auto number = packet.family() == Family::ipv4 ? value->ipv4 : value->ipv6;
    if (!number) return false;
    const bool flags = field.kind == ValueKind::tcp_flags;
    return packet.set(field, flags ? packet.get(field) | *number : *number);
  }
  return false;
}

std::optional<Error> set_others(PacketBuilder& packet, const std::vector<std::string_view>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == kLength) {
      const auto length = i + 1 < words.size() ? to_number(words[i + 1], 65535) : std::nullopt;
      if (!length || !packet.set_length(static_cast<std::size_t>(*length)))
        return wrong("`len` needs a number of bytes that the headers fit in");
      ++i;
    } else if (words[i].find('=') != std::string_view::npos) {
      if (auto error = assign(packet, words[i])) return error;
    } else if (!set_named(packet, words[i])) {
      return wrong(fmt::format("`{}` says nothing about this packet", words[i]),
                   "say a flag, an ICMP type, `FIELD=NUMBER` or `len BYTES`");
    }
  }
  return std::nullopt;
}

// --- the link layer ---

std::optional<LinkFact> link_fact(std::string_view word) {
  if (word.find('=') == std::string_view::npos) return std::nullopt;
  const auto field = find_field(word.substr(0, word.find('=')));
  const auto* fact = field ? std::get_if<LinkFact>(&kFields[*field].source) : nullptr;
  return fact == nullptr ? std::nullopt : std::optional(*fact);
}

std::optional<Error> set_link_fact(LinkLayer& link, LinkFact fact, std::string_view word) {
  const std::string_view value = word.substr(word.find('=') + 1);
  if (fact == LinkFact::ethertype)
    return wrong("`ethertype` follows from the addresses of a packet");
  if (fact == LinkFact::vlan) {
    const auto number = to_number(value, 4095);
    if (!number) return wrong(fmt::format("`{}` is not a value of `vlan`", value), "it is 0 to 4095");
    link.vlan = static_cast<std::uint16_t>(*number);
    return std::nullopt;
  }
  if (!is_mac(value))
    return wrong(fmt::format("`{}` is no Ethernet address", value),
                 "an Ethernet address is `00:00:5e:00:53:01`");
  (fact == LinkFact::source ? link.source : link.destination) =
      static_cast<std::uint64_t>(read_mac(value));
  return std::nullopt;
}

/// Takes the words about the link layer out of the others.
Expected<LinkLayer> take_link(std::vector<std::string_view>& words, Hook hook) {
  LinkLayer link;
  const auto taken = std::ranges::stable_partition(words, [](auto w) { return !link_fact(w); });
  for (const std::string_view word : taken) {
    if (hook == Hook::cgroup)
      return wrong(fmt::format("a cgroup sees no `{}`", word.substr(0, word.find('='))),
                   "the hooks with a link layer are `--hook tc` and `--hook xdp`");
    if (auto error = set_link_fact(link, *link_fact(word), word)) return *std::move(error);
  }
  words.erase(taken.begin(), taken.end());
  return link;
}

void append(std::vector<std::byte>& bytes, std::uint64_t number, unsigned count) {
  while (count-- > 0) bytes.push_back(static_cast<std::byte>(number >> 8 * count & 0xff));
}

CapturedPacket framed(const CapturedPacket& packet, const LinkLayer& link) {
  constexpr std::uint64_t kTag = 0x8100;
  CapturedPacket frame{.framed = true, .bytes = {}};
  append(frame.bytes, link.destination, 6);
  append(frame.bytes, link.source, 6);
  if (link.vlan) append(frame.bytes, kTag << 16 | *link.vlan, 4);
  append(frame.bytes, packet.ethertype, 2);
  frame.bytes.insert(frame.bytes.end(), packet.bytes.begin(), packet.bytes.end());
  frame.wire_bytes = frame.bytes.size();
  return frame;
}

}  // namespace

Expected<CapturedPacket> describe_packet(std::string_view text, Hook hook) {
  auto words = sort_words(text);
  if (!words) return words.error();
  const auto link = take_link(words->others, hook);
  if (!link) return link.error();
  auto packet = start(*words);
  if (!packet) return packet.error();
  if (auto error = set_ends(*packet, *words)) return *std::move(error);
  if (auto error = set_others(*packet, words->others)) return *std::move(error);
  const CapturedPacket built = (*std::move(packet)).build();
  return hook == Hook::cgroup ? built : framed(built, *link);
}

}  // namespace fwc::cli
