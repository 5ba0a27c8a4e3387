// SPDX-License-Identifier: MIT
// One change of live values at a time, also of several processes. Private to the runtime.
#pragma once

#include <sys/file.h>

#include <chrono>
#include <thread>

namespace fwc::runtime {

/// Held while it lives. All maps share one inode of the kernel, so that this keeps changes of other
/// maps waiting as well; each takes milliseconds. Every process has descriptors of that inode
/// (eventfd(2), epoll_create(2)) and can lock it: who holds it longer than the patience is taken for
/// no fwc, and not waited for.
class LiveLock {
 public:
  explicit LiveLock(int map) : map_(map) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (::flock(map_, LOCK_EX | LOCK_NB) != 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(kPause);
  }
  ~LiveLock() { ::flock(map_, LOCK_UN); }
  LiveLock(const LiveLock&) = delete;
  LiveLock& operator=(const LiveLock&) = delete;

 private:
  static constexpr std::chrono::milliseconds kPatience{10'000};
  static constexpr std::chrono::milliseconds kPause{2};

  int map_;
};

}  // namespace fwc::runtime
