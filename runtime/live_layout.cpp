// SPDX-License-Identifier: MIT
// Where each live variable lies in its map, by the type information: VARs of DATASEC `.data.live`,
// with their bounds as declaration tags `fwc:int:MIN:MAX` and `fwc:bool`.
#include "runtime/live_layout.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "fwc/runtime/environment.h"
#include "runtime/errors.h"
#include "runtime/kernel_objects.h"

namespace fwc::runtime {
namespace {

constexpr std::string_view kIntTag = "fwc:int:";
constexpr std::string_view kBoolTag = "fwc:bool";

void apply_tag(std::string_view tag, LiveVariable& variable) {
  if (tag == kBoolTag) variable.type = Variable::Type::boolean;
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
  const btf_var_secinfo* entry = ::btf_var_secinfos(section);
  for (int i = 0; i < ::btf_vlen(section); ++i, ++entry) {
    const btf_type* variable = ::btf__type_by_id(types, entry->type);
    const char* name =
        variable == nullptr ? nullptr : ::btf__name_by_offset(types, variable->name_off);
    const bool fits = entry->size == 8 && entry->offset % 8 == 0 && entry->offset + 8 <= size;
    if (name == nullptr || !fits) {
      return make_error(Error::Kind::data, "the live variables are not laid out as fwc does");
    }
    LiveVariable live{.name = name, .offset = entry->offset};
    if (is_bool(types, variable)) live.type = Variable::Type::boolean;
    apply_tags(types, static_cast<int>(entry->type), live);
    layout.push_back(std::move(live));
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

Expected<std::int64_t> judged(const LiveVariable& variable, const Value& value) {
  const bool* flag = std::get_if<bool>(&value);
  if (variable.type == Variable::Type::boolean) {
    if (flag != nullptr) return std::int64_t{*flag};
    return make_error(
        Error::Kind::usage,
        fmt::format("`${}` is a bool, but {} is an int", variable.name, to_string(value)),
        "give `true` or `false`");
  }
  if (flag != nullptr) {
    return make_error(
        Error::Kind::usage,
        fmt::format("`${}` is an int, but `{}` is a bool", variable.name, to_string(value)),
        "give a number");
  }
  const std::int64_t number = std::get<std::int64_t>(value);
  if (number >= variable.minimum && number <= variable.maximum) return number;
  return make_error(Error::Kind::usage,
                    fmt::format("{} is out of the range of `${}`", number, variable.name),
                    fmt::format("it takes {} to {}", variable.minimum, variable.maximum));
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
  std::vector<std::byte> changed = bytes;
  for (const Assignment& assignment : assignments) {
    const LiveVariable* variable = find(layout, assignment.name);
    if (variable == nullptr) return unknown_variable(layout, assignment.name);
    Expected<std::int64_t> number = judged(*variable, assignment.value);
    if (!number) return number.error();
    std::memcpy(changed.data() + variable->offset, &*number, sizeof *number);
  }
  bytes = std::move(changed);
  return {};
}

Value value_in(const LiveVariable& variable, const std::vector<std::byte>& bytes) {
  std::int64_t number = 0;
  std::memcpy(&number, bytes.data() + variable.offset, sizeof number);
  if (variable.type == Variable::Type::boolean) return number != 0;
  return number;
}

Expected<std::vector<std::byte>> read_live_map(int map) {
  Expected<MapInfo> info = map_info(map, "the live variables");
  if (!info) return info.error();
  if (!is_live_map(*info)) return internal_error("a map is not that of the live variables");
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
