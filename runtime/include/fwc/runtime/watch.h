// SPDX-License-Identifier: MIT
// Watching a filter that was compiled with a log or with audit: the switches, and the packets it
// logs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "fwc/export.h"
#include "fwc/runtime/counters.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/program.h"

namespace fwc::runtime {

/// Whether the filter is audited: it drops nothing, and counts and logs what it would have dropped.
/// Kind::usage where it was compiled without audit, and so always drops.
FWC_API Expected<bool> audited(const LoadedObject& object);
FWC_API Expected<void> set_audit(const LoadedObject& object, bool on);

/// How many packets are logged a second at most, over all CPUs and both directions. Kind::usage
/// where the filter does not log.
FWC_API Expected<std::uint64_t> log_rate(const LoadedObject& object);
FWC_API Expected<void> set_log_rate(const LoadedObject& object, std::uint64_t records);

/// What should have been logged and was not.
struct LogLosses {
  std::uint64_t over_rate = 0;     ///< more packets in a second than the rate allows
  std::uint64_t without_room = 0;  ///< the ring buffer was full, for nobody read it

  std::uint64_t total() const { return over_rate + without_room; }
  bool operator==(const LogLosses&) const = default;
};
FWC_API Expected<LogLosses> log_losses(const LoadedObject& object);

/// A packet that was logged. What it points to lives until the callback returns.
struct LogEvent {
  std::uint64_t time = 0;  ///< CLOCK_BOOTTIME, nanoseconds
  Direction direction = Direction::egress;
  bool allowed = false;      ///< by the policy
  bool audited = false;      ///< not allowed, and yet it passed
  std::uint64_t cgroup = 0;  ///< id of the socket's cgroup; 0 where the packet has no full socket
  std::uint32_t uid = 0;     ///< of the socket's owner; 65534 where the packet has no full socket
  std::uint32_t length = 0;  ///< bytes from the network header on
  std::span<const std::byte> packet;        ///< the first of them, up to kLoggedBytes
  const DeciderCounter* decider = nullptr;  ///< without a tally; null where it is not known
};

/// Reads the log of a filter. A record is read once: of two readers, each sees a part.
class FWC_API LogReader {
 public:
  /// Gets an event; false ends the reading.
  using Callback = std::function<bool(const LogEvent&)>;

  /// Kind::usage where the filter does not log.
  static Expected<LogReader> open(const LoadedObject& object);

  LogReader(LogReader&&) noexcept;
  LogReader& operator=(LogReader&&) noexcept;
  ~LogReader();

  /// Hands on what there is, without waiting.
  Expected<void> read(const Callback& callback);

  /// Can be polled: readable when there is something to read.
  int fd() const;

 private:
  struct State;
  explicit LogReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fwc::runtime
