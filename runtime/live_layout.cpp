// SPDX-License-Identifier: MIT
// Where each live variable lies in its map, by the type information: VARs of DATASEC `.data.live`,
// with their bounds as declaration tags `fwc:int:MIN:MAX`, `fwc:bool` and `fwc:ip`.
#include "runtime/live_layout.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "fwc/runtime/environment.h"
#include "runtime/errors.h"
#include "runtime/kernel_objects.h"
#include "runtime/live_lock.h"
#include "runtime/live_sets.h"

namespace fwc::runtime {
namespace {

constexpr std::string_view kIntTag = "fwc:int:";
constexpr std::string_view kBoolTag = "fwc:bool";
constexpr std::string_view kIpTag = "fwc:ip";
constexpr std::string_view kSide = "fwc_side";
constexpr std::size_t kWord = 8;
constexpr std::size_t kAddress = 3 * kWord;

void apply_tag(std::string_view tag, LiveVariable& variable) {
  if (tag == kBoolTag) variable.type = Variable::Type::boolean;
  if (tag == kIpTag) variable.type = Variable::Type::address;
  if (!tag.starts_with(kIntTag)) return;
  const char* end = tag.data() + tag.size();
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
  const auto first = std::from_chars(tag.data() + kIntTag.size(), end, minimum);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') return;
  const auto second = std::from_chars(first.ptr + 1, end, maximum);
  if (second.ec != std::errc{} || second.ptr != end) return;
  variable.minimum = minimum;
  variable.maximum = maximum;
}

void apply_tags(const btf* types, int variable_id, LiveVariable& variable) {
  const int count = static_cast<int>(::btf__type_cnt(types));
  for (int id = 1; id < count; ++id) {
    const btf_type* type = ::btf__type_by_id(types, id);
    if (!::btf_is_decl_tag(type) || static_cast<int>(type->type) != variable_id) continue;
    const char* tag = ::btf__name_by_offset(types, type->name_off);
    if (tag != nullptr) apply_tag(tag, variable);
  }
}

bool is_bool(const btf* types, const btf_type* variable) {
  const int id = ::btf__resolve_type(types, variable->type);
  const btf_type* type = id > 0 ? ::btf__type_by_id(types, id) : nullptr;
  return type != nullptr && ::btf_is_int(type) && (::btf_int_encoding(type) & BTF_INT_BOOL) != 0;
}

Expected<LiveLayout> layout_of_section(const btf* types, const btf_type* section,
                                       std::size_t size) {
  LiveLayout layout;
  std::optional<std::size_t> side;
  const btf_var_secinfo* entry = ::btf_var_secinfos(section);
  for (int i = 0; i < ::btf_vlen(section); ++i, ++entry) {
    const btf_type* variable = ::btf__type_by_id(types, entry->type);
    const char* name =
        variable == nullptr ? nullptr : ::btf__name_by_offset(types, variable->name_off);
    const bool fits = entry->size >= kWord && entry->size % kWord == 0 &&
                      entry->offset % kWord == 0 && entry->offset + entry->size <= size;
    if (name == nullptr || !fits) {
      return make_error(Error::Kind::data, "the live variables are not laid out as fwc does");
    }
    if (name == kSide) {
      side = entry->offset;
      continue;
    }
    LiveVariable live{.name = name, .offset = entry->offset, .size = entry->size, .side = {}};
    if (is_bool(types, variable)) live.type = Variable::Type::boolean;
    apply_tags(types, static_cast<int>(entry->type), live);
    layout.push_back(std::move(live));
  }
  for (LiveVariable& live : layout) {
    live.side = side;
    if (side) live.size /= 2;
    // A kernel that knows no tags keeps the size.
    if (live.size == kAddress) live.type = Variable::Type::address;
    if (live.size != kWord && live.size != kAddress) {
      return make_error(Error::Kind::data, "the live variables are not laid out as fwc does");
    }
  }
  std::sort(layout.begin(), layout.end(),
            [](const LiveVariable& a, const LiveVariable& b) { return a.offset < b.offset; });
  return layout;
}

const LiveVariable* find(const LiveLayout& layout, std::string_view name) {
  const auto found = std::find_if(layout.begin(), layout.end(),
                                  [&](const LiveVariable& each) { return each.name == name; });
  return found == layout.end() ? nullptr : &*found;
}

Error unknown_variable(const LiveLayout& layout, const std::string& name) {
  std::vector<std::string> known;
  for (const LiveVariable& each : layout) known.push_back("`$" + each.name + "`");
  return make_error(
      Error::Kind::usage, fmt::format("the filter has no live variable `${}`", name),
      known.empty() ? "it has none at all" : fmt::format("it has {}", fmt::join(known, ", ")));
}

/// The words of 64 bits that a variable is.
using Words = std::vector<std::uint64_t>;

std::string_view type_name(Variable::Type type) {
  switch (type) {
    case Variable::Type::integer: return "an int";
    case Variable::Type::boolean: return "a bool";
    case Variable::Type::address: return "an ip";
  }
  return "";
}

Words words_of(const IpAddress& address) {
  const auto number = [&](std::size_t from, std::size_t bytes) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes; ++i) sum = sum << 8 | address.bytes[from + i];
    return sum;
  };
  if (!address.ipv6) return {kLiveIpv4, 0, number(0, 4)};
  return {kLiveIpv6, number(0, 8), number(8, 8)};
}

