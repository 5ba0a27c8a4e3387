// SPDX-License-Identifier: MIT
// Eight threads compile, read and judge at once, from the first call of the process on, when
// nothing of LLVM stands yet; what each gets is what one thread alone gets.
#include <gtest/gtest.h>

#include <array>
#include <barrier>
#include <thread>

#include "tests/threads/jobs.h"

namespace fwc::test {
namespace {

constexpr std::size_t kThreads = 8;
constexpr int kRounds = 3;

/// A TCP packet of IPv4, from port 1000 to port 80.
std::vector<std::byte> some_packet() {
  std::vector<std::byte> packet(40);
  const auto set = [&](std::size_t at, unsigned value) { packet[at] = std::byte(value); };
  set(0, 0x45), set(3, 40), set(8, 64), set(9, 6), set(12, 10), set(16, 10);
  set(20, 1000 >> 8), set(21, 1000 & 0xff), set(23, 80), set(32, 0x50);
  return packet;
}

TEST(Threads, CompileTheSameAtOnceAsAlone) {
  const std::vector<Job> jobs = compile_jobs();
  std::array<std::vector<std::string>, kThreads> found;
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      found[t].resize(jobs.size());
      start.arrive_and_wait();
      // Each begins elsewhere, so that different filters are compiled at the same time.
      for (std::size_t i = 0; i < kRounds * jobs.size(); ++i) {
        const std::size_t job = (i + t * jobs.size() / kThreads) % jobs.size();
        std::string bytes = outcome(jobs[job]);
        EXPECT_TRUE(found[t][job].empty() || bytes == found[t][job]) << jobs[job].text;
        found[t][job] = std::move(bytes);
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::size_t objects = 0;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const std::string alone = outcome(jobs[job]);
    EXPECT_FALSE(alone.empty());
    objects += alone.starts_with("\x7f" "ELF");
    for (const auto& each : found) EXPECT_TRUE(each[job] == alone) << jobs[job].text;
  }
  EXPECT_EQ(objects, kGoodJobs);
}

// A filter that was read is shared; to judge by it changes nothing of it.
TEST(Threads, JudgeByOneFilter) {
  const auto packet = some_packet();
  const auto parsed = parse_filter("tcp && dst_port == 80 && src_ip in {10.0.0.0/8, 11.0.0.0/8}");
  ASSERT_TRUE(parsed.filter);
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, filter = *parsed.filter] {
      start.arrive_and_wait();
      for (int i = 0; i < 1000; ++i) EXPECT_TRUE(filter.judge(packet, 0x0800));
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace fwc::test
