// SPDX-License-Identifier: MIT
// check_object(): the ELF header and the section headers.
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "fwc/object.h"
#include "runtime/object_check.h"

namespace fwc::runtime {
namespace {

constexpr std::uint64_t kKilo = 1024;
constexpr std::uint64_t kMega = 1024 * kKilo;
// Not in every elf.h.
constexpr std::uint32_t kAddrsigType = 0x6fff4c03;

// Every section that an object may have. `prefix` rows match names that begin so.
struct SectionRow {
  std::string_view name;
  std::uint32_t type;
  std::uint64_t flags;
  std::uint64_t entry_size;
  std::uint64_t max_size;
  bool prefix = false;
};

constexpr std::uint64_t kCode = SHF_ALLOC | SHF_EXECINSTR;
constexpr std::uint64_t kData = SHF_ALLOC | SHF_WRITE;

constexpr SectionRow kProgram{
    .name = {}, .type = SHT_PROGBITS, .flags = kCode, .entry_size = 0, .max_size = 8 * kMega};

constexpr SectionRow kRows[] = {
    {.name = ".text", .type = SHT_PROGBITS, .flags = kCode, .entry_size = 0, .max_size = 0},
    {.name = ".data.live",
     .type = SHT_PROGBITS,
     .flags = kData,
     .entry_size = 0,
     .max_size = 64 * kKilo},
    {.name = ".data.watch",
     .type = SHT_PROGBITS,
     .flags = kData,
     .entry_size = 0,
     .max_size = sizeof(WatchControl)},
    {.name = ".rodata",
     .type = SHT_PROGBITS,
     .flags = SHF_ALLOC,
     .entry_size = 0,
     .max_size = 512 * kMega,
     .prefix = true},
    {.name = ".maps",
     .type = SHT_PROGBITS,
     .flags = kData,
     .entry_size = 0,
     .max_size = 64 * kKilo},
    {.name = kSetsSection,
     .type = SHT_PROGBITS,
     .flags = kData,
     .entry_size = 0,
     .max_size = 512 * kMega},
    {.name = "license", .type = SHT_PROGBITS, .flags = kData, .entry_size = 0, .max_size = 64},
    {.name = ".BTF", .type = SHT_PROGBITS, .flags = 0, .entry_size = 0, .max_size = 16 * kMega},
    {.name = ".BTF.ext", .type = SHT_PROGBITS, .flags = 0, .entry_size = 0, .max_size = 64 * kMega},
    {.name = ".rel",
     .type = SHT_REL,
     .flags = SHF_INFO_LINK,
     .entry_size = sizeof(Elf64_Rel),
     .max_size = 128 * kMega,
     .prefix = true},
    {.name = ".llvm_addrsig",
     .type = kAddrsigType,
     .flags = SHF_EXCLUDE,
     .entry_size = 0,
     .max_size = kMega},
    {.name = ".symtab",
     .type = SHT_SYMTAB,
     .flags = 0,
     .entry_size = sizeof(Elf64_Sym),
     .max_size = 64 * kMega},
    {.name = ".strtab", .type = SHT_STRTAB, .flags = 0, .entry_size = 0, .max_size = 64 * kMega},
    {.name = ".shstrtab", .type = SHT_STRTAB, .flags = 0, .entry_size = 0, .max_size = 64 * kKilo},
};

bool matches(const SectionRow& row, std::string_view name) {
  if (!row.prefix) return name == row.name;
  if (!name.starts_with(row.name)) return false;
  const std::string_view rest = name.substr(row.name.size());
  if (row.type == SHT_REL) return is_program_section(rest) || rest == ".BTF" || rest == ".BTF.ext";
  return rest.empty() || rest[0] == '.';
}

bool is_program_header_free(const Elf64_Ehdr& header) {
  return header.e_phoff == 0 && header.e_phnum == 0 && header.e_phentsize == 0;
}

std::string check_header(const Elf64_Ehdr& header) {
  Elf64_Ehdr wanted{};
  const unsigned char ident[EI_NIDENT] = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT};
  std::copy(std::begin(ident), std::end(ident), wanted.e_ident);
  if (!std::equal(std::begin(ident), std::end(ident), header.e_ident)) {
    return "it is not a 64-bit little-endian ELF file";
  }
  if (header.e_machine != EM_BPF) return "it is not made for BPF";
  const bool plain = header.e_type == ET_REL && header.e_version == EV_CURRENT &&
                     header.e_entry == 0 && header.e_flags == 0 &&
                     header.e_ehsize == sizeof(Elf64_Ehdr) && is_program_header_free(header) &&
                     header.e_shentsize == sizeof(Elf64_Shdr);
  if (!plain) return "its ELF header is not that of a relocatable object";
  if (header.e_shnum < 2 || header.e_shnum > 256 || header.e_shstrndx >= header.e_shnum) {
    return "its ELF header counts the sections wrongly";
  }
  return {};
}

std::string check_section(const Section& section) {
  const SectionRow* row =
      is_program_section(section.name)
          ? &kProgram
          : std::find_if(std::begin(kRows), std::end(kRows),
                         [&](const auto& each) { return matches(each, section.name); });
  if (row == std::end(kRows)) return fmt::format("section `{}` is unknown", section.name);
  const Elf64_Shdr& header = section.header;
  const bool right = header.sh_type == row->type && header.sh_flags == row->flags &&
                     header.sh_entsize == row->entry_size && header.sh_addr == 0 &&
                     header.sh_addralign >= 1 && header.sh_addralign <= 64 &&
                     (header.sh_addralign & (header.sh_addralign - 1)) == 0;
  if (!right) return fmt::format("section `{}` is of the wrong kind", section.name);
  if (header.sh_size > row->max_size) return fmt::format("section `{}` is too large", section.name);
  const std::uint64_t unit = is_program_section(section.name) ? 8 : row->entry_size;
  if (unit != 0 && header.sh_size % unit != 0) {
    return fmt::format("section `{}` ends within an entry", section.name);
  }
  return {};
}

std::string check_null_section(const Elf64_Shdr& header) {
  const bool empty = header.sh_type == SHT_NULL && header.sh_size == 0 && header.sh_flags == 0 &&
                     header.sh_link == 0 && header.sh_info == 0 && header.sh_name == 0;
  return empty ? "" : "its first section header is not empty";
}

// Fills in names and contents and checks each section by its row.
std::string complete(ByteReader object, const Elf64_Ehdr& elf, std::vector<Section>& sections) {
  const Elf64_Shdr& named_by = sections[elf.e_shstrndx].header;
  const auto names = object.slice(named_by.sh_offset, named_by.sh_size);
  if (!names) return "its section names end past the file";
  std::uint64_t bytes = 0;
  for (std::size_t i = 1; i < sections.size(); ++i) {
    Section& section = sections[i];
    const auto name = names->text(section.header.sh_name);
    if (!name) return "a section's name ends past the table of names";
    section.name = *name;
    const auto content = object.slice(section.header.sh_offset, section.header.sh_size);
    if (!content) return fmt::format("section `{}` ends past the file", *name);
    section.content = *content;
    std::string problem = check_section(section);
    if (!problem.empty()) return problem;
    bytes += section.content.size();
    for (std::size_t other = 1; other < i; ++other) {
      if (sections[other].name == *name) return fmt::format("section `{}` is there twice", *name);
    }
  }
  // Each table is a map as large as its section.
  return bytes <= object.size() ? "" : "its sections lie over each other";
}

}  // namespace

SectionTable read_sections(ByteReader object) {
  SectionTable table;
  const auto elf = object.read<Elf64_Ehdr>(0);
  if (!elf) return {.sections = {}, .problem = "it is too short for an ELF header"};
  table.problem = check_header(*elf);
  if (!table.problem.empty()) return table;
  const std::uint64_t length = std::uint64_t{elf->e_shnum} * sizeof(Elf64_Shdr);
  const auto headers = object.slice(elf->e_shoff, length);
  if (!headers || elf->e_shoff % 8 != 0) {
    return {.sections = {}, .problem = "its section headers end past the file"};
  }
  for (std::size_t i = 0; i < elf->e_shnum; ++i) {
    Section section;
    section.header = *headers->read<Elf64_Shdr>(i * sizeof(Elf64_Shdr));
    table.sections.push_back(section);
  }
  table.problem = check_null_section(table.sections[0].header);
  if (table.problem.empty()) table.problem = complete(object, *elf, table.sections);
  return table;
}

}  // namespace fwc::runtime
