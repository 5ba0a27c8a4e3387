// SPDX-License-Identifier: MIT
// Logged packets as lines of text and of JSON, and as a capture file; see log_lines.h.
#include "cli/log_lines.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/logged_packet.h"
#include "cli/stats.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;
using runtime::LogEvent;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint32_t kUnknownOwner = 65534;  // overflowuid, of what has no full socket

std::string_view verdict_of(const LogEvent& event) {
  if (event.audited) return "audit";
  return event.allowed ? "pass" : "drop";
}

std::string time_text(std::int64_t realtime, const char* form, bool utc) {
  const std::time_t seconds = realtime / kSecond;
  std::tm parts{};
  utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, form, &parts);
  return fmt::format("{}.{:06}", text, realtime % kSecond / 1000);
}

std::string end_text(const std::string& address, const std::optional<std::uint16_t>& port) {
  if (!port) return address;
  const bool ipv6 = address.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", address, *port) : fmt::format("{}:{}", address, *port);
}

std::string packet_text(const LoggedPacket& packet) {
  if (packet.source.empty()) return "not IP";
  return fmt::format("{}{}{} > {}", packet.protocol, packet.protocol.empty() ? "" : " ",
                     end_text(packet.source, packet.source_port),
                     end_text(packet.destination, packet.destination_port));
}

std::string clause_text(const std::optional<Clause>& clause) {
  if (!clause) return {};
  return fmt::format(", for {}{}", clause->text, clause->holds ? "" : " is false");
}

template <typename Value>
void put(std::string& bytes, Value value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof raw);
}

}  // namespace

std::string log_line(const ShownEvent& shown) {
  const LogEvent& event = shown.event;
  const std::string owner = event.uid == kUnknownOwner ? "" : fmt::format(" uid {}", event.uid);
  return fmt::format(
      "{} {} {} {} {} len {}{} by {}{}\n", time_text(shown.realtime, "%Y-%m-%d %H:%M:%S", false),
      verdict_of(event), runtime::to_string(event.direction), shown.cgroup.shown(event.cgroup),
      packet_text(read_logged(event.packet)), event.length, owner,
      event.decider != nullptr ? label(*event.decider) : "?", clause_text(shown.clause));
}

std::string log_json(const ShownEvent& shown) {
  const LogEvent& event = shown.event;
  const LoggedPacket packet = read_logged(event.packet);
  ordered_json json = {{"time", time_text(shown.realtime, "%Y-%m-%dT%H:%M:%S", true) + "Z"},
                       {"verdict", verdict_of(event)},
                       {"direction", runtime::to_string(event.direction)},
                       {"cgroup_id", event.cgroup}};
  const auto add = [&](const char* key, const auto& value, bool there) {
    json[key] = there ? ordered_json(value) : ordered_json(nullptr);
  };
  const auto add_text = [&](const char* key, const std::string& text) {
    add(key, text, !text.empty());
  };
  add_text("cgroup", shown.cgroup.path);
  add_text("unit", shown.cgroup.unit);
  add_text("container", shown.cgroup.container);
  add_text("protocol", packet.protocol);
  add_text("source", packet.source);
  add("source_port", packet.source_port.value_or(0), packet.source_port.has_value());
  add_text("destination", packet.destination);
  add("destination_port", packet.destination_port.value_or(0), packet.destination_port.has_value());
  json["length"] = event.length;
  add("uid", event.uid, event.uid != kUnknownOwner);
  const bool known = event.decider != nullptr;
  add("decider", known ? to_string(event.decider->decider) : "", known);
  add_text("rule", known ? event.decider->name : "");
  add_text("condition", known ? event.decider->condition : "");
  add_text("clause", shown.clause ? shown.clause->text : "");
  add("clause_holds", shown.clause && shown.clause->holds, shown.clause.has_value());
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string losses_line(const runtime::LogLosses& losses) {
  return fmt::format("-- not logged: {} over the rate, {} without room\n", losses.over_rate,
                     losses.without_room);
}

std::string losses_json(const runtime::LogLosses& losses) {
  const ordered_json json = {
      {"not_logged", {{"over_rate", losses.over_rate}, {"without_room", losses.without_room}}}};
  return json.dump() + "\n";
}

std::string pcap_head() {
  constexpr std::uint32_t kMagic = 0xa1b2c3d4;  // microseconds, in the byte order of this machine
  constexpr std::uint32_t kLinkTypeRaw = 101;
  constexpr std::uint32_t kSnapLength = 65535;
  std::string bytes;
  put(bytes, kMagic);
  put(bytes, std::uint16_t{2});  // version 2.4
  put(bytes, std::uint16_t{4});
  put(bytes, std::uint64_t{0});
  put(bytes, kSnapLength);
  put(bytes, kLinkTypeRaw);
  return bytes;
}

std::string pcap_packet(const ShownEvent& shown) {
  std::string bytes;
  put(bytes, static_cast<std::uint32_t>(shown.realtime / kSecond));
  put(bytes, static_cast<std::uint32_t>(shown.realtime % kSecond / 1000));
  put(bytes, static_cast<std::uint32_t>(shown.event.packet.size()));
  put(bytes, shown.event.length);
  bytes.append(reinterpret_cast<const char*>(shown.event.packet.data()), shown.event.packet.size());
  return bytes;
}

}  // namespace fwc::cli
