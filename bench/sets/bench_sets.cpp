// SPDX-License-Identifier: MIT
// Sets of 10 to 1,000,000 entries: what a lookup costs beyond an empty program, hot and over a
// stream of 1,024 different packets of which half are in the set, and what the set costs to build,
// load and keep; beside it an LPM trie and a hash map. Writes a table, or JSON with --json.
//
// bench_sets [--json] [--peers] [SET ...] [COUNT ...]
// SET: ports ipv4 cluster addresses ipv6 ipv6-addresses, or a long filter: clauses mixed rules
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string>
#include <variant>

#include "bench/sets/peers.h"
#include "bench/stream_runner.h"
#include "compiler/check/fold.h"
#include "compiler/codegen/emit.h"
#include "fwc/compile.h"
#include "tests/sets/clauses.h"
#include "tests/sets/random_sets.h"
#include "tests/sets/set_filter.h"

namespace fwc::bench {
namespace {

using Clock = std::chrono::steady_clock;
using test::Dice;

constexpr int kRounds = 9;
constexpr std::uint32_t kRepeat = 300'000;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Row {
  std::string set;
  std::string structure;
  std::size_t entries = 0;
  double hot = 0;
  double stream = 0;
  std::size_t forwarded = 0;
  double mebibytes = 0;
  double build_ms = 0;
  double load_ms = 0;
  std::size_t instructions = 0;
  std::size_t verified = 0;
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

/// Each round runs both in turn; the difference of the medians.
void measure(const StreamProgram& program, const StreamProgram& floor,
             std::span<const StreamPacket> packets, Row& row) {
  for (const bool stream : {false, true}) {
    std::vector<double> own, empty;
    for (int round = 0; round < kRounds; ++round) {
      empty.push_back(floor.run(packets, stream, kRepeat));
      own.push_back(program.run(packets, stream, kRepeat));
    }
    (stream ? row.stream : row.hot) = median(own) - median(empty);
  }
  row.forwarded = program.forwarded(packets);
}

const StreamProgram& empty_program() {
  static const std::optional<StreamProgram> program = StreamProgram::load(std::array<bpf_insn, 2>{
      bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 1},
      bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}});
  if (!program) std::exit(1);
  return *program;
}

StreamPacket ipv4_packet(std::uint32_t destination, std::uint16_t port) {
  StreamPacket packet{};
  const auto put = [&](std::size_t at, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i)
      packet[at + i] = static_cast<std::byte>(value >> 8 * (bytes - 1 - i));
  };
  put(0, 0x45000040, 4);
  put(8, 0x40060000, 4);
  put(12, 0x0a000001, 4);
  put(16, destination, 4);
  put(20, 40000, 2);
  put(22, port, 2);
  put(32, 0x50, 1);
  return packet;
}

StreamPacket ipv6_packet(const U128& destination) {
  StreamPacket packet{};
  const auto put = [&](std::size_t at, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i)
      packet[at + i] = static_cast<std::byte>(value >> 8 * (bytes - 1 - i));
  };
  put(0, 0x60000000, 4);
  put(4, 24, 2);
  put(6, 6, 1);
  put(7, 64, 1);
  put(8, 0x20010db8'00000000, 8);
  put(24, destination.high, 8);
  put(32, destination.low, 8);
  put(40, 40000, 2);
  put(42, 443, 2);
  put(52, 0x50, 1);
  return packet;
}

/// Half of the packets go to somewhere in the set.
std::vector<StreamPacket> packets_for(const ValueSet& set, Dice& dice) {
  std::vector<StreamPacket> packets;
  const auto inside = [&](std::uint64_t low, std::uint64_t high) {
    const std::uint64_t size = high - low + 1;
    return low + (size == 0 ? dice.below(~std::size_t{0}) : dice.below(size));
  };
  const auto any = [&] { return std::uint64_t{dice.below(~std::size_t{0})}; };
  while (packets.size() < kStreamPackets) {
    const bool in = dice.one_in(2);
    if (!set.integers.empty()) {
      const auto& each = dice.of(set.integers);
      const auto port =
          in ? inside(static_cast<std::uint64_t>(each.low), static_cast<std::uint64_t>(each.high))
             : any();
      packets.push_back(ipv4_packet(0x08080808, static_cast<std::uint16_t>(port)));
    } else if (!set.ipv4.empty()) {
      const auto& each = dice.of(set.ipv4);
      packets.push_back(
          ipv4_packet(static_cast<std::uint32_t>(in ? inside(each.low, each.high) : any()), 443));
    } else {
      const auto& each = dice.of(set.ipv6);
      U128 to{each.low.high, any()};
      if (!in)
        to.high = 0x20000000'00000000 | any() >> 3;
      else if (each.low.high == each.high.high)
        to.low = inside(each.low.low, each.high.low);
      else
        to.high = inside(each.low.high, each.high.high);
      packets.push_back(ipv6_packet(to));
    }
  }
  return packets;
}

