// SPDX-License-Identifier: MIT
// A process that compiles all day holds no more in the evening than in the morning: memory in use,
// memory of the process, open files.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/threads/jobs.h"

namespace fwc::test {
namespace {

constexpr std::size_t kCompiles = 1000;

struct Held {
  std::size_t heap = 0;      ///< bytes in use of the main heap and in mappings of their own
  std::size_t resident = 0;  ///< bytes of the process in memory
  std::size_t files = 0;     ///< open descriptors
  std::size_t threads = 0;
};

std::size_t entries(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

Held held() {
  const struct mallinfo2 heap = mallinfo2();
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return {.heap = heap.uordblks + heap.hblkhd,
          .resident = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)),
          .files = entries("/proc/self/fd"),
          .threads = entries("/proc/self/task")};
}

/// All of them in each round, so that what the last one leaves is always the same.
void compile_all(std::size_t rounds, const std::vector<Job>& jobs) {
  for (std::size_t i = 0; i < rounds; ++i)
    for (const Job& job : jobs) outcome(job);
}

/// What a heap may keep in pieces that are free.
constexpr std::size_t kSlack = std::size_t{4} << 20;

TEST(Growth, OfAThousandCompilesIsNone) {
  const std::vector<Job> jobs = compile_jobs();
  compile_all(5, jobs);
  const Held before = held();
  compile_all(kCompiles / jobs.size() + 1, jobs);
  const Held after = held();
  // What the allocator keeps at hand counts as in use; a leak of 32 bytes a compile is more than that.
  EXPECT_LT(after.heap, before.heap + 32 * kCompiles);
  EXPECT_LT(after.resident, before.resident + kSlack);
  EXPECT_EQ(after.files, before.files);
  EXPECT_EQ(after.threads, before.threads);
}

// What a thread keeps for its compiles goes with it.
TEST(Growth, OfAThousandCompilesInThreadsIsNone) {
  const std::vector<Job> jobs = compile_jobs();
  const auto in_threads = [&](std::size_t rounds) {
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<std::thread> threads;
      for (int t = 0; t < 4; ++t) threads.emplace_back(compile_all, 1, jobs);
      for (std::thread& thread : threads) thread.join();
    }
  };
  in_threads(8);
  const Held before = held();
  in_threads(kCompiles / (4 * jobs.size()) + 1);
  const Held after = held();
  EXPECT_LT(after.resident, before.resident + kSlack);
  EXPECT_EQ(after.files, before.files);
  EXPECT_EQ(after.threads, before.threads);
}

}  // namespace
}  // namespace fwc::test
