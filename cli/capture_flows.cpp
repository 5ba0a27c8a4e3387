// SPDX-License-Identifier: MIT
// Directions and flows of the packets of a capture; see capture_flows.h.
#include "cli/capture_flows.h"

#include <fmt/core.h>

#include "cli/filter_options.h"
#include "compiler/check/checked_filter.h"
#include "compiler/eval/frame.h"

namespace fwc::cli {

namespace {

/// A frame that ends within its link layer is malformed as an IPv4 packet without bytes is.
Packet packet_in(const CapturedPacket& captured) {
  if (!captured.framed)
    return {.protocol = captured.ethertype, .bytes = captured.bytes, .context = {}};
  const auto packet = packet_of(captured.bytes, {});
  return packet ? *packet : Packet{.protocol = kEtherTypeIpv4, .bytes = {}, .context = {}};
}

}  // namespace

std::variant<CaptureFlows, int> CaptureFlows::of(Terminal& terminal, const Filter& filter,
                                                 const std::string& local,
                                                 const DirectionFlags& directions) {
  CaptureFlows flows(filter, directions);
  if (local.empty()) return flows;
  for (const bool from : {true, false}) {
    const FilterText text{.text = (from ? "src_ip in " : "dst_ip in ") + local, .name = "--local"};
    auto set = check_source(terminal, text, false);
    if (!set) return static_cast<int>(ExitCode::bad_data);
    (from ? flows.from_local_ : flows.to_local_) = std::move(set);
  }
  return flows;
}

std::optional<bool> CaptureFlows::is_sent(const CapturedPacket& captured) const {
  if (is_said_) return !ingress_;
  if (!from_local_) return captured.sent;
  const auto holds = [&](const Filter& filter) {
    return captured.framed ? filter.judge_frame(captured.bytes)
                           : filter.judge(captured.bytes, captured.ethertype);
  };
  if (holds(*from_local_)) return true;
  if (holds(*to_local_)) return false;
  return std::nullopt;
}

Packet CaptureFlows::meet(const CapturedPacket& captured) {
  Packet packet = packet_in(captured);
  packet.context.ingress = ingress_;
  const std::optional<bool> sent = is_sent(captured);
  const bool asks = filter_.asks_for_flows();
  if (!sent && asks) ++untold_;
  // Of a filter for one direction all packets are of that, unless the user said otherwise.
  const bool matters = filter_.direction() == Direction::both || from_local_ || is_said_;
  if (!sent || !matters) return packet;
  packet.context.ingress = !*sent;
  return asks ? flows_.look_up(packet, captured.time) : packet;
}

void CaptureFlows::remember(const Packet& packet, const CapturedPacket& captured) {
  if (filter_.asks_for_flows() && is_sent(captured)) flows_.remember(packet, captured.time);
}

void CaptureFlows::warn(Terminal& terminal) const {
  if (untold_ == 0) return;
  terminal.warn(fmt::format("the capture does not tell which of {} packets were sent, so they are "
                            "taken for packets of no flow",
                            untold_),
                "say which addresses are of this end: `--local 192.0.2.1`");
}

}  // namespace fwc::cli
