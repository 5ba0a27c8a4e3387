// SPDX-License-Identifier: MIT
// The engines that are ours behind one pipe: evaluator, optimized and unoptimized program in the
// kernel, and libpcap. Reads commands, one a line, and answers each before it reads the next:
//
//   packet ETHERTYPE HEX|- [NAME=NUMBER ...]     adds a packet; answers nothing
//   clear                                        forgets the packets; answers nothing
//   filter DIRECTION FIRST COUNT HEX             judges packets FIRST, FIRST+1, … (round and round)
//   pcap FIRST COUNT HEX
//
// A filter answers `rejected` or `accepted` with the diagnostics in hexadecimal, then a line for
// each engine: its name and a character a packet, 1 or 0 for its verdict, `-` where it cannot be
// asked; or, in place of all of them, `failed` and why in hexadecimal. Then a line `done`.
#include <algorithm>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/codegen/emit.h"
#include "compiler/eval/evaluate.h"
#include "tests/differential/pcap_filter.h"
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

class Engines {
 public:
  void add_packet(std::istream& words) {
    std::string ethertype, hex, word;
    words >> ethertype >> hex;
    TestPacket packet =
        raw(static_cast<std::uint16_t>(std::stoul(ethertype, nullptr, 16)), hex == "-" ? "" : hex);
    while (words >> word) set_context(packet.context, word);
    packets_.push_back(std::move(packet));
  }

  void clear() { packets_.clear(); }

  void judge_filter(std::istream& words) {
    std::string direction, hex;
    words >> direction >> first_ >> count_ >> hex;
    const std::string text = to_text(hex);
    const ParseResult parsed = parse_filter(text);
    std::string said;
    for (const Diagnostic& d : parsed.diagnostics) said += render(d, text, "filter");
    std::cout << (parsed.filter ? "accepted " : "rejected ") << hex_of(said) << "\n";
    if (!parsed.filter) return;
    const CheckedFilter& filter = parsed.filter->checked();
    const Direction way = direction == "ingress" ? Direction::ingress : Direction::egress;
    verdicts("evaluator", [&](const TestPacket& packet) -> int {
      Packet view = packet.view();
      view.context.ingress = way == Direction::ingress;
      return evaluate(filter, view);
    });
    kernel("optimized", filter, way, Passes::all);
    kernel("unoptimized", filter, way, Passes::none);
  }

  void judge_pcap(std::istream& words) {
    std::string hex;
    words >> first_ >> count_ >> hex;
    const PcapFilter filter(to_text(hex));
    if (!filter.error().empty()) return failed("pcap", filter.error());
    verdicts("pcap", [&](const TestPacket& packet) -> int { return filter.matches(packet); });
  }

 private:
  void kernel(const std::string& name, const CheckedFilter& filter, Direction direction,
              Passes passes) {
    if (!may_load()) return;
    const auto object = emit(filter, {.direction = direction}, passes);
    if (const auto* error = std::get_if<EmitError>(&object)) return failed(name, error->message);
    const auto loaded = KernelProgram::load(std::get<std::vector<std::byte>>(object), direction);
    if (const auto* log = std::get_if<std::string>(&loaded)) return failed(name, *log);
    const auto& program = std::get<KernelProgram>(loaded);
    verdicts(name, [&](const TestPacket& packet) {
      return is_runnable(packet.view()) ? program.run(packet.view()) : -1;
    });
  }

  void verdicts(const std::string& name, const std::function<int(const TestPacket&)>& judge) {
    std::string line;
    for (std::size_t i = 0; i < count_; ++i) {
      const int verdict = judge(packets_[(first_ + i) % packets_.size()]);
      line += verdict < 0 ? '-' : static_cast<char>('0' + verdict);
    }
    std::cout << name << ' ' << line << '\n';
  }

  static void failed(const std::string& name, const std::string& why) {
    std::cout << name << " failed " << hex_of(why) << '\n';
  }

  std::vector<TestPacket> packets_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

void answer(std::istream& in) {
  Engines engines;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "packet") engines.add_packet(words);
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
