// SPDX-License-Identifier: MIT
// The only file that includes <pcap.h>.
#include "tests/differential/pcap_filter.h"

#include <pcap.h>

namespace fwc::test {

struct PcapFilter::Program {
  bpf_program code{};
  bool compiled = false;
};

PcapFilter::PcapFilter(const std::string& text) : program_(std::make_unique<Program>()) {
  constexpr int kSnapshot = 1 << 16;
  constexpr int kWithoutOptimizer = 0;
  pcap_t* handle = pcap_open_dead(DLT_RAW, kSnapshot);
  program_->compiled = pcap_compile(handle, &program_->code, text.c_str(), kWithoutOptimizer,
                                    PCAP_NETMASK_UNKNOWN) == 0;
  if (!program_->compiled) error_ = pcap_geterr(handle);
  pcap_close(handle);
}

PcapFilter::~PcapFilter() {
  if (program_->compiled) pcap_freecode(&program_->code);
}

bool PcapFilter::matches(const TestPacket& packet) const {
  pcap_pkthdr header{};
  header.caplen = header.len = static_cast<bpf_u_int32>(packet.bytes.size());
  const auto* bytes = reinterpret_cast<const u_char*>(packet.bytes.data());
  return pcap_offline_filter(&program_->code, &header, bytes) != 0;
}

}  // namespace fwc::test
