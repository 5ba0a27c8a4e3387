// SPDX-License-Identifier: MIT
// Gets the pages that every run of the command writes to, all at once. A compile that takes a few
// milliseconds spends a third of them in page faults, each for 4 KiB: first for the variables of
// LLVM, then for the heap. The kernel gives them ten times as fast where it is asked for many.
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

/// Where the linker begins and ends what can be written.
extern "C" char __data_start[], _end[];  // NOLINT: the names are the linker's

namespace {

/// What the compile of a small filter takes of the heap.
constexpr int kHeapBytes = 1280 * 1024;

/// Needs Linux 5.14; where it fails, each page comes when it is touched.
void populate(std::uintptr_t begin, std::uintptr_t end) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  begin = begin / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
}

/// Before the constructors of LLVM's variables, which have no priority.
[[gnu::constructor(101)]] void get_first_pages() {
  populate(reinterpret_cast<std::uintptr_t>(__data_start), reinterpret_cast<std::uintptr_t>(_end));
  mallopt(M_TOP_PAD, kHeapBytes);
  void* first = std::malloc(1);
  populate(reinterpret_cast<std::uintptr_t>(first), reinterpret_cast<std::uintptr_t>(sbrk(0)));
  std::free(first);
}

}  // namespace
