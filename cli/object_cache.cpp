// SPDX-License-Identifier: MIT
// Objects that were compiled before; see object_cache.h.
#include "cli/object_cache.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include "cli/output_file.h"
#include "fwc/runtime/program.h"
#include "fwc/seal.h"

namespace fwc::cli {

namespace {

namespace fs = std::filesystem;

// A hash finds an entry and tells damage. Only root writes here, and the whole key is compared, so
// nothing rests on it that would need a cryptographic one.
constexpr const char* kFolder = "/var/cache/fwc";
constexpr std::string_view kMagic = "fwc object 1\n";
constexpr std::size_t kMostEntries = 256;
constexpr std::size_t kLargestEntry = std::size_t{64} << 20;

void append_number(std::string& bytes, std::uint64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

std::optional<std::uint64_t> take_number(std::string_view& bytes) {
  std::uint64_t number = 0;
  if (bytes.size() < sizeof(number)) return std::nullopt;
  std::memcpy(&number, bytes.data(), sizeof(number));
  bytes.remove_prefix(sizeof(number));
  return number;
}

// A build of the same version is another compiler, and its file tells it.
std::optional<std::string> key_of(const std::string& text, const CompileOptions& options) {
  struct stat self{};
  if (stat("/proc/self/exe", &self) != 0) return std::nullopt;
  // Names every member, so that a new one is not forgotten here. What is kept has no warnings, so
  // `strict` makes no difference.
  const auto& [direction, hook, counters, log, audit, strict, load_source, share_flows,
               refuse_calls] = options;
  return fmt::format(
      "fwc {} {}.{}.{:09}\ndirection {} hook {} counters {} log {} audit {} share_flows {} "
      "refuse_calls {}\n{}",
      version(), self.st_size, self.st_mtim.tv_sec, self.st_mtim.tv_nsec,
      direction ? static_cast<int>(*direction) : -1, name(hook), counters, static_cast<int>(log),
      audit, share_flows, refuse_calls, text);
}

/// The folder where it can be trusted; made where it is not there.
std::optional<std::string> folder() {
  const char* named = std::getenv("FWC_CACHE");
  if (geteuid() != 0 || (named != nullptr && *named == '\0')) return std::nullopt;
  const std::string path = named != nullptr ? named : kFolder;
  mkdir(path.c_str(), 0700);
  struct stat status{};
  const bool good = lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                    status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  return good ? std::optional(path) : std::nullopt;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::optional<Object> find(const std::string& path, const std::string& key) {
  const auto file = runtime::read_object_file(path);
  if (!file || file->bytes.size() < sizeof(std::uint64_t)) return std::nullopt;
  std::string_view rest = as_text(file->bytes);
  std::string_view hash = rest.substr(rest.size() - sizeof(std::uint64_t));
  rest.remove_suffix(sizeof(std::uint64_t));
  if (fnv1a(as_bytes(rest)) != take_number(hash) || !rest.starts_with(kMagic)) return std::nullopt;
  rest.remove_prefix(kMagic.size());
  if (take_number(rest) != key.size() || !rest.starts_with(key)) return std::nullopt;
  const auto object = as_bytes(rest.substr(key.size()));
  return Object{.bytes = {object.begin(), object.end()}};
}

// The oldest go where there are too many.
void make_room(const std::string& folder) {
  std::error_code failure;
  std::vector<std::pair<fs::file_time_type, fs::path>> entries;
  for (const auto& entry : fs::directory_iterator(folder, failure))
    entries.emplace_back(entry.last_write_time(failure), entry.path());
  if (entries.size() <= kMostEntries) return;
  std::sort(entries.begin(), entries.end());
  entries.resize(entries.size() - kMostEntries);
  for (const auto& [_, path] : entries) fs::remove(path, failure);
}

// Where it cannot be kept, the next start compiles again.
void keep(const std::string& folder, const std::string& path, const std::string& key,
          const Object& object) {
  std::string bytes(kMagic);
  append_number(bytes, key.size());
  bytes += key;
  bytes += as_text(object.bytes);
  append_number(bytes, fnv1a(as_bytes(bytes)));
  if (bytes.size() > kLargestEntry) return;
  auto file = OutputFile::create(path, as_bytes(bytes));
  if (!file || !file->commit()) return;
  make_room(folder);
}

CompileResult compile_and_keep(const std::string& text, const CompileOptions& options,
                               const std::string& folder, const std::string& path,
                               const std::string& key) {
  bool reads_files = false;
  CompileOptions watched = options;
  watched.load_source = [&](const std::string& name) {
    reads_files = true;
    return options.load_source ? options.load_source(name) : LoadedSource{};
  };
  CompileResult result = compile(text, watched);
  if (result.object && result.diagnostics.empty() && !reads_files)
    keep(folder, path, key, *result.object);
  return result;
}

}  // namespace

CompileResult compile_by_cache(const std::string& text, const CompileOptions& options) {
  const auto place = folder();
  const auto key = place ? key_of(text, options) : std::nullopt;
  if (!key) return compile(text, options);
  const std::string path = fmt::format("{}/{:016x}", *place, fnv1a(as_bytes(*key)));
  if (auto object = find(path, *key)) return {.object = std::move(object), .diagnostics = {}};
  return compile_and_keep(text, options, *place, path, *key);
}

}  // namespace fwc::cli
