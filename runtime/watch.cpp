// SPDX-License-Identifier: MIT
// The switches of log and audit, and the ring buffer of the log.
#include "fwc/runtime/watch.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/counter_map.h"
#include "runtime/errors.h"
#include "runtime/libbpf_log.h"
#include "runtime/live_lock.h"

namespace fwc::runtime {
namespace {

constexpr std::uint32_t kOnlyEntry = 0;

Expected<WatchControl> read_control(const LoadedObject& object) {
  WatchControl control{};
  if (::bpf_map_lookup_elem(object.control_fd(), &kOnlyEntry, &control) == 0) return control;
  return system_error(errno, "cannot read the filter's switches");
}

// The kernel copies the whole value, so that records of this moment may be counted twice or not.
template <typename Change>
Expected<void> change_control(const LoadedObject& object, const Change& change) {
  const LiveLock lock(object.control_fd());
  Expected<WatchControl> control = read_control(object);
  if (!control) return control.error();
  change(*control);
  if (::bpf_map_update_elem(object.control_fd(), &kOnlyEntry, &*control, BPF_ANY) == 0) return {};
  return system_error(errno, "cannot write the filter's switches");
}

Expected<void> require_log(const LoadedObject& object) {
  if (object.log_fd() >= 0) return {};
  return make_error(Error::Kind::usage, "the filter does not log",
                    "replace it by one compiled with `--log drop`");
}

}  // namespace

Expected<bool> audited(const LoadedObject& object) {
  const Error without = make_error(Error::Kind::usage, "the filter cannot be audited",
                                   "replace it by one compiled with `--audit`");
  if (object.control_fd() < 0) return without;
  Expected<WatchControl> control = read_control(object);
  if (!control) return control.error();
  if (control->audit == kNoAudit) return without;
  return control->audit != kAuditOff;
}

Expected<void> set_audit(const LoadedObject& object, bool on) {
  if (Expected<bool> now = audited(object); !now) return now.error();
  return change_control(object,
                        [&](WatchControl& control) { control.audit = on ? kAuditOn : kAuditOff; });
}

Expected<std::uint64_t> log_rate(const LoadedObject& object) {
  if (Expected<void> logs = require_log(object); !logs) return logs.error();
  Expected<WatchControl> control = read_control(object);
  if (!control) return control.error();
  return control->rate;
}

Expected<void> set_log_rate(const LoadedObject& object, std::uint64_t records) {
  if (Expected<void> logs = require_log(object); !logs) return logs;
  return change_control(object, [&](WatchControl& control) { control.rate = records; });
}

Expected<LogLosses> log_losses(const LoadedObject& object) {
  if (Expected<void> logs = require_log(object); !logs) return logs.error();
  const auto tallies = read_watch_map(object);
  if (!tallies) return tallies.error();
  LogLosses losses;
  for (const CpuWatchTallies& direction : *tallies)
    for (const WatchTally& tally : direction) {
      losses.over_rate += tally.over_rate;
      losses.without_room += tally.without_room;
    }
  return losses;
}

struct LogReader::State {
  struct Free {
    void operator()(ring_buffer* ring) const { ::ring_buffer__free(ring); }
  };

  std::unique_ptr<ring_buffer, Free> ring;
  std::vector<DeciderCounter> deciders;
  const Callback* callback = nullptr;

  static int take(void* context, void* data, std::size_t size) {
    auto& state = *static_cast<State*>(context);
    LogRecord record{};
    if (size < offsetof(LogRecord, packet)) return 0;
    std::memcpy(&record, data, std::min(size, sizeof record));
    const auto bytes = std::min<std::size_t>(record.length, kLoggedBytes);
    const LogEvent event{
        .time = record.time,
        .direction = (record.flags & kLogIngress) != 0 ? Direction::ingress : Direction::egress,
        .allowed = (record.flags & kLogAllowed) != 0,
        .audited = (record.flags & kLogAudited) != 0,
        .cgroup = record.cgroup,
        .uid = record.uid,
        .length = record.length,
        .packet = std::span(record.packet).first(bytes),
        .decider =
            record.decider < state.deciders.size() ? &state.deciders[record.decider] : nullptr};
    return (*state.callback)(event) ? 0 : -ECANCELED;
  }
};

LogReader::LogReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LogReader::LogReader(LogReader&&) noexcept = default;
LogReader& LogReader::operator=(LogReader&&) noexcept = default;
LogReader::~LogReader() = default;

Expected<LogReader> LogReader::open(const LoadedObject& object) {
  if (Expected<void> logs = require_log(object); !logs) return logs.error();
  Expected<Deciders> deciders = deciders_of(object);
  if (!deciders) return deciders.error();
  auto state = std::make_unique<State>();
  state->deciders = std::move(deciders->ingress);
  std::move(deciders->egress.begin(), deciders->egress.end(), std::back_inserter(state->deciders));
  const LibbpfLog silent;
  state->ring.reset(::ring_buffer__new(object.log_fd(), &State::take, state.get(), nullptr));
  if (!state->ring) return system_error(errno, "cannot map the log");
  return LogReader(std::move(state));
}

Expected<void> LogReader::read(const Callback& callback) {
  state_->callback = &callback;
  const int result = ::ring_buffer__consume(state_->ring.get());
  if (result >= 0 || result == -ECANCELED) return {};
  return system_error(-result, "cannot read the log");
}

int LogReader::fd() const {
  return ::ring_buffer__epoll_fd(state_->ring.get());
}

}  // namespace fwc::runtime
