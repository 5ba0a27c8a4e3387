// SPDX-License-Identifier: MIT
// The engines that are ours behind one pipe: evaluator, optimized and unoptimized program in the
// kernel, the program as the runtime loads it, and libpcap. Reads commands, one a line, and answers
// each before it reads the next:
//
//   packet ETHERTYPE HEX|- [NAME=NUMBER ...]     adds a packet; answers nothing
//   frame HEX|- [NAME=NUMBER ...]                adds one with its Ethernet header, for tc and xdp
//   clear                                        forgets the packets; answers nothing
//   filter HOOK DIRECTION FIRST COUNT HEX HEX|-  judges packets FIRST, FIRST+1, … (round and round)
//   pcap FIRST COUNT HEX
//
// The second text of a filter is the same filter with other live values, to which the loaded one is
// changed. A filter answers `rejected` or `accepted` with the diagnostics in hexadecimal, then a
// line for each engine: its name and a character a packet, 1 or 0 for its verdict, `-` where it
// cannot be asked, `?` where it did not run; or, in place of all of them, `failed` and why in hexadecimal. The changed filter
// answers as `running`, and `counts` with the packets of each decider. Then a line `done`. The files
// of sets are looked up in the current folder.
#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/codegen/emit.h"
#include "compiler/eval/evaluate.h"
#include "compiler/eval/frame.h"
#include "tests/differential/pcap_filter.h"
#include "tests/differential/running_filter.h"
#include "tests/harness/kernel_runner.h"

namespace fwc::test {
namespace {

std::string to_text(const std::string& hex) {
  const TestPacket bytes = raw(0, hex == "-" ? "" : hex);
  return std::string(reinterpret_cast<const char*>(bytes.bytes.data()), bytes.bytes.size());
}

std::string hex_of(const std::string& text) {
  TestPacket bytes;
  for (const char c : text) bytes.bytes.push_back(static_cast<std::byte>(c));
  return text.empty() ? "-" : to_hex(bytes);
}

void set_context(PacketContext& context, const std::string& word) {
  const std::size_t at = word.find('=');
  const std::string name = word.substr(0, at);
  const auto value = static_cast<std::uint32_t>(std::stoul(word.substr(at + 1)));
  if (name == "mark") context.mark = value;
  if (name == "priority") context.priority = value;
  if (name == "ifindex") context.interface = value;
  if (name == "gso_size") context.gso_size = value;
  if (name == "gso_segs") context.gso_segments = value;
}

LoadedSource load_source(const std::string& path) {
  std::ifstream file(path);
  if (!file) return {.text = {}, .problem = "it cannot be read"};
  return {.text = std::string(std::istreambuf_iterator<char>(file), {}), .problem = {}};
}

Hook hook_of(const std::string& name) {
  return name == "tc" ? Hook::tc : name == "xdp" ? Hook::xdp : Hook::cgroup;
}

/// A packet, or a frame whose bytes begin with the Ethernet header.
struct Fed {
  TestPacket packet;
  bool framed = false;
};

bool evaluates(const CheckedFilter& filter, bool ingress, const Fed& fed) {
  PacketContext context = fed.packet.context;
  context.ingress = ingress;
  if (!fed.framed)
    return evaluate(filter, {.protocol = fed.packet.ethertype, .bytes = fed.packet.bytes,
                             .context = context});
  const auto packet = packet_of(fed.packet.bytes, context);
  return packet ? evaluate(filter, *packet) : !filter.policy(ingress);
}

constexpr int kNotAsked = -1;
constexpr int kRefused = 2;

int run(int program_fd, Hook hook, const Fed& fed) {
  const auto frame = fed.framed ? fed.packet.bytes : ethernet_frame(fed.packet.view());
  if (!is_runnable(frame, hook)) return kNotAsked;
  const int verdict = run_program(program_fd, hook, frame, fed.packet.context);
  return verdict < 0 ? kRefused : verdict;
}

class Engines {
 public:
  void add(std::istream& words, bool framed) {
    std::string ethertype = "0", hex, word;
    if (!framed) words >> ethertype;
    words >> hex;
    TestPacket packet =
        raw(static_cast<std::uint16_t>(std::stoul(ethertype, nullptr, 16)), hex == "-" ? "" : hex);
    while (words >> word) set_context(packet.context, word);
    packets_.push_back({.packet = std::move(packet), .framed = framed});
  }

