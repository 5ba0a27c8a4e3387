// SPDX-License-Identifier: MIT
// Capture files by libpcap; see capture_file.h. The only file that sees <pcap.h>, which defines a
// `struct bpf_insn` of its own.
#include "cli/capture_file.h"

#include <dlfcn.h>
#include <fmt/core.h>
#include <pcap/pcap.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "cli/link_layer.h"

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;

constexpr const char* kLibrary = "libpcap.so.0.8";

// The functions that are used, found when the library is loaded. It stays loaded: it is needed
// until the end of the command.
struct Libpcap {
  decltype(&pcap_open_offline) open_offline = nullptr;
  decltype(&pcap_datalink) datalink = nullptr;
  decltype(&pcap_datalink_val_to_name) datalink_name = nullptr;
  decltype(&pcap_next_ex) next_ex = nullptr;
  decltype(&pcap_geterr) geterr = nullptr;
  decltype(&pcap_close) close = nullptr;
};

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

std::optional<Libpcap> load_libpcap() {
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  Libpcap pcap;
  if (library != nullptr && find(library, "pcap_open_offline", pcap.open_offline) &&
      find(library, "pcap_datalink", pcap.datalink) &&
      find(library, "pcap_datalink_val_to_name", pcap.datalink_name) &&
      find(library, "pcap_next_ex", pcap.next_ex) && find(library, "pcap_geterr", pcap.geterr) &&
      find(library, "pcap_close", pcap.close))
    return pcap;
  return std::nullopt;
}

// libpcap's own words have the path and the reason mixed in several ways.
std::optional<Error> refuse_missing(const std::string& path) {
  struct stat status{};
  if (path == "-" || stat(path.c_str(), &status) == 0) return std::nullopt;
  return Error{.kind = Error::Kind::no_input,
               .message = fmt::format("cannot read `{}`: {}", path, std::strerror(errno)),
               .code = errno};
}

}  // namespace

struct CaptureFile::Handle {
  Libpcap library;
  pcap_t* file = nullptr;
  std::string path;
  int link_type = 0;
  bool framed = false;

  ~Handle() {
    if (file != nullptr) library.close(file);
  }
};

std::optional<Error> CaptureFile::refuse_link_type(const Handle& handle, std::string_view name) {
  const bool framed = handle.framed && handle.link_type != kEthernet;
  if (!framed && is_known_link_type(handle.link_type)) return std::nullopt;
  return Error{.kind = Error::Kind::data,
               .message = fmt::format("`{}` has packets of link type {}, which {}", handle.path,
                                      name,
                                      framed ? "has no Ethernet header for `--hook` to see"
                                             : "holds no IP that fwc can find"),
               .hint = framed ? "capture on one interface, as by `tcpdump -i eth0`" : ""};
}

CaptureFile::CaptureFile(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
CaptureFile::~CaptureFile() = default;
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;

Expected<CaptureFile> CaptureFile::open(const std::string& path, Hook hook) {
  if (auto missing = refuse_missing(path)) return *std::move(missing);
  const auto library = load_libpcap();
  if (!library)
    return Error{.kind = Error::Kind::unavailable,
                 .message = fmt::format("cannot load `{}`, which reads capture files", kLibrary),
                 .hint = "install the package `libpcap0.8`"};
  auto handle = std::make_unique<Handle>();
  handle->library = *library;
  handle->path = path;
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  handle->file = library->open_offline(path.c_str(), reason.data());
  if (handle->file == nullptr)
    return Error{.kind = Error::Kind::data,
                 .message = fmt::format("`{}` is no capture file: {}", path, reason.data())};
  handle->link_type = library->datalink(handle->file);
  handle->framed = hook != Hook::cgroup;
  const char* name = library->datalink_name(handle->link_type);
  if (auto error = refuse_link_type(*handle, name != nullptr ? name : "unknown"))
    return *std::move(error);
  return CaptureFile(std::move(handle));
}

Expected<std::optional<CapturedPacket>> CaptureFile::next() {
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  const int result = handle_->library.next_ex(handle_->file, &header, &data);
  if (result == PCAP_ERROR_BREAK) return std::optional<CapturedPacket>();
  if (result != 1)
    return Error{.kind = Error::Kind::data,
                 .message = fmt::format("`{}` is damaged: {}", handle_->path,
                                        handle_->library.geterr(handle_->file))};
  const std::span frame(reinterpret_cast<const std::byte*>(data), header->caplen);
  const std::uint64_t time = static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000'000 +
                             static_cast<std::uint64_t>(header->ts.tv_usec) * 1000;
  if (handle_->framed)
    return std::optional(CapturedPacket{.framed = true,
                                        .bytes = {frame.begin(), frame.end()},
                                        .wire_bytes = std::max(header->len, header->caplen),
                                        .time = time});
  const auto start =
      find_network(handle_->link_type, frame).value_or(NetworkStart{.offset = frame.size()});
  const auto network = frame.subspan(start.offset);
  const std::size_t on_wire = std::max<std::size_t>(header->len, header->caplen) - start.offset;
  const std::size_t length = bytes_without_padding(start.ethertype, network, on_wire);
  const auto kept = network.first(std::min(length, network.size()));
  return std::optional(
      CapturedPacket{.ethertype = start.ethertype,
                     .bytes = {kept.begin(), kept.end()},
                     .wire_bytes = length,
                     .sent = start.sent,
                     .time = time});
}

}  // namespace fwc::cli
