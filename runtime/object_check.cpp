// SPDX-License-Identifier: MIT
// Whether an object has the exact shape that fwc writes, before libbpf reads it. libbpf 1.1 does
// not check everything, symbol offsets for one, and reading an object is done as root.
#include "runtime/object_check.h"

#include <fmt/core.h>

#include <algorithm>

#include "fwc/seal.h"
#include "runtime/errors.h"

namespace fwc::runtime {
namespace {

constexpr std::size_t kMaxObject = std::size_t{768} << 20;

std::string check_license(const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    if (section.name != "license") continue;
    const std::optional<std::string_view> text = section.content.text(0);
    const bool known = text && (*text == "Dual MIT/GPL" || *text == "GPL") &&
                       text->size() + 1 == section.content.size();
    return known ? "" : "section `license` holds no license that fwc writes";
  }
  return "it has no section `license`";
}

std::string check_programs(const std::vector<Section>& sections) {
  const bool any = std::any_of(sections.begin(), sections.end(), [](const Section& section) {
    return is_filter_section(section.name) && section.content.size() > 0;
  });
  return any ? "" : "it has no program";
}

std::string check_types(const std::vector<Section>& sections) {
  bool found = false;
  for (const Section& section : sections) {
    std::string problem;
    if (section.name == ".BTF") {
      found = true;
      problem = check_btf(section.content);
    }
    if (section.name == ".BTF.ext") problem = check_btf_ext(section.content);
    if (!problem.empty()) return problem;
  }
  return found ? "" : "it has no section `.BTF`";
}

std::string check_sets(const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    if (section.name == kSetsSection && !read_initial_sets(section.content))
      return "section `fwc.sets` is damaged";
  }
  return {};
}

std::string find_problem(const Object& object) {
  if (object.bytes.size() > kMaxObject) return "it is too large";
  const SectionTable table = read_sections(ByteReader(object.bytes));
  if (!table.problem.empty()) return table.problem;
  for (const auto& check :
       {check_license, check_programs, check_symbols, check_code, check_types, check_sets}) {
    std::string problem = check(table.sections);
    if (!problem.empty()) return problem;
  }
  return is_sealed(object.bytes) ? "" : "it was changed after it was made";
}

}  // namespace

std::optional<std::vector<InitialSet>> read_initial_sets(ByteReader section) {
  std::vector<InitialSet> sets;
  for (std::uint64_t at = 0; at < section.size();) {
    const auto name = section.slice(at, kMapName);
    const auto text = name ? name->text(0) : std::optional<std::string_view>{};
    const auto key_bytes = section.read<std::uint32_t>(at + kMapName);
    const auto count = section.read<std::uint32_t>(at + kMapName + 4);
    if (!text || !count || !is_key_of_a_set(*key_bytes)) return {};
    at += kMapName + 8;
    if (!section.slice(at, std::uint64_t{*key_bytes} * *count)) return {};
    InitialSet set{.map = std::string(*text), .key_bytes = *key_bytes, .keys = {}};
    for (std::uint32_t i = 0; i < *count; ++i, at += *key_bytes)
      set.keys.push_back(*section.slice(at, *key_bytes));
    sets.push_back(std::move(set));
  }
  return sets;
}

Expected<void> check_bytes(const Object& object) {
  const std::string problem = find_problem(object);
  if (problem.empty()) return {};
  return make_error(Error::Kind::data,
                    fmt::format("this is not an object that fwc wrote: {}", problem),
                    "compile the filter again");
}

}  // namespace fwc::runtime
