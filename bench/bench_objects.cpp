// SPDX-License-Identifier: MIT
// Small filters: objects of any compiler side by side with a program that only returns 1. Of each,
// what it costs a packet beyond that program, hot and over a stream, and what the kernel made of
// it. Or, with --compile, what a compile costs in a process that has compiled before. Writes a line
// of JSON for each; bench/run makes the table.
//
// bench_objects [--rounds N] [--repeat N] [--ipv6] NAME=FILE.o ...
// bench_objects [--rounds N] --compile FILTER
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/stream_runner.h"
#include "fwc/compile.h"

namespace fwc::bench {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Spread {
  double median, low, high;  ///< low and high hold half of the values between them
};

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return {.median = values[n / 2], .low = values[n / 4], .high = values[n - 1 - n / 4]};
}

std::string json_of(const Spread& s) {
  return fmt::format("{{\"median\":{:.3f},\"low\":{:.3f},\"high\":{:.3f}}}", s.median, s.low,
                     s.high);
}

// --- packets ---

void put(StreamPacket& packet, std::size_t at, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    packet[at + i] = static_cast<std::byte>(value >> 8 * (bytes - 1 - i));
}

struct Kind {
  std::uint8_t protocol;
  std::uint16_t port;
};

/// What a host sees: web, names, a few of everything else; IPv4 options and fragments now and then.
StreamPacket packet_number(std::size_t i, bool ipv6) {
  constexpr Kind kKinds[] = {{6, 443}, {6, 80},  {17, 53},  {6, 80},   {17, 443}, {6, 22},
                             {17, 53}, {1, 0},   {6, 443},  {17, 123}, {6, 8080}, {17, 53},
                             {6, 80},  {17, 53}, {132, 80}, {6, 25}};
  // Neighbours in the stream differ in a way that no branch predictor learns in 1,024 packets.
  const std::size_t scattered = i * 2654435761U >> 7;
  Kind kind = i == 0 ? Kind{17, 53} : kKinds[scattered % std::size(kKinds)];
  StreamPacket packet{};
  std::size_t transport = 20;
  if (ipv6) {
    if (kind.protocol == 1) kind.protocol = 58;
    put(packet, 0, 0x60000000, 4);
    put(packet, 4, kPacketBytes - 40, 2);
    put(packet, 6, kind.protocol, 1);
    put(packet, 7, 64, 1);
    put(packet, 8, 0x20010db8'00000000, 8);
    put(packet, 24, 0x20010db8'00000001, 8);
    put(packet, 32, scattered, 8);
    transport = 40;
  } else {
    const bool options = i % 64 == 63;
    transport = options ? 24 : 20;
    put(packet, 0, options ? 0x46 : 0x45, 1);
    put(packet, 2, kPacketBytes, 2);
    put(packet, 6, i % 97 == 96 ? 8 : 0x4000, 2);
    put(packet, 8, 64, 1);
    put(packet, 9, kind.protocol, 1);
    put(packet, 12, 0x0a000001, 4);
    put(packet, 16, scattered, 4);
  }
  put(packet, transport, 40000 + scattered % 20000, 2);
  put(packet, transport + 2, kind.port, 2);
  if (kind.protocol == 6) put(packet, transport + 12, 0x50, 1);
  return packet;
}

std::vector<StreamPacket> packets_of(bool ipv6) {
  std::vector<StreamPacket> packets;
  for (std::size_t i = 0; i < kStreamPackets; ++i) packets.push_back(packet_number(i, ipv6));
  return packets;
}

// --- objects ---

struct Close {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};

struct Subject {
  std::string name;
  std::unique_ptr<bpf_object, Close> object;
  std::vector<bpf_insn> code;
  double load_ms = 0;
  bpf_prog_info info{};
  std::size_t map_bytes = 0;
  std::vector<StreamProgram> runnable;  ///< one
  std::vector<double> hot, stream;
};

bpf_insn plain(unsigned code, int constant) {
  return {.code = static_cast<__u8>(code), .dst_reg = 0, .src_reg = 0, .off = 0, .imm = constant};
}

Subject floor_program() {
  return {.name = "floor",
          .code = {plain(BPF_ALU64 | BPF_MOV | BPF_K, 1), plain(BPF_JMP | BPF_EXIT, 0)}};
}

bool load_object(Subject& subject, const std::string& file) {
  const Clock::time_point start = Clock::now();
  subject.object.reset(bpf_object__open_file(file.c_str(), nullptr));
  if (!subject.object || bpf_object__load(subject.object.get()) != 0) return false;
  subject.load_ms = milliseconds_since(start);
  bpf_program* program = bpf_object__next_program(subject.object.get(), nullptr);
  if (program == nullptr) return false;
  subject.code.assign(bpf_program__insns(program),
                      bpf_program__insns(program) + bpf_program__insn_cnt(program));
  __u32 size = sizeof subject.info;
  bpf_obj_get_info_by_fd(bpf_program__fd(program), &subject.info, &size);
  bpf_map* map = nullptr;
  while ((map = bpf_object__next_map(subject.object.get(), map)) != nullptr)
    subject.map_bytes += std::size_t{bpf_map__max_entries(map)} *
                         (bpf_map__key_size(map) + bpf_map__value_size(map));
  return true;
}

/// Each round runs all of them in turn, so that a disturbance hits all alike.
void measure(std::vector<Subject>& subjects, const std::vector<StreamPacket>& packets, int rounds,
             std::uint32_t repeat) {
  for (int round = 0; round < rounds; ++round)
    for (const bool stream : {false, true}) {
      double floor = 0;
      for (Subject& subject : subjects) {
        const double ns = subject.runnable.front().run(packets, stream, repeat);
        if (&subject == &subjects.front()) floor = ns;
        const bool is_floor = &subject == &subjects.front();
        (stream ? subject.stream : subject.hot).push_back(is_floor ? ns : ns - floor);
      }
    }
}

void show(const Subject& subject, const std::vector<StreamPacket>& packets) {
  fmt::print(
      "{{\"name\":\"{}\",\"load_ms\":{:.3f},\"instructions\":{},\"jited_bytes\":{},"
      "\"verified\":{},\"memory_bytes\":{},\"hot_ns\":{},\"stream_ns\":{},\"forwarded\":{}}}\n",
      subject.name, subject.load_ms, subject.code.size(), subject.info.jited_prog_len,
      subject.info.verified_insns, subject.info.jited_prog_len + subject.map_bytes,
      json_of(spread_of(subject.hot)), json_of(spread_of(subject.stream)),
      subject.runnable.front().forwarded(packets));
}

int compare(const std::vector<std::string>& objects, bool ipv6, int rounds, std::uint32_t repeat) {
  std::vector<Subject> subjects;
  subjects.push_back(floor_program());
  for (const std::string& each : objects) {
    const std::size_t equals = each.find('=');
    Subject& subject = subjects.emplace_back(Subject{.name = each.substr(0, equals)});
    if (!load_object(subject, each.substr(equals + 1))) return 1;
  }
  for (Subject& subject : subjects) {
    auto program = StreamProgram::load(subject.code);
    if (!program) return 1;
    subject.runnable.push_back(*std::move(program));
  }
  const std::vector<StreamPacket> packets = packets_of(ipv6);
  measure(subjects, packets, rounds, repeat);
  for (const Subject& subject : subjects) show(subject, packets);
  return 0;
}

int compile_often(const std::string& filter, int rounds) {
  double first = 0;
  std::vector<double> later;
  for (int i = 0; i <= rounds; ++i) {
    const Clock::time_point start = Clock::now();
    if (!compile(filter, {}).object) return 1;
    (i == 0 ? first : later.emplace_back()) = milliseconds_since(start);
  }
  fmt::print("{{\"name\":\"in process\",\"first_ms\":{:.3f},\"later_ms\":{}}}\n", first,
             json_of(spread_of(later)));
  return 0;
}

int run(int argc, char** argv) {
  int rounds = 15;
  std::uint32_t repeat = 300'000;
  bool ipv6 = false;
  std::string filter;
  std::vector<std::string> objects;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--rounds" && i + 1 < argc)
      rounds = std::max(1, std::atoi(argv[++i]));
    else if (word == "--repeat" && i + 1 < argc)
      repeat = static_cast<std::uint32_t>(std::max(1, std::atoi(argv[++i])));
    else if (word == "--compile" && i + 1 < argc)
      filter = argv[++i];
    else if (word == "--ipv6")
      ipv6 = true;
    else
      objects.emplace_back(word);
  }
  return filter.empty() ? compare(objects, ipv6, rounds, repeat) : compile_often(filter, rounds);
}

}  // namespace
}  // namespace fwc::bench

int main(int argc, char** argv) {
  return fwc::bench::run(argc, argv);
}
