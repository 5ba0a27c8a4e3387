// SPDX-License-Identifier: MIT
// The property of objects that fwc did not write.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <array>
#include <cstdio>
#include <memory>
#include <set>
#include <vector>

#include "fwc/compile.h"
#include "fwc/runtime/program.h"
#include "fwc/seal.h"
#include "tests/fuzz/hold.h"
#include "tests/fuzz/object_content.h"
#include "tests/fuzz/properties.h"
#include "tests/harness/corpus.h"
#include "tests/harness/kernel_runner.h"

namespace fwc::test {

namespace {

struct Base {
  std::string_view text;
  CompileOptions options;
};

/// One with every section that there is, which audits, and small ones; together they call every
/// helper.
const std::array kBases = {
    Base{"udp", {}},
    Base{"let $a = 9; let $b = true; let @s: ip = {10.0.0.0/8, 2001:db8::/32}; let @t: (ip, port); "
         "egress { drop x: dst_ip in @s || (dst_ip, dst_port) in @t; count len > $a; "
         "default allow; } ingress { allow $b; default drop; }",
         {.direction = Direction::both,
          .counters = true,
          .log = Logged::everything,
          .audit = true,
          .refuse_calls = true}},
    Base{"established || src_port in {1, 5, 9, 700, 8000..8999} || src_ip in {10.0.0.1, ::1}", {}},
    Base{"iface == \"lo\" && ethertype == arp || tcp",
         {.direction = Direction::both, .hook = Hook::tc, .counters = true}},
    Base{"src_port in {1, 5, 9, 700, 8000..8999} || icmp", {.hook = Hook::xdp, .counters = true}},
    Base{"let $a = 40; let $to = 10.0.0.2; let @s: ip = {10.0.0.0/8, 2001:db8::/32}; "
         "egress { drop len > $a && udp; allow dst_ip == $to; default drop; } "
         "ingress { drop src_ip in @s && tcp; allow uid == 0 && cookie != 9; default drop; }",
         {.direction = Direction::both, .log = Logged::dropped, .refuse_calls = true}},
};

struct Close {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using Opened = std::unique_ptr<bpf_object, Close>;

Opened open(const Object& object) {
  libbpf_set_print(nullptr);
  bpf_object_open_opts options{};
  options.sz = sizeof options;
  options.object_name = "fwc";  // the names of maps begin with it
  return Opened(bpf_object__open_mem(object.bytes.data(), object.bytes.size(), &options));
}

/// The helpers that the programs call, and -1 where they call or name anything else.
std::set<int> helpers_of(const bpf_object* opened) {
  std::set<int> helpers;
  for (bpf_program* each = nullptr; (each = bpf_object__next_program(opened, each)) != nullptr;) {
    const bpf_insn* code = bpf_program__insns(each);
    for (std::size_t i = 0; i < bpf_program__insn_cnt(each); ++i) {
      if (code[i].code == (BPF_JMP | BPF_CALL))
        helpers.insert(code[i].src_reg == 0 ? code[i].imm : -1);
      if (code[i].code == (BPF_LD | BPF_IMM | BPF_DW) && code[i].src_reg != 0) helpers.insert(-1);
    }
  }
  return helpers;
}

constexpr double kMostMapBytes = 64 << 20;

/// Bytes of all maps that an object asks for.
double map_bytes(const bpf_object* opened, int processors) {
  double sum = 0;
  for (const bpf_map* map = nullptr; (map = bpf_object__next_map(opened, map)) != nullptr;) {
    const double each = double{1} * bpf_map__key_size(map) + bpf_map__value_size(map);
    const bool per_cpu = bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_ARRAY;
    sum += each * bpf_map__max_entries(map) * (per_cpu ? processors : 1);
  }
  return sum;
}

/// What a loaded object does: the hash of the instructions of each program, by the kernel, and the
/// verdicts of its filters.
struct Behavior {
  std::vector<std::string> tags;
  std::vector<int> verdicts;
  bool operator==(const Behavior&) const = default;
};

struct Frame {
  std::vector<std::byte> bytes;
  PacketContext context;
};

/// Some of each kind of packet that a filter may meet.
const std::vector<Frame>& frames() {
  static const std::vector<Frame> all = [] {
    constexpr std::size_t kStep = 97;  // shares no factor with the kinds
    std::vector<Frame> chosen;
    const std::vector<TestPacket> packets = packet_corpus();
    for (std::size_t i = 0; i < packets.size(); i += kStep)
      if (is_runnable(packets[i].view()))
        chosen.push_back({ethernet_frame(packets[i].view()), packets[i].context});
    return chosen;
  }();
  return all;
}

bpf_prog_info info_of(int program) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  hold(bpf_obj_get_info_by_fd(program, &info, &size) == 0, "the kernel tells about a program", {});
  return info;
}

std::string tag_of(const bpf_prog_info& info) {
  return {reinterpret_cast<const char*>(info.tag), sizeof info.tag};
}

bpf_prog_type type_of(Hook hook) {
  switch (hook) {
    case Hook::cgroup: return BPF_PROG_TYPE_CGROUP_SKB;
    case Hook::tc: return BPF_PROG_TYPE_SCHED_CLS;
    case Hook::xdp: return BPF_PROG_TYPE_XDP;
  }
  return BPF_PROG_TYPE_UNSPEC;
}

Behavior behavior_of(const runtime::LoadedObject& loaded, std::string_view text) {
  Behavior seen;
  hold(!loaded.programs().empty(), "what was loaded has a filter", text);
  for (const runtime::Program* program : loaded.programs()) {
    const bpf_prog_info info = info_of(program->fd());
    hold(info.type == type_of(program->hook()), "a filter is of the type of its hook", text);
    seen.tags.push_back(tag_of(info));
    for (const Frame& frame : frames()) {
      const int verdict = run_program(program->fd(), program->hook(), frame.bytes, frame.context);
      hold(verdict >= 0, "a program that was loaded runs to its end", text);
      seen.verdicts.push_back(verdict);
    }
  }
  for (const runtime::Refusal& refusal : loaded.refusals()) {
    const bpf_prog_info info = info_of(refusal.fd.get());
    hold(info.type == BPF_PROG_TYPE_CGROUP_SOCK_ADDR, "what refuses calls is of that type", text);
    seen.tags.push_back(tag_of(info));
  }
  return seen;
}

struct Original {
  std::string_view text;
  Object object;
  Content content;
  Behavior behavior;
};

struct Originals {
  std::vector<Original> all;
  std::set<int> helpers;
};

const Originals& originals() {
  static const Originals made = [] {
    Originals result;
    for (const Base& base : kBases) {
      CompileResult compiled = compile(base.text, base.options);
      hold(compiled.object && runtime::check_object(*compiled.object), "an object to change",
           base.text);
      Original each{
          .text = base.text, .object = *std::move(compiled.object), .content = {}, .behavior = {}};
      const Opened opened = open(each.object);
      each.content = content_of(each.object, opened.get());
      result.helpers.merge(helpers_of(opened.get()));
      if (may_load()) {
        const auto loaded = runtime::load(each.object);
        hold(loaded.has_value(), "an object to change is loaded", base.text);
        each.behavior = behavior_of(*loaded, base.text);
        const std::set<int> kinds(each.behavior.verdicts.begin(), each.behavior.verdicts.end());
        hold(base.options.audit || kinds.size() > 1, "packets are told apart", base.text);
      }
      result.all.push_back(std::move(each));
    }
    return result;
  }();
  return made;
}

constexpr std::size_t kChangeBytes = 5;

Object changed(const Object& base, std::string_view changes) {
  Object object = base;
  for (; changes.size() >= kChangeBytes; changes.remove_prefix(kChangeBytes)) {
    std::uint32_t place = 0;
    for (const char byte : changes.substr(0, 4))
      place = place << 8 | static_cast<unsigned char>(byte);
    object.bytes[place % object.bytes.size()] = static_cast<std::byte>(changes[4]);
  }
  return object;
}

ObjectTally tally;

/// Of an object that the runtime takes: what it could do in the kernel is bounded.
void hold_of_bounds(const bpf_object* opened, std::string_view text) {
  for (const int helper : helpers_of(opened))
    hold(originals().helpers.contains(helper), "programs call what those of fwc call", text);
  hold(map_bytes(opened, 1) <= kMostMapBytes, "maps are no larger than those of fwc", text);
  for (const bpf_map* map = nullptr; (map = bpf_object__next_map(opened, map)) != nullptr;)
    hold(bpf_map__pin_path(map) == nullptr, "no map is pinned by being loaded", text);
}

void hold_of_loading(const Object& object, const Original& original, bool same_content) {
  const auto loaded = runtime::load(object);
  if (!loaded) {
    hold(!loaded.error().message.empty() && loaded.error().kind != runtime::Error::Kind::internal,
         "an object that is not loaded is refused for a reason", original.text);
    return;
  }
  ++tally.loaded;
  const Behavior behavior = behavior_of(*loaded, original.text);
  if (!same_content) return;
  ++tally.compared;
  hold(behavior == original.behavior, "an object of the same content judges the same",
       original.text);
}

}  // namespace

ObjectTally::~ObjectTally() {
  if (changed == 0) return;
  std::fprintf(stderr,
               "objects: %zu changed, of them sealed again %zu taken, %zu loaded, "
               "%zu compared\n",
               changed, taken, loaded, compared);
}

const ObjectTally& tally_of_objects() {
  return tally;
}

std::span<const std::byte> object_to_change(std::size_t which) {
  return which < kBases.size() ? std::span(originals().all[which].object.bytes)
                               : std::span<const std::byte>{};
}

void hold_object(std::string_view input) {
  if (input.empty()) return;
  const Original& original = originals().all[static_cast<unsigned char>(input[0]) % kBases.size()];
  Object object = changed(original.object, input.substr(1));
  const bool same = object.bytes == original.object.bytes;
  hold(runtime::check_object(object).has_value() == same, "an object that was changed is refused",
       original.text);
  if (same) return;
  ++tally.changed;
  object.bytes.resize(object.bytes.size() - kSealBytes);
  seal(object.bytes);
  if (!runtime::check_object(object)) return;
  ++tally.taken;
  const Opened opened = open(object);
  hold(opened != nullptr, "libbpf reads what the runtime takes", original.text);
  hold_of_bounds(opened.get(), original.text);
  const int processors = libbpf_num_possible_cpus();
  if (may_load() && map_bytes(opened.get(), processors) <= kMostMapBytes)
    hold_of_loading(object, original, content_of(object, opened.get()) == original.content);
}

}  // namespace fwc::test
