// SPDX-License-Identifier: MIT
// libbpf's side of the tests: open from memory, load, run.
#include "tests/harness/kernel_runner.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace fwc::test {

namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kMaximumFrame = 3712;
constexpr std::size_t kLogBytes = 1 << 20;

std::size_t minimum_packet(std::uint16_t ethertype) {
  if (ethertype == kEtherTypeIpv4) return 20;
  return ethertype == kEtherTypeIpv6 ? 40 : 0;
}

int print_nothing(libbpf_print_level, const char*, va_list) {
  return 0;
}

/// The interesting end of a verifier log.
std::string last_part(const char* log) {
  constexpr std::size_t kShown = 4000;
  const std::string_view text(log);
  return std::string(text.size() <= kShown ? text : text.substr(text.size() - kShown));
}

const char* program_name(Direction direction) {
  return direction == Direction::ingress ? "fwc_ingress" : "fwc_egress";
}

std::vector<std::byte> ethernet_frame(const Packet& packet) {
  std::vector<std::byte> frame(kEthernetHeader);
  frame[12] = static_cast<std::byte>(packet.protocol >> 8);
  frame[13] = static_cast<std::byte>(packet.protocol & 0xff);
  frame.insert(frame.end(), packet.bytes.begin(), packet.bytes.end());
  return frame;
}

}  // namespace

bool is_runnable(const Packet& packet) {
  return packet.bytes.size() >= minimum_packet(packet.protocol) &&
         packet.bytes.size() + kEthernetHeader <= kMaximumFrame;
}

void KernelProgram::Close::operator()(bpf_object* object) const {
  bpf_object__close(object);
}

std::variant<KernelProgram, std::string> KernelProgram::load(std::span<const std::byte> object,
                                                             Direction direction) {
  libbpf_set_print(print_nothing);
  std::vector<char> log(kLogBytes);
  bpf_object_open_opts options{};
  options.sz = sizeof options;
  options.object_name = "fwc_test";
  options.kernel_log_buf = log.data();
  options.kernel_log_size = log.size();
  options.kernel_log_level = 0;
  KernelProgram result;
  result.object_.reset(bpf_object__open_mem(object.data(), object.size(), &options));
  if (!result.object_) return std::string("open: ") + std::strerror(errno);
  bpf_program* program =
      bpf_object__find_program_by_name(result.object_.get(), program_name(direction));
  if (!program) return std::string("the object has no program ") + program_name(direction);
  if (const int error = bpf_object__load(result.object_.get()); error != 0)
    return std::string("load: ") + std::strerror(-error) + "\n" + last_part(log.data());
  result.program_fd_ = bpf_program__fd(program);
  return result;
}

int KernelProgram::run(const Packet& packet) const {
  const std::vector<std::byte> frame = ethernet_frame(packet);
  bpf_test_run_opts options{};
  options.sz = sizeof options;
  options.data_in = frame.data();
  options.data_size_in = static_cast<std::uint32_t>(frame.size());
  options.repeat = 1;
  __sk_buff context{};
  context.mark = packet.context.mark;
  context.priority = packet.context.priority;
  context.ifindex = packet.context.interface;
  context.gso_size = packet.context.gso_size;
  context.gso_segs = packet.context.gso_segments;
  options.ctx_in = &context;
  options.ctx_size_in = sizeof context;
  const int error = bpf_prog_test_run_opts(program_fd_, &options);
  return error != 0 ? error : static_cast<int>(options.retval);
}

namespace {

bpf_prog_info info_of(int program_fd) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0) return {};
  return info;
}

}  // namespace

std::size_t KernelProgram::instructions() const {
  return info_of(program_fd_).xlated_prog_len / sizeof(bpf_insn);
}

std::size_t KernelProgram::verified() const {
  return info_of(program_fd_).verified_insns;
}

bool may_load() {
  static const bool allowed = [] {
    const std::array<bpf_insn, 2> code = {
        bpf_insn{
            .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 1},
        bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
    bpf_prog_load_opts options{};
    options.sz = sizeof options;
    options.expected_attach_type = BPF_CGROUP_INET_EGRESS;
    const int fd = bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, "fwc_probe", "MIT", code.data(),
                                 code.size(), &options);
    if (fd >= 0) close(fd);
    return fd >= 0;
  }();
  return allowed;
}

bool kernel_is_required() {
  const char* value = std::getenv("FWC_REQUIRE_KERNEL");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace fwc::test
