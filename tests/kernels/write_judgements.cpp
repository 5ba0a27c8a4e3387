// SPDX-License-Identifier: MIT
// Writes the programs and verdicts that other kernels must agree with: the cases of tests/packets
// in both directions, the filters of tests/corpus, those of the samples, long and random ones.
//   write_judgements FILE RANDOM_FILTERS
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "compiler/eval/evaluate.h"
#include "tests/corpus/corpus_filters.h"
#include "tests/harness/corpus.h"
#include "tests/harness/expression.h"
#include "tests/harness/kernel_runner.h"
#include "tests/kernels/judgements.h"
#include "tests/packets/cases.h"
#include "tests/sets/clauses.h"

namespace fwc::test {
namespace {

constexpr std::size_t kRandomPackets = 4000;
constexpr std::size_t kPacketsOfAFilter = 40;
constexpr std::uint64_t kSeed = 20190801;

class Collector {
 public:
  /// A filter on packets whose verdicts are known. False where the compiler refuses it.
  using Known = std::vector<std::pair<TestPacket, bool>>;
  bool add(const std::string& filter, Direction direction, const Known& known,
           const SourceLoader& load_source = {}) {
    JudgedProgram* program = compiled(filter, direction, load_source);
    if (program == nullptr) return false;
    for (const auto& [packet, passes] : known)
      if (is_runnable(packet.view()))
        program->judgements.push_back({.packet = number_of(packet), .passes = passes});
    return true;
  }

  /// A filter on packets of the pool, with the evaluator's verdicts.
  bool add_judged(const std::string& filter, Direction direction,
                  const SourceLoader& load_source = {}) {
    const ParseResult parsed = parse_filter(filter, {.load_source = load_source});
    if (!parsed.filter) return false;
    Known known;
    for (std::size_t i = 0; i < kPacketsOfAFilter; ++i) {
      const TestPacket& packet = pool_[next_++ % pool_.size()];
      Packet view = packet.view();
      view.context.ingress = direction == Direction::ingress;
      known.emplace_back(packet, evaluate(parsed.filter->checked(), view));
    }
    return add(filter, direction, known, load_source);
  }

  void fill_pool(Dice& dice) {
    pool_ = packet_corpus();
    while (pool_.size() < kRandomPackets) pool_.push_back(random_packet(dice));
  }

  const JudgementFile& file() const { return file_; }

 private:
  JudgedProgram* compiled(const std::string& filter, Direction direction,
                          const SourceLoader& load_source) {
    const CompileResult result =
        compile(filter, {.direction = direction, .load_source = load_source});
    if (!result.object) return nullptr;
    return &file_.programs.emplace_back(JudgedProgram{.filter = filter,
                                                      .direction = direction,
                                                      .object = result.object->bytes,
                                                      .judgements = {}});
  }

  std::uint32_t number_of(const TestPacket& packet) {
    std::ostringstream key;
    key << packet.context.mark << ' ' << packet.context.priority << ' '
        << packet.context.interface << ' ' << packet.context.gso_size << ' '
        << packet.context.gso_segments << ' ' << packet.ethertype << ' ' << to_hex(packet);
    const auto [place, fresh] =
        numbers_.emplace(key.str(), static_cast<std::uint32_t>(file_.packets.size()));
    if (fresh) file_.packets.push_back(packet);
    return place->second;
  }

  JudgementFile file_;
  std::map<std::string, std::uint32_t> numbers_;
  std::vector<TestPacket> pool_;
  std::size_t next_ = 0;
};

constexpr std::array kDirections = {Direction::egress, Direction::ingress};

bool add_cases(Collector& collector) {
  std::map<std::string, std::vector<Case>> by_filter;
  for (Case& each : all_cases()) by_filter[each.filter].push_back(std::move(each));
  for (const auto& [filter, cases] : by_filter)
    for (const Direction direction : kDirections) {
      Collector::Known known;
      for (const Case& each : cases)
        if (each.only.value_or(direction) == direction)
          known.emplace_back(each.packet, each.verdict);
      if (!collector.add(filter, direction, known)) return false;
    }
  return true;
}

bool add_corpus(Collector& collector) {
  const auto packet_of = [](const NamedPacket& named) {
    return TestPacket{.ethertype = named.ethertype, .bytes = named.bytes, .context = {}};
  };
  for (const CorpusFilter& each : corpus_filters()) {
    Collector::Known known;
    for (const NamedPacket& packet : each.passes) known.emplace_back(packet_of(packet), true);
    for (const NamedPacket& packet : each.drops) known.emplace_back(packet_of(packet), false);
    if (!collector.add(each.text, Direction::egress, known)) return false;
  }
  return true;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A policy can have a part for one direction only, so one program of two is enough.
bool add_sample(Collector& collector, const std::filesystem::path& path) {
  const SourceLoader beside = [&](const std::string& name) {
    return LoadedSource{.text = read_file(path.parent_path() / name), .problem = {}};
  };
  bool any = false;
  for (const Direction direction : kDirections)
    any = collector.add_judged(read_file(path), direction, beside) || any;
  return any;
}

bool add_samples(Collector& collector) {
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FWC_SAMPLES)) {
    const std::string kind = entry.path().extension();
    if (kind != ".filter" && kind != ".fw") continue;
    if (!add_sample(collector, entry.path())) return false;
    ++found;
  }
  return found != 0;
}

void add_random(Collector& collector, Dice& dice, std::size_t count) {
  while (count != 0) {
    const Direction direction = kDirections[count % kDirections.size()];
    // The generator makes a wrong filter now and then.
    if (collector.add_judged(random_filter(dice).text(), direction)) --count;
  }
}

/// Chains and policies that become tables.
bool add_long(Collector& collector, Dice& dice) {
  constexpr std::size_t kClauses = 200;
  for (int i = 0; i < 8; ++i) {
    const std::string text =
        i % 2 == 0 ? random_clauses(dice, kClauses) : random_rules(dice, kClauses);
    if (!collector.add_judged(text, kDirections[i / 2 % kDirections.size()])) return false;
  }
  return collector.add_judged(rule_clauses(2000), Direction::egress);
}

int write_all(const char* path, std::size_t random_filters) {
  Dice dice(kSeed);
  Collector collector;
  collector.fill_pool(dice);
  if (!add_cases(collector) || !add_corpus(collector) || !add_samples(collector)) {
    std::fputs("write_judgements: a filter of the tests or samples is not compiled\n", stderr);
    return 1;
  }
  if (!add_long(collector, dice)) {
    std::fputs("write_judgements: a long filter is not compiled\n", stderr);
    return 1;
  }
  add_random(collector, dice, random_filters);
  std::ofstream out(path, std::ios::binary);
  write(out, collector.file());
  return out.flush() ? 0 : 1;
}

}  // namespace
}  // namespace fwc::test

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  return fwc::test::write_all(argv[1], std::strtoul(argv[2], nullptr, 10));
}
