// SPDX-License-Identifier: MIT
#include "tests/fuzz/object_content.h"

#include <bpf/libbpf.h>
#include <elf.h>
#include <fmt/format.h>
#include <linux/btf.h>

#include <cstring>
#include <set>
#include <string_view>
#include <vector>

namespace fwc::test {

namespace {

/// Of these libbpf and the kernel read nothing that decides a verdict.
const std::set<std::string_view> kIdle = {"license",      ".BTF.ext",  ".rel.BTF",
                                          ".rel.BTF.ext", ".shstrtab", ".llvm_addrsig"};

template <typename T>
T record_at(std::string_view bytes, std::uint64_t offset) {
  T record;
  std::memcpy(&record, bytes.substr(offset, sizeof record).data(), sizeof record);
  return record;
}

class Sections {
 public:
  explicit Sections(std::string_view file) : file_(file) {
    const auto elf = record_at<Elf64_Ehdr>(file, 0);
    for (std::size_t i = 0; i < elf.e_shnum; ++i)
      headers_.push_back(record_at<Elf64_Shdr>(file, elf.e_shoff + i * sizeof(Elf64_Shdr)));
    names_ = elf.e_shstrndx;
  }

  std::size_t size() const { return headers_.size(); }
  const Elf64_Shdr& header(std::size_t i) const { return headers_[i]; }
  std::string_view name(std::size_t i) const { return text(names_, headers_[i].sh_name); }
  std::string_view bytes(std::size_t i) const {
    return file_.substr(headers_[i].sh_offset, headers_[i].sh_size);
  }
  std::string_view text(std::size_t table, std::uint64_t offset) const {
    return bytes(table).substr(offset).data();
  }

 private:
  std::string_view file_;
  std::vector<Elf64_Shdr> headers_;
  std::size_t names_ = 0;
};

/// libbpf finds a map by the symbol of its name, and other variables by where they lie.
std::string symbols(const Sections& sections, std::size_t table) {
  std::string all;
  for (std::size_t at = 0; at < sections.bytes(table).size(); at += sizeof(Elf64_Sym)) {
    const auto each = record_at<Elf64_Sym>(sections.bytes(table), at);
    const bool map = each.st_shndx < sections.size() && sections.name(each.st_shndx) == ".maps";
    all += fmt::format("{} {} {} {} {}\n", each.st_info, each.st_shndx, each.st_value, each.st_size,
                       map ? sections.text(sections.header(table).sh_link, each.st_name) : "");
  }
  return all;
}

std::string form_of(const bpf_map* map) {
  return fmt::format("{} {} {} {} {}", std::uint32_t{bpf_map__type(map)}, bpf_map__key_size(map),
                     bpf_map__value_size(map), bpf_map__max_entries(map), bpf_map__map_flags(map));
}

}  // namespace

Content content_of(const Object& object, const bpf_object* opened) {
  const Sections sections(
      {reinterpret_cast<const char*>(object.bytes.data()), object.bytes.size()});
  Content content;
  for (std::size_t i = 1; i < sections.size(); ++i) {
    const Elf64_Shdr& header = sections.header(i);
    const std::string_view name = sections.name(i), bytes = sections.bytes(i);
    if (kIdle.contains(name) || header.sh_type == SHT_STRTAB) continue;
    std::string& part = content[fmt::format("{} {} {}", i, name, header.sh_info)];
    if (header.sh_type == SHT_SYMTAB)
      part = symbols(sections, i);
    else if (name == ".BTF")
      part = bytes.substr(0, sizeof(btf_header) + record_at<btf_header>(bytes, 0).str_off);
    else
      part = bytes;
  }
  std::string& maps = content["maps"];
  for (const bpf_map* map = nullptr; (map = bpf_object__next_map(opened, map)) != nullptr;) {
    const bpf_map* inner = bpf_map__inner_map(const_cast<bpf_map*>(map));
    maps += fmt::format("{} {} of {}\n", bpf_map__name(map), form_of(map),
                        inner != nullptr ? form_of(inner) : "");
  }
  return content;
}

}  // namespace fwc::test
