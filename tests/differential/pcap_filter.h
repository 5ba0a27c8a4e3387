// SPDX-License-Identifier: MIT
// libpcap as an outside judge. In a file of its own, for <pcap.h> and <linux/bpf.h> define the same
// names.
#pragma once

#include <memory>
#include <string>

#include "tests/harness/packet_builder.h"

namespace fwc::test {

/// A filter of libpcap over packets without a link layer, compiled without its optimizer.
class PcapFilter {
 public:
  explicit PcapFilter(const std::string& text);
  ~PcapFilter();
  PcapFilter(const PcapFilter&) = delete;
  PcapFilter& operator=(const PcapFilter&) = delete;

  /// Empty where the text was accepted.
  const std::string& error() const { return error_; }
  bool matches(const TestPacket& packet) const;

 private:
  struct Program;
  std::unique_ptr<Program> program_;
  std::string error_;
};

}  // namespace fwc::test
