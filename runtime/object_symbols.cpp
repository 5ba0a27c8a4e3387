// SPDX-License-Identifier: MIT
// check_object(): symbols and relocations. A symbol that points outside of its section let libbpf
// load instructions from elsewhere in the file (fixed there in 2025, not in Debian 12).
#include <fmt/core.h>
#include <linux/bpf.h>

#include <algorithm>
#include <optional>
#include <string>

#include "fwc/object.h"
#include "runtime/object_check.h"

namespace fwc::runtime {
namespace {

constexpr std::uint32_t kReloc64 = 1;        // R_BPF_64_64: an address in an instruction
constexpr std::uint32_t kRelocAbs64 = 2;     // R_BPF_64_ABS64
constexpr std::uint32_t kRelocAbs32 = 3;     // R_BPF_64_ABS32: a variable's offset in BTF
constexpr std::uint32_t kRelocNoDyld32 = 4;  // R_BPF_64_NODYLD32: an offset in BTF

class SymbolChecker {
 public:
  explicit SymbolChecker(const std::vector<Section>& sections) : sections_(sections) {}

  std::string check() {
    if (std::string problem = find_tables(); !problem.empty()) return problem;
    if (std::string problem = check_symbols(); !problem.empty()) return problem;
    for (const Section& section : sections_) {
      if (section.header.sh_type != SHT_REL) continue;
      if (std::string problem = check_relocations(section); !problem.empty()) return problem;
    }
    return check_entry_points();
  }

 private:
  std::string find_tables() {
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      if (sections_[i].header.sh_type == SHT_SYMTAB) symtab_ = i;
    }
    if (symtab_ == 0) return "it has no symbols";
    const std::uint32_t link = sections_[symtab_].header.sh_link;
    if (link >= sections_.size() || sections_[link].header.sh_type != SHT_STRTAB) {
      return "its symbols have no names";
    }
    strtab_ = link;
    return {};
  }

  std::size_t symbol_count() const { return sections_[symtab_].content.size() / sizeof(Elf64_Sym); }

  Elf64_Sym symbol(std::size_t index) const {
    return *sections_[symtab_].content.read<Elf64_Sym>(index * sizeof(Elf64_Sym));
  }

  std::string_view name_of(const Elf64_Sym& symbol) const {
    return sections_[strtab_].content.text(symbol.st_name).value_or("");
  }

  std::string check_symbols() const {
    if (sections_[symtab_].header.sh_info > symbol_count())
      return "its symbols are counted wrongly";
    for (std::size_t i = 0; i < symbol_count(); ++i) {
      const Elf64_Sym each = symbol(i);
      if (!sections_[strtab_].content.text(each.st_name)) return "a symbol's name is out of bounds";
      if (!is_placed_right(each, i)) {
        return fmt::format("symbol `{}` is out of the bounds of its section", name_of(each));
      }
    }
    return {};
  }

  bool is_placed_right(const Elf64_Sym& symbol, std::size_t index) const {
    if (index == 0 || ELF64_ST_TYPE(symbol.st_info) == STT_FILE) {
      return symbol.st_value == 0 && symbol.st_size == 0;
    }
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= sections_.size()) return false;
    const Section& section = sections_[symbol.st_shndx];
    const std::uint64_t size = section.content.size();
    if (symbol.st_value > size || symbol.st_size > size - symbol.st_value) return false;
    if (is_program_section(section.name)) return is_placed_in_code(symbol, size);
    return ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT || is_placed_in_data(symbol, section.name);
  }

  // A variable that says it lies among the maps, or the other way round, is another program.
  static bool is_placed_in_data(const Elf64_Sym& symbol, std::string_view section) {
    if (section == ".data.live") {
      // A word or an address, alone or twice.
      const bool known = symbol.st_size == 8 || symbol.st_size == 16 || symbol.st_size == 24 ||
                         symbol.st_size == 48;
      return symbol.st_value % 8 == 0 && known;
    }
    if (section == ".data.watch")
      return symbol.st_value == 0 && symbol.st_size == sizeof(WatchControl);
    if (section == ".maps") return symbol.st_value % 8 == 0 && symbol.st_size >= 16;
    return true;
  }

