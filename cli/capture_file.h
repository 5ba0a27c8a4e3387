// SPDX-License-Identifier: MIT
// Packets of a pcap or pcapng file as the cgroup_skb hook would see them: without the link layer.
// Read by libpcap, which is loaded when the first file is opened, so that no other command pays for
// its many dependencies at start-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fwc/runtime/error.h"

namespace fwc::cli {

struct CapturedPacket {
  std::uint16_t ethertype = 0;    ///< in host order; 0 where the link layer does not tell
  std::vector<std::byte> bytes;   ///< from the network header on
  std::size_t wire_bytes = 0;     ///< what `bytes` had before the capture cut it
  std::optional<bool> sent = {};  ///< or received; nothing where the link layer does not tell
  std::uint64_t time = 0;         ///< when it was captured, in nanoseconds

  bool cut() const { return bytes.size() < wire_bytes; }
};

class CaptureFile {
 public:
  /// `-` is standard input.
  static runtime::Expected<CaptureFile> open(const std::string& path);
  ~CaptureFile();
  CaptureFile(CaptureFile&&) noexcept;

  /// The next packet, nothing at the end of the file.
  runtime::Expected<std::optional<CapturedPacket>> next();

 private:
  struct Handle;
  explicit CaptureFile(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace fwc::cli