  void clear() { packets_.clear(); }

  void judge_filter(std::istream& words) {
    std::string hook, direction, hex, changed;
    words >> hook >> direction >> first_ >> count_ >> hex >> changed;
    const std::string text = to_text(hex);
    hook_ = hook_of(hook);
    direction_ = direction == "ingress" ? Direction::ingress : Direction::egress;
    const ParseResult parsed = parse_filter(text, options());
    std::string said;
    for (const Diagnostic& d : parsed.diagnostics) said += render(d, text, "filter");
    std::cout << (parsed.filter ? "accepted " : "rejected ") << hex_of(said) << "\n";
    if (!parsed.filter) return;
    const CheckedFilter& filter = parsed.filter->checked();
    const bool ingress = direction_ == Direction::ingress;
    verdicts("evaluator", [&](const Fed& fed) -> int { return evaluates(filter, ingress, fed); });
    if (!may_load() || !filter.policy(ingress)) return;
    kernel("optimized", filter, Passes::all);
    kernel("unoptimized", filter, Passes::none);
    if (changed != "-") running(text, to_text(changed));
  }

  void judge_pcap(std::istream& words) {
    std::string hex;
    words >> first_ >> count_ >> hex;
    const PcapFilter filter(to_text(hex));
    if (!filter.error().empty()) return failed("pcap", filter.error());
    verdicts("pcap", [&](const Fed& fed) -> int { return filter.matches(fed.packet); });
  }

 private:
  ParseOptions options() const { return {.hook = hook_, .load_source = load_source}; }

  void kernel(const std::string& name, const CheckedFilter& filter, Passes passes) {
    const auto object = emit(filter, {.direction = direction_, .hook = hook_}, passes);
    if (const auto* error = std::get_if<EmitError>(&object)) return failed(name, error->message);
    const auto loaded =
        KernelProgram::load(std::get<std::vector<std::byte>>(object), direction_, hook_);
    if (const auto* log = std::get_if<std::string>(&loaded)) return failed(name, *log);
    const int program_fd = std::get<KernelProgram>(loaded).fd();
    verdicts(name, [&](const Fed& fed) { return run(program_fd, hook_, fed); });
  }

  void running(const std::string& text, const std::string& changed_text) {
    const ParseResult changed = parse_filter(changed_text, options());
    if (!changed.filter) return failed("running", "the changed filter is refused");
    const auto made = RunningFilter::make(
        text, changed.filter->checked(),
        {.direction = direction_, .hook = hook_, .counters = true, .load_source = load_source});
    if (const auto* why = std::get_if<std::string>(&made)) return failed("running", *why);
    const auto& filter = std::get<RunningFilter>(made);
    verdicts("running", [&](const Fed& fed) { return run(filter.program_fd(), hook_, fed); });
    std::cout << "counts";
    for (const std::uint64_t count : filter.counts()) std::cout << ' ' << count;
    std::cout << '\n';
  }

  void verdicts(const std::string& name, const std::function<int(const Fed&)>& judge) {
    std::string line;
    for (std::size_t i = 0; i < count_; ++i) {
      const int verdict = judge(packets_[(first_ + i) % packets_.size()]);
      line += verdict == kNotAsked ? '-' : verdict > 1 ? '?' : static_cast<char>('0' + verdict);
    }
    std::cout << name << ' ' << line << '\n';
  }

  static void failed(const std::string& name, const std::string& why) {
    std::cout << name << " failed " << hex_of(why) << '\n';
  }

  std::vector<Fed> packets_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  Hook hook_ = Hook::cgroup;
  Direction direction_ = Direction::egress;
};

void answer(std::istream& in) {
  Engines engines;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "packet" || command == "frame") engines.add(words, command == "frame");
    if (command == "clear") engines.clear();
    if (command == "filter") engines.judge_filter(words);
    if (command == "pcap") engines.judge_pcap(words);
    if (command == "filter" || command == "pcap") std::cout << "done" << std::endl;
  }
}

}  // namespace
}  // namespace fwc::test

int main() {
  std::ios::sync_with_stdio(false);
  fwc::test::answer(std::cin);
}
