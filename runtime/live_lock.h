// SPDX-License-Identifier: MIT
// One change of live values at a time, also of several processes. Private to the runtime.
#pragma once

#include <sys/file.h>

namespace fwc::runtime {

/// Held while it lives. All maps share one inode of the kernel, so that this keeps changes of other
/// maps waiting as well; each takes milliseconds.
class LiveLock {
 public:
  explicit LiveLock(int map) : map_(map) { ::flock(map_, LOCK_EX); }
  ~LiveLock() { ::flock(map_, LOCK_UN); }
  LiveLock(const LiveLock&) = delete;
  LiveLock& operator=(const LiveLock&) = delete;

 private:
  int map_;
};

}  // namespace fwc::runtime
