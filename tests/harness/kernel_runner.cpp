// SPDX-License-Identifier: MIT
// libbpf's side of the tests: open from memory, load, run.
#include "tests/harness/kernel_runner.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <elf.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
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
constexpr int kNoVerdict = 99;

int verdict_of(Hook hook, std::uint32_t returned) {
  switch (hook) {
    case Hook::cgroup: return static_cast<int>(returned);
    case Hook::tc: return returned == TC_ACT_OK ? 1 : returned == TC_ACT_SHOT ? 0 : kNoVerdict;
    case Hook::xdp: return returned == XDP_PASS ? 1 : returned == XDP_DROP ? 0 : kNoVerdict;
  }
  return kNoVerdict;
}
constexpr std::size_t kMaximumFrame = 3712;
constexpr std::size_t kMaximumXdpFrame = 3392;
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

void append(std::vector<std::byte>& out, std::uint64_t number, int bytes) {
  while (bytes-- > 0) out.push_back(static_cast<std::byte>(number >> 8 * bytes & 0xff));
}

}  // namespace

std::vector<std::byte> ethernet_frame(const Packet& packet) {
  const LinkLayer link = packet.context.link.value_or(LinkLayer{});
  std::vector<std::byte> frame;
  append(frame, link.destination, 6);
  append(frame, link.source, 6);
  if (link.vlan) append(frame, std::uint64_t{0x8100} << 16 | 0xe000 | *link.vlan, 4);
  append(frame, packet.protocol, 2);
  frame.insert(frame.end(), packet.bytes.begin(), packet.bytes.end());
  return frame;
}

bool is_runnable(std::span<const std::byte> frame, Hook hook) {
  if (frame.size() < kEthernetHeader) return false;
  if (hook == Hook::xdp) return frame.size() <= kMaximumXdpFrame;
  const auto byte = [&](std::size_t at) { return std::to_integer<unsigned>(frame[at]); };
  return is_runnable(Packet{.protocol = static_cast<std::uint16_t>(byte(12) << 8 | byte(13)),
                            .bytes = frame.subspan(kEthernetHeader)});
}

bool is_runnable(const Packet& packet) {
  return packet.bytes.size() >= minimum_packet(packet.protocol) &&
         packet.bytes.size() + kEthernetHeader <= kMaximumFrame;
}

namespace {

/// The section of that name of an ELF file that is known to be right.
std::span<const std::byte> section(std::span<const std::byte> object, std::string_view name) {
  const auto at = [&]<typename T>(std::uint64_t offset, T) {
    T record;
    std::memcpy(&record, object.data() + offset, sizeof record);
    return record;
  };
  const auto header = at(0, Elf64_Ehdr{});
  const auto row = [&](std::uint64_t i) {
    return at(header.e_shoff + i * sizeof(Elf64_Shdr), Elf64_Shdr{});
  };
  const Elf64_Shdr names = row(header.e_shstrndx);
  for (std::uint64_t i = 1; i < header.e_shnum; ++i) {
    const Elf64_Shdr each = row(i);
    const auto* text =
        reinterpret_cast<const char*>(object.data() + names.sh_offset + each.sh_name);
    if (name == text) return object.subspan(each.sh_offset, each.sh_size);
  }
  return {};
}

/// Puts into the live sets what the filter says they hold at first, as the runtime does it.
bool fill_sets(bpf_object* object, std::span<const std::byte> contents) {
  while (!contents.empty()) {
    std::uint32_t numbers[2];  // bytes of a key, keys
    std::memcpy(numbers, contents.data() + 16, sizeof numbers);
    const int slots =
        bpf_object__find_map_fd_by_name(object, reinterpret_cast<const char*>(contents.data()));
    bpf_map_create_opts options{};
    options.sz = sizeof options;
    options.map_flags = BPF_F_NO_PREALLOC;
    const int trie =
        bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "test", numbers[0], 1, 1 << 24, &options);
    contents = contents.subspan(16 + sizeof numbers);
    bool right = slots >= 0 && trie >= 0;
    for (std::uint32_t i = 0; i < numbers[1]; ++i, contents = contents.subspan(numbers[0])) {
      const std::uint8_t present = 1;
      right = right && bpf_map_update_elem(trie, contents.data(), &present, BPF_ANY) == 0;
    }
    const std::uint32_t slot = 0;
    right = right && bpf_map_update_elem(slots, &slot, &trie, BPF_ANY) == 0;
    if (trie >= 0) close(trie);
    if (!right) return false;
  }
  return true;
}

/// Puts the index of each interface beside its name, as the runtime does it.
void find_interfaces(bpf_object* object) {
  constexpr std::size_t kEntry = 20;
  bpf_map* map = bpf_object__find_map_by_name(object, ".rodata.ifaces");
  if (map == nullptr) return;
  std::size_t size = 0;
  const auto* initial = static_cast<const char*>(bpf_map__initial_value(map, &size));
  std::vector<char> entries(initial, initial + size);
  for (std::size_t at = 0; at + kEntry <= size; at += kEntry) {
    const std::uint32_t index = if_nametoindex(entries.data() + at + sizeof index);
    std::memcpy(entries.data() + at, &index, sizeof index);
  }
  bpf_map__set_initial_value(map, entries.data(), size);
}

}  // namespace

void KernelProgram::Close::operator()(bpf_object* object) const {
  bpf_object__close(object);
}

std::variant<KernelProgram, std::string> KernelProgram::load(std::span<const std::byte> object,
                                                             Direction direction, Hook hook) {
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
  if (hook == Hook::tc) {  // libbpf 1.1 knows no section of that name
    bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS);
    bpf_program__set_expected_attach_type(program, bpf_attach_type{});
  }
  result.hook_ = hook;
  find_interfaces(result.object_.get());
  if (const int error = bpf_object__load(result.object_.get()); error != 0)
    return std::string("load: ") + std::strerror(-error) + "\n" + last_part(log.data());
  if (!fill_sets(result.object_.get(), section(object, "fwc.sets")))
    return std::string("the live sets cannot be filled: ") + std::strerror(errno);
  result.program_fd_ = bpf_program__fd(program);
  return result;
}

int KernelProgram::run(const Packet& packet) const {
  return run_frame(ethernet_frame(packet), packet.context);
}

int KernelProgram::run_frame(std::span<const std::byte> frame, const PacketContext& context) const {
  return run_program(program_fd_, hook_, frame, context);
}

int KernelProgram::run(const Packet& packet, Direction direction) const {
  const bpf_program* program =
      bpf_object__find_program_by_name(object_.get(), program_name(direction));
  return program == nullptr ? -ENOENT
                            : run_program(bpf_program__fd(program), hook_, ethernet_frame(packet),
                                          packet.context);
}

int KernelProgram::map(const char* name) const {
  return bpf_object__find_map_fd_by_name(object_.get(), name);
}

int run_program(int program_fd, Hook hook, std::span<const std::byte> frame,
                const PacketContext& known) {
  bpf_test_run_opts options{};
  options.sz = sizeof options;
  options.data_in = frame.data();
  options.data_size_in = static_cast<std::uint32_t>(frame.size());
  options.repeat = 1;
  __sk_buff context{};
  context.mark = known.mark;
  context.priority = known.priority;
  context.ifindex = known.interface;
  context.gso_size = known.gso_size;
  context.gso_segs = known.gso_segments;
  if (hook != Hook::xdp) {
    options.ctx_in = &context;
    options.ctx_size_in = sizeof context;
  }
  const int error = bpf_prog_test_run_opts(program_fd, &options);
  return error != 0 ? error : verdict_of(hook, options.retval);
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
