// SPDX-License-Identifier: MIT
// The filter of the sample; see filter.h.
#include "samples/packet-size/filter.h"

#include <algorithm>
#include <string_view>

#include "fwc/compile.h"
#include "fwc/runtime/pins.h"
#include "fwc/runtime/variables.h"

namespace packet_size {

namespace {

using fwc::runtime::AttachOptions;
using fwc::runtime::Direction;
using fwc::runtime::DirectionCounters;
using fwc::runtime::Error;
using fwc::runtime::Expected;

constexpr std::string_view kFilter = "let $limit = 1500 in 0..65535; len <= $limit";

const AttachOptions& attach_options() {
  static const AttachOptions options{.name = "packet-size", .bpffs = {}};
  return options;
}

Expected<fwc::runtime::LoadedObject> load(const Options& options) {
  const bool ingress = options.direction == Direction::ingress;
  const auto compiled = fwc::compile(
      kFilter,
      {.direction = ingress ? fwc::Direction::ingress : fwc::Direction::egress, .counters = true});
  if (!compiled.object)
    return Error{.kind = Error::Kind::internal, .message = compiled.diagnostics.front().message};
  return fwc::runtime::load(*compiled.object,
                            {.variables = {{.name = "limit", .value = options.limit}}});
}

const DirectionCounters& pick(const fwc::runtime::Counts& counts, Direction direction) {
  return direction == Direction::ingress ? counts.ingress : counts.egress;
}

}  // namespace

Expected<SizeFilter> SizeFilter::start(const Options& options) {
  const auto cgroup = fwc::runtime::find_cgroup(options.cgroup);
  if (!cgroup) return cgroup.error();
  auto object = load(options);
  if (!object) return std::move(object).error();
  SizeFilter filter(*std::move(object), *cgroup, options.limit);
  auto attached =
      fwc::runtime::attach(filter.object_, *cgroup, options.direction, attach_options());
  if (!attached) return std::move(attached).error();
  filter.attachment_ = *std::move(attached);
  if (options.pin.empty()) return filter;
  if (auto pinned = fwc::runtime::pin(filter.object_, options.pin); !pinned) {
    if (!filter.attachment_.replaced) (void)filter.detach();
    return std::move(pinned).error();
  }
  return filter;
}

Expected<void> SizeFilter::change_limit(std::int64_t by) {
  const std::int64_t wanted = std::clamp(limit_ + by, kLeastLimit, kGreatestLimit);
  auto done = fwc::runtime::set_variables(object_, {{.name = "limit", .value = wanted}});
  if (done) limit_ = wanted;
  return done;
}

Expected<SizeFilter::Reading> SizeFilter::read() const {
  const auto counters = fwc::runtime::read_counters(object_);
  if (!counters) return counters.error();
  Reading reading{.total = pick(counters->total, attachment_.direction), .by_cpu = {}};
  for (const auto& cpu : counters->by_cpu)
    reading.by_cpu.push_back(pick(cpu, attachment_.direction));
  return reading;
}

Expected<void> SizeFilter::detach() {
  const auto done = fwc::runtime::detach(cgroup_, attachment_.direction, attach_options());
  return done ? Expected<void>() : Expected<void>(done.error());
}

}  // namespace packet_size