  // In a program there are its one function, the section itself and labels of the assembler.
  bool is_placed_in_code(const Elf64_Sym& symbol, std::uint64_t size) const {
    switch (ELF64_ST_TYPE(symbol.st_info)) {
      case STT_FUNC:
        return symbol.st_value == 0 && symbol.st_size == size && is_function_name(name_of(symbol));
      case STT_SECTION: return symbol.st_value == 0 && symbol.st_size == 0;
      case STT_NOTYPE:
        return symbol.st_value % 8 == 0 && symbol.st_size == 0 &&
               ELF64_ST_BIND(symbol.st_info) == STB_LOCAL;
      default: return false;
    }
  }

  static bool is_function_name(std::string_view name) {
    return std::any_of(kProgramSections.begin(), kProgramSections.end(),
                       [&](const ProgramSection& section) { return section.function == name; });
  }

  std::string check_entry_points() const {
    for (std::size_t i = 1; i < sections_.size(); ++i) {
      const std::string_view section = sections_[i].name;
      if (!is_program_section(section) || sections_[i].content.size() == 0) continue;
      const std::string_view wanted = function_of_section(section);
      std::size_t found = 0;
      for (std::size_t s = 1; s < symbol_count(); ++s) {
        const Elf64_Sym each = symbol(s);
        const bool function = ELF64_ST_TYPE(each.st_info) == STT_FUNC && each.st_shndx == i;
        if (!function) continue;
        if (name_of(each) != wanted || ELF64_ST_BIND(each.st_info) != STB_GLOBAL) found = 2;
        ++found;
      }
      if (found != 1) return fmt::format("section `{}` has not the function `{}`", section, wanted);
    }
    return {};
  }

  std::string check_relocations(const Section& relocations) const {
    const Elf64_Shdr& header = relocations.header;
    const std::string problem = fmt::format("section `{}` points out of bounds", relocations.name);
    if (header.sh_link != symtab_ || header.sh_info == 0 || header.sh_info >= sections_.size()) {
      return problem;
    }
    const Section& target = sections_[header.sh_info];
    if (relocations.name != ".rel" + std::string(target.name)) return problem;
    for (std::size_t at = 0; at < relocations.content.size(); at += sizeof(Elf64_Rel)) {
      const Elf64_Rel each = *relocations.content.read<Elf64_Rel>(at);
      if (ELF64_R_SYM(each.r_info) == 0 || ELF64_R_SYM(each.r_info) >= symbol_count()) {
        return problem;
      }
      const bool right = is_program_section(target.name) ? is_code_relocation(target, each)
                                                         : is_type_relocation(target, each);
      if (!right) return problem;
    }
    return {};
  }

  // Only the two halves of a 64-bit load take an address, and only that of a map or of data.
  bool is_code_relocation(const Section& target, const Elf64_Rel& relocation) const {
    const Elf64_Sym to = symbol(ELF64_R_SYM(relocation.r_info));
    if (to.st_shndx >= sections_.size()) return false;  // a file's name
    const auto code = target.content.slice(relocation.r_offset, 2 * sizeof(bpf_insn));
    if (!code || relocation.r_offset % sizeof(bpf_insn) != 0) return false;
    const auto load = *code->read<bpf_insn>(0);
    return ELF64_R_TYPE(relocation.r_info) == kReloc64 &&
           load.code == (BPF_LD | BPF_IMM | BPF_DW) &&
           is_data_section(sections_[to.st_shndx].name) && load.imm >= 0 &&
           static_cast<std::uint64_t>(load.imm) <= sections_[to.st_shndx].content.size();
  }

  bool is_type_relocation(const Section& target, const Elf64_Rel& relocation) const {
    const std::uint32_t type = ELF64_R_TYPE(relocation.r_info);
    const std::uint64_t width = type == kRelocAbs64 ? 8 : 4;
    const bool known = type == kRelocNoDyld32 || type == kRelocAbs32 || type == kRelocAbs64;
    return known && relocation.r_offset % 4 == 0 &&
           target.content.slice(relocation.r_offset, width).has_value();
  }

  const std::vector<Section>& sections_;
  std::size_t symtab_ = 0;
  std::size_t strtab_ = 0;
};

}  // namespace

std::string check_symbols(const std::vector<Section>& sections) {
  return SymbolChecker(sections).check();
}

}  // namespace fwc::runtime