struct Close {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};

std::size_t rodata_bytes(const bpf_object* object) {
  std::size_t bytes = 0;
  bpf_map* map = nullptr;
  while ((map = bpf_object__next_map(object, map)) != nullptr)
    if (std::strstr(bpf_map__name(map), "rodata")) bytes += bpf_map__value_size(map);
  return bytes;
}

std::optional<Row> measure_filter(const CheckedFilter& filter,
                                  std::span<const StreamPacket> packets) {
  Row row{.structure = "fwc"};
  const Clock::time_point start = Clock::now();
  auto emitted = emit(filter, {});
  row.build_ms = milliseconds_since(start);
  const auto* bytes = std::get_if<std::vector<std::byte>>(&emitted);
  if (bytes == nullptr) {
    fmt::print(stderr, "{}\n", std::get<EmitError>(emitted).message);
    return std::nullopt;
  }
  const Clock::time_point load_start = Clock::now();
  const std::unique_ptr<bpf_object, Close> object(
      bpf_object__open_mem(bytes->data(), bytes->size(), nullptr));
  if (!object || bpf_object__load(object.get()) != 0) return std::nullopt;
  row.load_ms = milliseconds_since(load_start);
  row.mebibytes = static_cast<double>(rodata_bytes(object.get())) / (1 << 20);
  const bpf_program* program = bpf_object__find_program_by_name(object.get(), "fwc_egress");
  row.instructions = bpf_program__insn_cnt(program);
  bpf_prog_info info{};
  __u32 size = sizeof info;
  bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);
  row.verified = info.verified_insns;
  const auto runnable =
      StreamProgram::load({bpf_program__insns(program), bpf_program__insn_cnt(program)});
  if (!runnable) return std::nullopt;
  measure(*runnable, empty_program(), packets, row);
  return row;
}

std::optional<Row> measure_peer(const char* name, const MapPeer& peer,
                                std::span<const StreamPacket> packets) {
  const auto program = StreamProgram::load(peer.program);
  if (!program) return std::nullopt;
  Row row{.structure = name, .load_ms = peer.fill_ms, .instructions = peer.program.size()};
  measure(*program, empty_program(), packets, row);
  close(peer.map);
  return row;
}

ValueSet set_of(std::string_view kind, std::size_t count, Dice& dice) {
  ValueSet set;
  if (kind == "ports") {
    for (std::size_t i = 0; i < count; ++i) {
      const auto port = static_cast<std::int64_t>(dice.below(65536));
      set.integers.push_back({port, port});
    }
  } else if (kind == "ipv6") {
    set.ipv6 = test::random_ipv6(dice, test::Shape::prefixes, count);
  } else if (kind == "ipv6-addresses") {
    set.ipv6 = test::random_ipv6(dice, test::Shape::addresses, count);
  } else {
    const auto shape = kind == "addresses" ? test::Shape::addresses
                       : kind == "cluster" ? test::Shape::clusters
                                           : test::Shape::prefixes;
    set.ipv4 = test::random_ipv4(dice, shape, count);
  }
  return canonical(std::move(set));
}

void show(const Row& row, bool json) {
  if (json)
    fmt::print(
        "{{\"set\":\"{}\",\"structure\":\"{}\",\"entries\":{},\"hot_ns\":{:.1f},"
        "\"stream_ns\":{:.1f},\"mebibytes\":{:.3f},\"build_ms\":{:.2f},\"load_ms\":{:.2f},"
        "\"instructions\":{},\"verified\":{}}}\n",
        row.set, row.structure, row.entries, row.hot, row.stream, row.mebibytes, row.build_ms,
        row.load_ms, row.instructions, row.verified);
  else
    fmt::print(
        "{:>15} {:>5} {:>8} {:>7.1f} {:>7.1f} {:>6} {:>8.3f} {:>9.1f} {:>8.1f} {:>6} {:>8}\n",
        row.set, row.structure, row.entries, row.hot, row.stream, row.forwarded, row.mebibytes,
        row.build_ms, row.load_ms, row.instructions, row.verified);
  std::fflush(stdout);
}

/// Long filters: `clauses` of protocol and port, `mixed` with a network each, `rules` with two
/// networks and a range of ports.
struct LongFilter {
  const char* name;
  std::string (*text)(std::size_t clauses);
  /// A packet of the clause with that number, or of none.
  StreamPacket (*packet)(std::size_t clause);
};

