// SPDX-License-Identifier: MIT
// Verdicts of the kernel: loads an object from memory and runs its program on packets that never
// touch a network (BPF_PROG_TEST_RUN). Nothing is pinned or attached; all is gone with the object.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/eval/packet.h"
#include "fwc/compile.h"

struct bpf_object;

namespace fwc::test {

/// Whether BPF_PROG_TEST_RUN takes the packet. It wants an Ethernet frame, whose header it strips
/// (net/bpf/test_run.c, bpf_prog_test_run_skb), and by trying on 6.18 refuses with EINVAL: a frame
/// of EtherType IPv4 or IPv6 with less than 20 or 40 bytes behind that header, and any frame of
/// more than 3,712 bytes (one page, less the room an skb needs before and after it). A frame of
/// another EtherType may be empty behind its header. Kernels before 6.x took the short ones too.
bool is_runnable(const Packet& packet);

/// The same of a frame that begins with its Ethernet header. At `xdp`, where its IP header does not
/// matter, it has to fit in a page with what the kernel keeps before and behind it.
bool is_runnable(std::span<const std::byte> frame, Hook hook);

/// A loaded program of one direction.
class KernelProgram {
 public:
  /// The program, or why it was refused with the verifier's log.
  static std::variant<KernelProgram, std::string> load(std::span<const std::byte> object,
                                                       Direction direction,
                                                       Hook hook = Hook::cgroup);

  /// The verdict on a packet: 1 forwards, 0 drops; 99 where it is none of the hook's. Negative
  /// errno where the kernel refused to run it.
  int run(const Packet& packet) const;

  /// The same of the object's program for that direction, which shares its maps.
  int run(const Packet& packet, Direction direction) const;

  /// The same on a frame that begins with its Ethernet header.
  int run_frame(std::span<const std::byte> frame, const PacketContext& context) const;

  int fd() const { return program_fd_; }

  /// A map of the object by its name; negative where it has none.
  int map(const char* name) const;

  /// Instructions after the kernel's own rewriting, from the program's info.
  std::size_t instructions() const;

  /// Instructions that the verifier walked, over all paths.
  std::size_t verified() const;

 private:
  struct Close {
    void operator()(bpf_object* object) const;
  };
  std::unique_ptr<bpf_object, Close> object_;
  int program_fd_ = -1;
  Hook hook_ = Hook::cgroup;
};

/// The verdict of a loaded program on a frame, as of KernelProgram::run.
int run_program(int program_fd, Hook hook, std::span<const std::byte> frame,
                const PacketContext& context);

/// The packet behind an Ethernet header, and behind a VLAN tag where its context has one.
std::vector<std::byte> ethernet_frame(const Packet& packet);

/// Whether this process may load programs at all.
bool may_load();

/// Whether a test must fail rather than be skipped (FWC_REQUIRE_KERNEL=1).
bool kernel_is_required();

}  // namespace fwc::test

/// First statement of every test that loads a program: skips it without privileges, or fails it
/// where the environment says that the kernel must be there.
#define FWC_NEEDS_KERNEL()                                                             \
  do {                                                                                 \
    if (!fwc::test::may_load()) {                                                      \
      if (fwc::test::kernel_is_required()) FAIL() << "may not load BPF programs here"; \
      GTEST_SKIP() << "may not load BPF programs here";                                \
    }                                                                                  \
  } while (false)
