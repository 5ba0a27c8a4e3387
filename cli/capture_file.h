// SPDX-License-Identifier: MIT
// Packets of a pcap or pcapng file as a hook would see them: without the link layer or with it.
// Read by libpcap, which is loaded when the first file is opened, so that no other command pays for
// its many dependencies at start-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/hook.h"
#include "fwc/runtime/error.h"

namespace fwc::cli {

struct CapturedPacket {
  bool framed = false;            ///< `bytes` begins with the Ethernet header, which has the type
  std::uint16_t ethertype = 0;    ///< in host order; 0 where the link layer does not tell
  std::vector<std::byte> bytes;   ///< from the network header on, without padding; or all of a frame
  std::size_t wire_bytes = 0;     ///< what `bytes` had before the capture cut it
  std::optional<bool> sent = {};  ///< or received; nothing where the link layer does not tell
  std::uint64_t time = 0;         ///< when it was captured, in nanoseconds

  bool cut() const { return bytes.size() < wire_bytes; }
};

class CaptureFile {
 public:
  /// `-` is standard input. For a hook with a link layer it has to hold Ethernet frames.
  static runtime::Expected<CaptureFile> open(const std::string& path, Hook hook = Hook::cgroup);
  ~CaptureFile();
  CaptureFile(CaptureFile&&) noexcept;

  /// The next packet, nothing at the end of the file.
  runtime::Expected<std::optional<CapturedPacket>> next();

 private:
  struct Handle;
  explicit CaptureFile(std::unique_ptr<Handle> handle);
  static std::optional<runtime::Error> refuse_link_type(const Handle& handle,
                                                        std::string_view name);
  std::unique_ptr<Handle> handle_;
};

}  // namespace fwc::cli
