// SPDX-License-Identifier: MIT
// Flows in the evaluator; see flow_table.h.
#include "compiler/eval/flow_table.h"

#include <algorithm>
#include <utility>

#include "compiler/eval/header_walk.h"

namespace fwc {

namespace {

/// The addresses of a packet, source first.
std::pair<Address, Address> addresses_of(const Packet& packet, Family family) {
  if (family == Family::ipv4)
    return {Address{family, {0, read_bits(packet.bytes, 96, 32)}},
            Address{family, {0, read_bits(packet.bytes, 128, 32)}}};
  const auto at = [&](std::size_t bit) {
    return Address{family,
                   {read_bits(packet.bytes, bit, 64), read_bits(packet.bytes, bit + 64, 64)}};
  };
  return {at(64), at(192)};
}

std::uint64_t lifetime(const FlowRow& row, bool settled) {
  return (settled ? row.settled : row.unsettled) * kSecond;
}

}  // namespace

std::optional<FlowTable::Step> FlowTable::step_of(const Packet& packet) {
  const Headers headers = walk_headers(packet);
  if (headers.malformed || !headers.transport) return std::nullopt;
  const auto row =
      std::ranges::find_if(kFlows, [&](const FlowRow& r) { return has_layer(headers, r.layer); });
  if (row == kFlows.end()) return std::nullopt;
  const auto bits = [&](std::size_t at, unsigned width) {
    return read_bits(packet.bytes, 8 * *headers.transport + at, width);
  };
  const auto port = [&](std::size_t at) { return static_cast<std::uint16_t>(bits(at, 16)); };
  const bool received = packet.context.ingress;
  auto [local, remote] = addresses_of(packet, *headers.family);
  if (received) std::swap(local, remote);
  Step step{.key = {.local = local, .remote = remote, .layer = row->layer}, .row = &*row};
  if (row->opening == FlowOpening::request) {
    const auto type = bits(0, 8);
    if (type != row->request && type != row->response) return std::nullopt;
    step.opens = type == row->request;
    step.key.local_port = port(kFlowIdentifier);
    step.key.remote_port = step.opens != received ? 1 : 0;
    return step;
  }
  step.key.local_port = port(received ? kFlowDestinationPort : kFlowSourcePort);
  step.key.remote_port = port(received ? kFlowSourcePort : kFlowDestinationPort);
  step.opens = row->opening == FlowOpening::any;
  if (row->opening == FlowOpening::syn) {
    const bool fin_or_rst = bits(111, 1) != 0 || bits(109, 1) != 0;
    step.attempts = bits(110, 1) != 0 && bits(107, 1) == 0;
    step.opens = step.attempts && !fin_or_rst;
    step.closes = fin_or_rst;
  }
  return step;
}

const FlowTable::Flow* FlowTable::find(const Step& step, std::uint64_t now) const {
  const auto found = flows_.find(step.key);
  if (found == flows_.end()) return nullptr;
  const Flow& flow = found->second;
  const bool fresh = now <= flow.last + lifetime(*step.row, flow.answered && !flow.closing);
  return fresh ? &flow : nullptr;
}

Packet FlowTable::look_up(Packet packet, std::uint64_t now) const {
  packet.context.established = packet.context.reply = false;
  const auto step = step_of(packet);
  const Flow* flow = step && !step->attempts ? find(*step, now) : nullptr;
  if (flow == nullptr) return packet;
  const bool received = packet.context.ingress;
  packet.context.established = flow->answered || flow->from_here == received;
  packet.context.reply = received && flow->from_here;
  return packet;
}

void FlowTable::remember(const Packet& packet, std::uint64_t now) {
  const auto step = step_of(packet);
  if (!step) return;
  const bool sent = !packet.context.ingress;
  const Flow* known = find(*step, now);
  if (known == nullptr || (step->attempts && known->closing)) {
    if (step->opens) insert(step->key, {.last = now, .from_here = sent});
    return;
  }
  if (step->attempts && (!step->opens || known->from_here != sent)) return;
  Flow& flow = flows_[step->key];
  const Flow before = flow;
  flow.answered |= flow.from_here != sent;
  flow.closing |= step->closes;
  const bool changed = flow.answered != before.answered || flow.closing != before.closing;
  if (changed || now >= flow.last + kFlowRefresh) flow.last = now;
}

void FlowTable::insert(const Key& key, const Flow& flow) {
  if (flows_.size() >= capacity_ && !flows_.contains(key))
    flows_.erase(std::ranges::min_element(flows_, {}, [](const auto& f) { return f.second.last; }));
  flows_.insert_or_assign(key, flow);
}

Decision decide(const CheckedFilter& filter, const Packet& packet, FlowTable& flows,
                std::uint64_t now, std::span<const std::int64_t> variables) {
  const Packet known = flows.look_up(packet, now);
  const Decision decision = decide(filter, known, variables);
  if (decision.forwards && decision.decider != Decider::unfiltered) flows.remember(known, now);
  return decision;
}

}  // namespace fwc
