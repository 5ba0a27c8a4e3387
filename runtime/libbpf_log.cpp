// SPDX-License-Identifier: MIT
// Catches what libbpf would print to stderr.
#include "runtime/libbpf_log.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>
#include <mutex>

namespace fwc::runtime {
namespace {

// The print function is libbpf's own global state; these three keep it private to us.
std::mutex print_mutex;
int print_users = 0;
libbpf_print_fn_t print_before = nullptr;

thread_local std::string* current = nullptr;

int keep(libbpf_print_level level, const char* format, va_list arguments) {
  if (current == nullptr || level == LIBBPF_DEBUG) return 0;
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length <= 0) return 0;
  const std::size_t before = current->size();
  current->resize(before + static_cast<std::size_t>(length) + 1);
  std::vsnprintf(current->data() + before, static_cast<std::size_t>(length) + 1, format, arguments);
  current->pop_back();
  return 0;
}

}  // namespace

LibbpfLog::LibbpfLog() : outer_(current) {
  const std::lock_guard lock(print_mutex);
  if (print_users++ == 0) print_before = ::libbpf_set_print(keep);
  current = &text_;
}

LibbpfLog::~LibbpfLog() {
  const std::lock_guard lock(print_mutex);
  current = outer_;
  if (--print_users == 0) ::libbpf_set_print(print_before);
}

std::string LibbpfLog::verifier_log() const {
  constexpr std::string_view kBegin = "-- BEGIN PROG LOAD LOG --\n";
  constexpr std::string_view kEnd = "-- END PROG LOAD LOG --";
  const std::size_t begin = text_.find(kBegin);
  if (begin == std::string::npos) return text_;
  const std::size_t start = begin + kBegin.size();
  const std::size_t end = text_.find(kEnd, start);
  return text_.substr(start, end == std::string::npos ? end : end - start);
}

}  // namespace fwc::runtime
