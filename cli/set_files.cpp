// SPDX-License-Identifier: MIT
// Reading of set files; see set_files.h. Only regular files of a bounded size are read, and opening
// one never waits.
#include "cli/set_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "compiler/check/set_file.h"
#include "compiler/diagnostics/render.h"
#include "fwc/runtime/file_descriptor.h"

namespace fwc::cli {

namespace {

using runtime::FileDescriptor;
using runtime::LiveSet;
using runtime::SetEntry;

constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::int64_t kLargestPort = 65535;

LoadedSource problem(std::string text) {
  return {.text = std::nullopt, .problem = std::move(text)};
}

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "it is a directory";
  return "it is not a regular file";
}

LoadedSource read_all(int fd, std::size_t size) {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = read(fd, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return problem(std::strerror(errno));
    if (got == 0) break;  // it got shorter meanwhile
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return {.text = std::move(text), .problem = {}};
}

LoadedSource load(const std::string& path) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return problem(std::strerror(errno));
  struct stat status{};
  if (fstat(fd.get(), &status) != 0) return problem(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return problem(kind_of(status.st_mode));
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kMostBytes)
    return problem(fmt::format("it has {} bytes, the limit is {}", size, kMostBytes));
  return read_all(fd.get(), size);
}

std::vector<WantedEntry> wanted_by(const LiveSet& set) {
  const WantedEntry address{.address = true, .looked_up = "@" + set.name};
  WantedEntry port{.address = false,
                   .minimum = 0,
                   .maximum = kLargestPort,
                   .kind = ValueKind::port,
                   .looked_up = "@" + set.name};
  const WantedEntry integer{.address = false, .looked_up = "@" + set.name};
  switch (set.element) {
    case LiveSet::Element::address: return {address};
    case LiveSet::Element::port: return {port};
    case LiveSet::Element::integer: return {integer};
    case LiveSet::Element::address_port: return {address, port};
  }
  return {};
}

runtime::IpAddress to_runtime(Family family, const U128& bits) {
  runtime::IpAddress address{.ipv6 = family == Family::ipv6};
  const auto put = [&](std::size_t from, unsigned bytes, std::uint64_t value) {
    for (unsigned i = 0; i < bytes; ++i)
      address.bytes[from + i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
  };
  if (!address.ipv6) put(0, 4, bits.low);
  if (address.ipv6) put(0, 8, bits.high);
  if (address.ipv6) put(8, 8, bits.low);
  return address;
}

std::vector<SetEntry> addresses_in(const ValueSet& set) {
  std::vector<SetEntry> entries;
  const auto add = [&](Family family, const U128& low, const U128& high) {
    entries.push_back(
        {.addresses = runtime::AddressRange{to_runtime(family, low), to_runtime(family, high)},
         .numbers = {}});
  };
  for (const auto& i : set.ipv4) add(Family::ipv4, {0, i.low}, {0, i.high});
  for (const auto& i : set.ipv6) add(Family::ipv6, i.low, i.high);
  return entries;
}

std::vector<SetEntry> to_entries(const SetFileEntries& read) {
  std::vector<SetEntry> entries = addresses_in(read.values);
  for (const auto& i : read.values.integers)
    entries.push_back({.addresses = {}, .numbers = runtime::NumberRange{i.low, i.high}});
  for (const std::vector<ValueSet>& pair : read.tuples)
    for (SetEntry& entry : addresses_in(pair[0]))
      for (const auto& ports : pair[1].integers) {
        entry.numbers = runtime::NumberRange{ports.low, ports.high};
        entries.push_back(entry);
      }
  return entries;
}

}  // namespace

SourceLoader set_file_loader(const std::string& filter_name) {
  const std::size_t slash = filter_name.rfind('/');
  const std::string folder =
      slash == std::string::npos ? std::string() : filter_name.substr(0, slash + 1);
  return [folder](const std::string& path) {
    return load(path.starts_with('/') ? path : folder + path);
  };
}

EntriesFromFile read_entries(Terminal& terminal, const std::string& path, const LiveSet& set) {
  const LoadedSource loaded = load(path);
  if (!loaded.text)
    return {.entries = {},
            .status = terminal.fail(ExitCode::no_input,
                                    fmt::format("cannot read `{}`: {}", path, loaded.problem))};
  const SetFileEntries read = read_set_file(*loaded.text, wanted_by(set));
  if (read.issues.empty()) return {.entries = to_entries(read)};
  terminal.show(to_diagnostics(read.issues, *loaded.text, false), *loaded.text, path);
  return {.entries = {}, .status = static_cast<int>(ExitCode::bad_data)};
}

}  // namespace fwc::cli
