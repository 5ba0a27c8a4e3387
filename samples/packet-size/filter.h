// SPDX-License-Identifier: MIT
// The filter of the sample: compiled, loaded and attached, with its limit and its counters.
#pragma once

#include <cstdint>

#include "fwc/runtime/attachments.h"
#include "fwc/runtime/counters.h"
#include "fwc/runtime/environment.h"
#include "samples/packet-size/options.h"

namespace packet_size {

class SizeFilter {
 public:
  /// In force when it returns.
  static fwc::runtime::Expected<SizeFilter> start(const Options& options);

  std::int64_t limit() const { return limit_; }

  /// Adds to the limit, within its bounds; packets meet the new one at once.
  fwc::runtime::Expected<void> change_limit(std::int64_t by);

  /// What the filter did in its direction; `by_cpu` has one for each processor.
  struct Reading {
    fwc::runtime::DirectionCounters total;
    std::vector<fwc::runtime::DirectionCounters> by_cpu;
  };
  fwc::runtime::Expected<Reading> read() const;

  fwc::runtime::Expected<void> detach();

  const fwc::runtime::Attachment& attachment() const { return attachment_; }

 private:
  SizeFilter(fwc::runtime::LoadedObject object, fwc::runtime::Cgroup cgroup, std::int64_t limit)
      : object_(std::move(object)), cgroup_(std::move(cgroup)), limit_(limit) {}

  fwc::runtime::LoadedObject object_;
  fwc::runtime::Cgroup cgroup_;
  fwc::runtime::Attachment attachment_;
  std::int64_t limit_;
};

}  // namespace packet_size
