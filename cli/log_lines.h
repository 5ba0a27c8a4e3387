// SPDX-License-Identifier: MIT
// Logged packets as lines of text and of JSON, and as a capture file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/cgroup_names.h"
#include "cli/log_clause.h"
#include "fwc/runtime/watch.h"

namespace fwc::cli {

/// An event with what has to be looked up for it.
struct ShownEvent {
  const runtime::LogEvent& event;
  std::int64_t realtime = 0;  ///< CLOCK_REALTIME, nanoseconds since 1970
  const CgroupName& cgroup;
  std::optional<Clause> clause = {};  ///< empty where it cannot be told
};

/// `2026-11-27 05:40:12.345678 drop egress web.service udp 10.0.0.1:5000 > 8.8.8.8:53 len 29 uid 33
/// by RULE, for CLAUSE`.
std::string log_line(const ShownEvent& shown);

/// docs/schemas/log.json.
std::string log_json(const ShownEvent& shown);

/// A loss, in the order of the lines.
std::string losses_line(const runtime::LogLosses& losses);
std::string losses_json(const runtime::LogLosses& losses);

/// The head of a capture file of packets without a link layer (LINKTYPE_RAW), and a packet of it:
/// https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/
std::string pcap_head();
std::string pcap_packet(const ShownEvent& shown);

}  // namespace fwc::cli
