// SPDX-License-Identifier: MIT
// `fwc test --json`, as docs/schemas/test.json describes it.
#include <nlohmann/json.hpp>

#include "cli/json_output.h"
#include "cli/judged_packets.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;

ordered_json to_json(const JudgedPacket& packet) {
  ordered_json json = {{"number", packet.number}, {"verdict", nullptr}};
  if (packet.verdict) json["verdict"] = *packet.verdict ? "pass" : "drop";
  json["packet"] = packet.description;
  json["bytes"] = packet.bytes;
  json["wire_bytes"] = packet.wire_bytes;
  return json;
}

}  // namespace

void show_json(Terminal& terminal, const std::optional<std::vector<JudgedPacket>>& packets,
               const PacketCounts& counts) {
  ordered_json json = {{"passed", counts.passed},
                       {"dropped", counts.dropped},
                       {"unjudged", counts.unjudged},
                       {"cut", counts.cut}};
  if (packets) {
    ordered_json list = ordered_json::array();
    for (const JudgedPacket& packet : *packets) list.push_back(to_json(packet));
    json["packets"] = std::move(list);
  }
  show_json(terminal, json);
}

}  // namespace fwc::cli
