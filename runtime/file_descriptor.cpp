// SPDX-License-Identifier: MIT
// Ownership of a file descriptor.
#include "fwc/runtime/file_descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace fwc::runtime {

// Keeps errno, so that an early return may close before the error is worded.
void FileDescriptor::reset() {
  if (fd_ < 0) return;
  const int saved = errno;
  ::close(std::exchange(fd_, -1));
  errno = saved;
}

}  // namespace fwc::runtime
