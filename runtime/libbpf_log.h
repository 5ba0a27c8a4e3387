// SPDX-License-Identifier: MIT
// Catches what libbpf would print to stderr. Private to the runtime.
#pragma once

#include <string>

namespace fwc::runtime {

/// While one lives, what libbpf says in this thread is kept and what it says in others is dropped.
/// libbpf has one print function for the process: the first of these sets it, the last puts back
/// what was there.
class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  const std::string& text() const { return text_; }
  /// The kernel verifier's part of it, else all of it.
  std::string verifier_log() const;

 private:
  std::string text_;
  std::string* outer_;
};

}  // namespace fwc::runtime
