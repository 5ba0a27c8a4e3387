// SPDX-License-Identifier: MIT
// The kernel's verdict on a packet, by bpf(2) itself; see kernel_judge.h.
#include "cli/kernel_judge.h"

#include <fmt/core.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace fwc::cli {

namespace {

constexpr std::size_t kEthernetBytes = 14;

// The kernel wants a link layer and takes it off (bpf_prog_test_run_skb); only its type counts.
std::vector<std::byte> with_link_layer(const CapturedPacket& packet) {
  if (packet.framed) return packet.bytes;
  std::vector<std::byte> frame(kEthernetBytes);
  frame[12] = static_cast<std::byte>(packet.ethertype >> 8);
  frame[13] = static_cast<std::byte>(packet.ethertype & 0xff);
  frame.insert(frame.end(), packet.bytes.begin(), packet.bytes.end());
  return frame;
}

bool forwards(Hook hook, std::uint32_t returned) {
  switch (hook) {
    case Hook::cgroup: return returned != 0;
    case Hook::tc: return returned == TC_ACT_OK;
    case Hook::xdp: return returned == XDP_PASS;
  }
  return false;
}

}  // namespace

runtime::Expected<std::optional<bool>> judge_by_kernel(const runtime::Program& program,
                                                       const CapturedPacket& packet) {
  const std::vector<std::byte> frame = with_link_layer(packet);
  bpf_attr attributes{};
  attributes.test.prog_fd = static_cast<__u32>(program.fd());
  attributes.test.data_in = reinterpret_cast<__u64>(frame.data());
  attributes.test.data_size_in = static_cast<__u32>(frame.size());
  attributes.test.repeat = 1;
  if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attributes, sizeof attributes) == 0)
    return std::optional<bool>(forwards(program.hook(), attributes.test.retval));
  if (errno == EINVAL) return std::optional<bool>();
  return runtime::Error{.kind = runtime::Error::Kind::os,
                        .message = fmt::format("the kernel did not run the filter on a packet: {}",
                                               std::strerror(errno)),
                        .code = errno};
}

}  // namespace fwc::cli
