// SPDX-License-Identifier: MIT
// Whether two programs in the kernel are the same filter.
#include "fwc/runtime/comparison.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

#include "runtime/errors.h"
#include "runtime/kernel_objects.h"

namespace fwc::runtime {
namespace {

// The kernel rounds the entries of an array up, but hands out value_size bytes of each.
Expected<void> append_entries(int map, const bpf_map_info& info, std::string& text) {
  for (std::uint32_t i = 0; i < info.max_entries; ++i) {
    const std::size_t at = text.size();
    text.resize(at + info.value_size);
    if (::bpf_map_lookup_elem(map, &i, text.data() + at) != 0) {
      return system_error(errno, "cannot read the constants of a program");
    }
  }
  return {};
}

// The shape of a map, and what it holds where programs cannot change it.
Expected<void> append_map(std::uint32_t id, std::string& text) {
  const FileDescriptor map(::bpf_map_get_fd_by_id(id));
  if (!map) return system_error(errno, "cannot open a map of a program");
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  if (::bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0) {
    return system_error(errno, "cannot ask the kernel about a map");
  }
  for (const std::uint32_t part : {info.type, info.key_size, info.value_size, info.max_entries}) {
    text.append(reinterpret_cast<const char*>(&part), sizeof(part));
  }
  text.append(info.name).push_back('\0');
  const bool constant =
      info.type == BPF_MAP_TYPE_ARRAY && (info.map_flags & BPF_F_RDONLY_PROG) != 0;
  return constant ? append_entries(map.get(), info, text) : Expected<void>{};
}

// Equal for two programs that judge alike; the order of the maps is that of their first use.
Expected<std::string> meaning_of(const Program& program) {
  const Expected<ProgramInfo> info = program_info(program.fd(), "a program");
  if (!info) return info.error();
  std::string text = info->tag;
  for (const std::uint32_t id : info->maps) {
    if (Expected<void> added = append_map(id, text); !added) return added.error();
  }
  return text;
}

}  // namespace

Expected<bool> same_filter(const Program& a, const Program& b) {
  if (a.direction() != b.direction()) return false;
  const Expected<std::string> one = meaning_of(a);
  if (!one) return one.error();
  const Expected<std::string> other = meaning_of(b);
  if (!other) return other.error();
  return *one == *other;
}

}  // namespace fwc::runtime
