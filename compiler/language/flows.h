// SPDX-License-Identifier: MIT
// Flows: which packets belong together, and how long one is remembered after its last packet. The
// rows of the protocols that have flows; the evaluator and the code generator share these and no
// code. What it means is in docs/semantics.md, why it is so in docs/decisions/flows.md.
#pragma once

#include <array>
#include <cstdint>

#include "compiler/language/layers.h"

namespace fwc {

/// The packet that a flow begins with.
enum class FlowOpening : std::uint8_t {
  any,      ///< any; the ends are told by ports
  syn,      ///< SYN without ACK, FIN and RST; the ends are told by ports
  request,  ///< an echo request; the flow is told by its identifier and by who asks
};

/// A protocol that has flows. Times are seconds since the last packet that passed.
struct FlowRow {
  Layer layer;
  FlowOpening opening;
  std::uint16_t unsettled;    ///< not answered yet, or closed by FIN or RST
  std::uint16_t settled;      ///< answered
  std::uint8_t request = 0;   ///< ICMP type, of FlowOpening::request
  std::uint8_t response = 0;  ///< the same
};

/// The shortest times that the RFCs on address translators allow or, of UDP, recommend: TCP RFC
/// 5382 REQ-5 (4 minutes and 2 hours 4 minutes), UDP RFC 4787 REQ-5 (5 minutes), ICMP RFC 5508
/// REQ-2 (60 seconds). SCTP has heartbeats, and Linux keeps it for 210 seconds
/// (nf_conntrack_proto_sctp.c).
inline constexpr std::array kFlows = {
    FlowRow{.layer = Layer::tcp, .opening = FlowOpening::syn, .unsettled = 240, .settled = 7440},
    FlowRow{.layer = Layer::udp, .opening = FlowOpening::any, .unsettled = 300, .settled = 300},
    FlowRow{.layer = Layer::sctp, .opening = FlowOpening::any, .unsettled = 210, .settled = 210},
    FlowRow{.layer = Layer::icmpv4,
            .opening = FlowOpening::request,
            .unsettled = 60,
            .settled = 60,
            .request = 8,
            .response = 0},
    FlowRow{.layer = Layer::icmpv6,
            .opening = FlowOpening::request,
            .unsettled = 60,
            .settled = 60,
            .request = 128,
            .response = 129},
};

inline constexpr std::uint64_t kSecond = 1'000'000'000;  ///< in nanoseconds

/// A flow that nothing else changes is written again once its time is so old: not for every packet.
inline constexpr std::uint64_t kFlowRefresh = kSecond;

// Where the two ends stand in a transport header, in bits.
inline constexpr std::uint16_t kFlowSourcePort = 0;
inline constexpr std::uint16_t kFlowDestinationPort = 16;
inline constexpr std::uint16_t kFlowIdentifier = 32;

namespace detail {
consteval bool flows_are_well_formed() {
  for (const FlowRow& r : kFlows) {
    const bool echo = r.opening == FlowOpening::request;
    if (is_network(r.layer) || row(r.layer).header_bytes < 8) return false;
    if (r.unsettled == 0 || r.settled < r.unsettled || echo != (r.request != r.response))
      return false;
    if ((r.opening == FlowOpening::syn) != (r.layer == Layer::tcp)) return false;
  }
  return true;
}
}  // namespace detail
static_assert(detail::flows_are_well_formed());

}  // namespace fwc