IpAddress address_of(const std::byte* at) {
  std::uint64_t words[3];
  std::memcpy(words, at, sizeof words);
  IpAddress address{.ipv6 = words[0] == kLiveIpv6};
  const auto put = [&](std::size_t from, std::size_t bytes, std::uint64_t value) {
    for (std::size_t i = 0; i < bytes; ++i)
      address.bytes[from + i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
  };
  if (!address.ipv6) put(0, 4, words[2]);
  if (address.ipv6) put(0, 8, words[1]);
  if (address.ipv6) put(8, 8, words[2]);
  return address;
}

Error wrong_type(const LiveVariable& variable, const Value& value, Variable::Type given) {
  static constexpr const char* kHints[] = {"give a number", "give `true` or `false`",
                                           "give an address"};
  return make_error(Error::Kind::usage,
                    fmt::format("`${}` is {}, but `{}` is {}", variable.name,
                                type_name(variable.type), to_string(value), type_name(given)),
                    kHints[static_cast<std::size_t>(variable.type)]);
}

Expected<Words> judged(const LiveVariable& variable, const Value& value) {
  const bool* flag = std::get_if<bool>(&value);
  const auto* address = std::get_if<IpAddress>(&value);
  const Variable::Type given = flag != nullptr      ? Variable::Type::boolean
                               : address != nullptr ? Variable::Type::address
                                                    : Variable::Type::integer;
  if (given != variable.type) return wrong_type(variable, value, given);
  if (flag != nullptr) return Words{*flag};
  if (address != nullptr) return words_of(*address);
  const std::int64_t number = std::get<std::int64_t>(value);
  if (number >= variable.minimum && number <= variable.maximum)
    return Words{static_cast<std::uint64_t>(number)};
  return make_error(Error::Kind::usage,
                    fmt::format("{} is out of the range of `${}`", number, variable.name),
                    fmt::format("it takes {} to {}", variable.minimum, variable.maximum));
}

std::size_t current_side(const LiveVariable& variable, const std::vector<std::byte>& bytes) {
  std::uint64_t side = 0;
  if (variable.side) std::memcpy(&side, bytes.data() + *variable.side, sizeof side);
  return side & 1;
}

struct Change {
  const LiveVariable* variable;
  Words words;

  void write(std::vector<std::byte>& bytes, std::size_t side) const {
    std::memcpy(bytes.data() + variable->offset + side * variable->size, words.data(),
                words.size() * kWord);
  }
};

/// Judges all before any is written.
Expected<std::vector<Change>> changes_of(const LiveLayout& layout,
                                         const std::vector<Assignment>& assignments) {
  std::vector<Change> changes;
  for (const Assignment& assignment : assignments) {
    const LiveVariable* variable = find(layout, assignment.name);
    if (variable == nullptr) return unknown_variable(layout, assignment.name);
    Expected<Words> words = judged(*variable, assignment.value);
    if (!words) return words.error();
    changes.push_back({.variable = variable, .words = *std::move(words)});
  }
  return changes;
}

/// Until every CPU has left what it ran under rcu_read_lock(), as programs on cgroups do: the
/// global command of membarrier(2) is synchronize_rcu() in the kernel.
void wait_for_packets_under_way() {
  ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

struct BtfFree {
  void operator()(btf* types) const { ::btf__free(types); }
};

}  // namespace

Expected<LiveLayout> live_layout(const btf* types, std::size_t size) {
  const int id = ::btf__find_by_name_kind(types, std::string(kLiveMap).c_str(), BTF_KIND_DATASEC);
  if (id <= 0) return make_error(Error::Kind::data, "the live variables have no type information");
  return layout_of_section(types, ::btf__type_by_id(types, id), size);
}

Expected<LiveLayout> live_layout_of_map(int map) {
  Expected<MapInfo> info = map_info(map, "the live variables");
  if (!info) return info.error();
  if (Expected<void> allowed = require_capabilities(Operation::look_up); !allowed) {
    return allowed.error();
  }
  const std::unique_ptr<btf, BtfFree> types(::btf__load_from_kernel_by_id(info->btf_id));
  if (!types) return system_error(errno, "cannot read the types of the live variables");
  return live_layout(types.get(), info->value_size);
}

Expected<void> assign(const LiveLayout& layout, const std::vector<Assignment>& assignments,
                      std::vector<std::byte>& bytes) {
  const Expected<std::vector<Change>> changes = changes_of(layout, assignments);
  if (!changes) return changes.error();
  for (const Change& change : *changes)
    for (std::size_t side = 0; side <= (change.variable->side ? 1U : 0U); ++side)
      change.write(bytes, side);
  return {};
}

Value value_in(const LiveVariable& variable, const std::vector<std::byte>& bytes) {
  const std::byte* at =
      bytes.data() + variable.offset + current_side(variable, bytes) * variable.size;
  if (variable.type == Variable::Type::address) return address_of(at);
  std::int64_t number = 0;
  std::memcpy(&number, at, sizeof number);
  if (variable.type == Variable::Type::boolean) return number != 0;
  return number;
}

Expected<void> change_live_map(int map, const LiveLayout& layout,
                               const std::vector<Assignment>& assignments) {
  const LiveLock lock(map);
  Expected<std::vector<std::byte>> bytes = read_live_map(map);
  if (!bytes) return bytes.error();
  const Expected<std::vector<Change>> changes = changes_of(layout, assignments);
  if (!changes) return changes.error();
  if (changes->empty()) return {};
  const LiveVariable& any = layout.front();
  if (!any.side) {
    for (const Change& change : *changes) change.write(*bytes, 0);
    return write_live_map(map, *bytes);
  }
  const std::size_t from = current_side(any, *bytes);
  const std::uint64_t to = 1 - from;
  for (const LiveVariable& variable : layout)
    std::memcpy(bytes->data() + variable.offset + to * variable.size,
                bytes->data() + variable.offset + from * variable.size, variable.size);
  for (const Change& change : *changes) change.write(*bytes, to);
  if (Expected<void> written = write_live_map(map, *bytes); !written) return written;
  std::memcpy(bytes->data() + *any.side, &to, sizeof to);
  Expected<void> switched = write_live_map(map, *bytes);
  wait_for_packets_under_way();  // the next change writes where they read
  return switched;
}

Expected<std::vector<std::byte>> read_live_map(int map) {
  Expected<MapInfo> info = map_info(map, "the live variables");
  if (!info) return info.error();
  if (role_of(*info) != MapRole::live)
    return internal_error("a map is not that of the live variables");
  std::vector<std::byte> bytes(info->value_size);
  const std::uint32_t key = 0;
  if (::bpf_map_lookup_elem(map, &key, bytes.data()) != 0) {
    return system_error(errno, "cannot read the live variables");
  }
  return bytes;
}

Expected<void> write_live_map(int map, const std::vector<std::byte>& bytes) {
  const std::uint32_t key = 0;
  if (::bpf_map_update_elem(map, &key, bytes.data(), BPF_ANY) != 0) {
    return system_error(errno, "cannot write the live variables");
  }
  return {};
}

}  // namespace fwc::runtime
