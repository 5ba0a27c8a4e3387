// SPDX-License-Identifier: MIT
// Evaluator against kernel on random filters and packets. Every filter that the compiler accepts
// must load. A disagreement is made small and printed as a case, ready to paste.
//
// FWC_SEED, FWC_EXPRESSIONS and FWC_PACKETS set the seed and the size of a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "compiler/eval/evaluate.h"
#include "tests/harness/corpus.h"
#include "tests/harness/kernel_runner.h"
#include "tests/harness/shrink.h"

namespace fwc::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

/// A filter on both sides.
struct Pair {
  Filter filter;
  KernelProgram program;
  Direction direction;

  bool expected(const TestPacket& packet) const {
    Packet view = packet.view();
    view.context.ingress = direction == Direction::ingress;
    return evaluate(filter.checked(), view);
  }
  bool agrees_on(const TestPacket& packet) const {
    return !is_runnable(packet.view()) || program.run(packet.view()) == (expected(packet) ? 1 : 0);
  }
};

struct Failure {
  bool rejected = false;  ///< by the compiler as a wrong filter, which is no bug
  std::string why;
};

std::variant<Pair, Failure> make_pair_of(const std::string& text, Direction direction) {
  ParseResult parsed = parse_filter(text);
  if (!parsed.filter) {
    std::string why;
    for (const Diagnostic& d : parsed.diagnostics)
      if (d.error) why += render(d, text, "random");
    return Failure{.rejected = true, .why = why};
  }
  const CompileResult compiled = compile(text, {.direction = direction});
  if (!compiled.object) return Failure{.why = "accepted, but no object was made of it"};
  auto loaded = KernelProgram::load(compiled.object->bytes, direction);
  if (auto* log = std::get_if<std::string>(&loaded)) return Failure{.why = *log};
  return Pair{*parsed.filter, std::move(std::get<KernelProgram>(loaded)), direction};
}

bool disagree(const std::string& text, const TestPacket& packet, Direction direction) {
  const auto made = make_pair_of(text, direction);
  const Pair* pair = std::get_if<Pair>(&made);
  return pair && !pair->agrees_on(packet);
}

std::string smallest(const RandomFilter& filter, const TestPacket& packet, Direction direction) {
  const FailingPair small =
      shrink({filter, packet}, [direction](const std::string& text, const TestPacket& p) {
        return disagree(text, p, direction);
      });
  const auto made = make_pair_of(small.filter.text(), direction);
  return as_case(small, std::get<Pair>(made).expected(small.packet));
}

struct Count {
  std::uint64_t pairs = 0;
  std::uint64_t passed = 0;
  std::uint64_t rejected = 0;
  std::string first_rejection;
};

class RandomRun {
 public:
  RandomRun(std::uint64_t seed, std::uint64_t packets) : dice_(seed), packets_(packets) {}

  /// One filter on fresh packets; false, with a failure, at the first disagreement.
  bool next(Direction direction) {
    const RandomFilter filter = random_filter(dice_);
    const auto made = make_pair_of(filter.text(), direction);
    if (const auto* failure = std::get_if<Failure>(&made)) return note(*failure, filter);
    const Pair& pair = std::get<Pair>(made);
    for (std::uint64_t i = 0; i < packets_; ++i) {
      const TestPacket packet = dice_.one_in(4) ? dice_.of(corpus_) : random_packet(dice_);
      if (!is_runnable(packet.view())) continue;
      ++count_.pairs;
      count_.passed += pair.expected(packet);
      if (pair.agrees_on(packet)) continue;
      ADD_FAILURE() << "evaluator and kernel disagree on\n"
                    << smallest(filter, packet, direction) << "\nfirst seen with\n"
                    << as_case({filter, packet}, pair.expected(packet));
      return false;
    }
    return true;
  }

  const Count& count() const { return count_; }

 private:
  bool note(const Failure& failure, const RandomFilter& filter) {
    if (!failure.rejected) {
      ADD_FAILURE() << "an accepted filter does not load:\n"
                    << filter.text() << "\n"
                    << failure.why;
      return false;
    }
    ++count_.rejected;
    if (count_.first_rejection.empty()) count_.first_rejection = failure.why;
    return true;
  }

  Dice dice_;
  std::uint64_t packets_;
  std::vector<TestPacket> corpus_ = packet_corpus();
  Count count_;
};

TEST(Differential, EvaluatorAndKernelAgreeOnRandomPairs) {
  FWC_NEEDS_KERNEL();
  const std::uint64_t seed = from_environment("FWC_SEED", 20190801);
  const std::uint64_t filters = from_environment("FWC_EXPRESSIONS", 450);
  RandomRun run(seed, from_environment("FWC_PACKETS", 60));
  for (std::uint64_t i = 0; i < filters; ++i)
    if (!run.next(i % 2 ? Direction::ingress : Direction::egress)) break;
  const Count& count = run.count();
  std::cout << "seed " << seed << ": " << count.pairs << " pairs of " << filters << " filters, "
            << count.passed << " forwarded, " << count.rejected << " filters rejected\n"
            << count.first_rejection;
  EXPECT_GE(count.pairs, std::min<std::uint64_t>(20000, filters * 40));
  EXPECT_LT(count.rejected * 10, filters) << "the generator makes too many wrong filters";
  EXPECT_GT(count.passed * 10, count.pairs) << "nearly everything is dropped";
  EXPECT_LT(count.passed * 10, count.pairs * 9) << "nearly everything is forwarded";
}

/// Long chains and large sets, which the random filters do not reach.
TEST(Differential, LongFiltersLoadAndAgree) {
  FWC_NEEDS_KERNEL();
  std::string chain = "udp";
  std::string set = "dst_port in {1";
  for (int i = 1; i <= 300; ++i) {
    chain += " || dst_port == " + std::to_string(i * 37) + " && len > " + std::to_string(i);
    set += ", " + std::to_string(i * 60);
  }
  for (const std::string& text : {chain, set + "}"}) {
    const auto made = make_pair_of(text, Direction::egress);
    ASSERT_TRUE(std::holds_alternative<Pair>(made)) << std::get<Failure>(made).why;
    for (const TestPacket& packet : packet_corpus())
      EXPECT_TRUE(std::get<Pair>(made).agrees_on(packet)) << testing::PrintToString(packet);
  }
}

}  // namespace
}  // namespace fwc::test