StreamPacket of_protocol(StreamPacket packet, bool udp) {
  if (udp) packet[9] = std::byte{17};
  return packet;
}

StreamPacket with_network(StreamPacket packet, std::size_t address, std::size_t network) {
  packet[address + 1] = static_cast<std::byte>(network % 250);
  packet[address + 2] = static_cast<std::byte>(network / 250 % 250);
  return packet;
}

constexpr std::size_t kSource = 12;  // bytes of an IPv4 header
constexpr std::size_t kDestination = 16;

const LongFilter kLongFilters[] = {
    {"clauses", test::port_clauses,
     [](std::size_t i) {
       const auto port = static_cast<std::uint16_t>(i * 40503 + 1);
       return of_protocol(ipv4_packet(0x08080808, port), i % 2 != 0);
     }},
    {"mixed", test::mixed_clauses,
     [](std::size_t i) {
       const auto port = static_cast<std::uint16_t>(i * 40503 % 997);
       return of_protocol(
           with_network(ipv4_packet(0x08080808, port), kSource, i * 2654435761 % 100'000),
           i % 2 != 0);
     }},
    {"rules", test::rule_clauses,
     [](std::size_t i) {
       const auto port = static_cast<std::uint16_t>(990 + i % 20);
       const StreamPacket packet = with_network(ipv4_packet(0xac000003, port), kSource, i);
       return of_protocol(with_network(packet, kDestination, i), i % 3 == 0);
     }},
};

/// The time to read and check the text counts as building.
void measure_clauses(const LongFilter& kind, std::size_t count, bool json) {
  const std::string text = kind.text(count);
  const Clock::time_point start = Clock::now();
  const ParseResult parsed = parse_filter(text);
  const double parse_ms = milliseconds_since(start);
  if (!parsed.filter) return;
  std::vector<StreamPacket> packets;
  Dice dice(count);
  while (packets.size() < kStreamPackets)
    packets.push_back(kind.packet(dice.below(2 * count)));  // half of them of no clause
  auto row = measure_filter(parsed.filter->checked(), packets);
  if (!row) return;
  row->set = kind.name;
  row->entries = count;
  row->build_ms += parse_ms;
  show(*row, json);
}

void measure_set(const std::string& kind, std::size_t count, bool peers, bool json) {
  Dice dice(count);
  const ValueSet set = set_of(kind, count, dice);
  const std::vector<StreamPacket> packets = packets_for(set, dice);
  std::vector<Row> rows;
  const bool ports = kind == "ports";
  if (auto row = measure_filter(test::membership(ports ? "dst_port" : "dst_ip", set), packets))
    rows.push_back(*row);
  if (peers && !ports) {
    if (auto row = measure_peer("lpm", lpm_peer(set.ipv4, set.ipv6), packets)) rows.push_back(*row);
    if (auto row = measure_peer("hash", hash_peer(set.ipv4, set.ipv6), packets))
      rows.push_back(*row);
  }
  for (Row& row : rows) {
    row.set = kind;
    row.entries = count;
    show(row, json);
  }
}

}  // namespace
}  // namespace fwc::bench

int main(int argc, char** argv) {
  std::vector<std::string> kinds;
  std::vector<std::size_t> counts;
  bool json = false;
  bool peers = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    std::size_t count = 0;
    if (argument == "--json")
      json = true;
    else if (argument == "--peers")
      peers = true;
    else if (std::from_chars(argument.data(), argument.data() + argument.size(), count).ec ==
             std::errc{})
      counts.push_back(count);
    else
      kinds.emplace_back(argument);
  }
  if (kinds.empty()) kinds = {"ports", "ipv4", "addresses", "ipv6"};
  if (counts.empty()) counts = {10, 100, 1'000, 10'000, 100'000, 1'000'000};
  if (!json)
    fmt::print("{:>15} {:>5} {:>8} {:>7} {:>7} {:>6} {:>8} {:>9} {:>8} {:>6} {:>8}\n", "set", "",
               "entries", "hot ns", "stream", "passed", "MiB", "build ms", "load ms", "insns",
               "verified");
  using fwc::bench::kLongFilters;
  for (const std::string& kind : kinds)
    for (const std::size_t count : counts)
      if (const auto* text = std::ranges::find(kLongFilters, kind, &fwc::bench::LongFilter::name);
          text != std::end(kLongFilters))
        fwc::bench::measure_clauses(*text, count, json);
      else if (kind != "ports" || count <= 10'000)
        fwc::bench::measure_set(kind, count, peers, json);
  return 0;
}
