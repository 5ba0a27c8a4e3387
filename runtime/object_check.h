// SPDX-License-Identifier: MIT
// The parts of check_object(). Private to the runtime. A text that is given is empty where all is
// well, else what is wrong, to follow `this is not an object that fwc wrote: `.
#pragma once

#include <elf.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/object.h"
#include "fwc/runtime/error.h"
#include "runtime/byte_reader.h"

namespace fwc::runtime {

struct Section {
  std::string_view name;
  Elf64_Shdr header{};
  ByteReader content{{}};
};

/// Checks the bytes and their seal, all that can be told before libbpf reads them.
Expected<void> check_bytes(const Object& object);

/// The sections of an object and the way to them; `problem` says why there are none.
struct SectionTable {
  std::vector<Section> sections;
  std::string problem;
};

/// Reads the ELF header and the section headers, and checks both against what fwc writes.
SectionTable read_sections(ByteReader object);

/// Checks the symbol table and every relocation.
std::string check_symbols(const std::vector<Section>& sections);

/// Checks that the programs hold no call and no load of an address but those that fwc writes.
std::string check_code(const std::vector<Section>& sections);

/// Checks `.BTF`: every record, type number and name within it, and no type that holds itself.
std::string check_btf(ByteReader btf);

/// Checks the tables of `.BTF.ext`.
std::string check_btf_ext(ByteReader ext);

/// What the live sets hold at first: a list of the names of their maps with their keys.
inline constexpr std::string_view kSetsSection = "fwc.sets";
inline constexpr std::size_t kMapName = 16;

inline bool is_key_of_a_set(std::uint32_t bytes) {
  return bytes == 12 || bytes == 24;
}

struct InitialSet {
  std::string map;
  std::uint32_t key_bytes = 0;
  std::vector<ByteReader> keys;
};

/// Nothing where the section is damaged.
std::optional<std::vector<InitialSet>> read_initial_sets(ByteReader section);

/// The sections that hold programs, each with its one function. The filters come first.
struct ProgramSection {
  std::string_view name;
  std::string_view function;
};
inline constexpr std::array kProgramSections = {
    ProgramSection{"cgroup_skb/egress", "fwc_egress"},
    ProgramSection{"cgroup_skb/ingress", "fwc_ingress"},
    ProgramSection{"tc/egress", "fwc_egress"},
    ProgramSection{"tc/ingress", "fwc_ingress"},
    ProgramSection{"xdp.frags", "fwc_ingress"},
    ProgramSection{"cgroup/connect4", "fwc_connect4"},
    ProgramSection{"cgroup/connect6", "fwc_connect6"},
    ProgramSection{"cgroup/sendmsg4", "fwc_sendmsg4"},
    ProgramSection{"cgroup/sendmsg6", "fwc_sendmsg6"},
};

/// The function of the section; empty where it holds no program.
inline std::string_view function_of_section(std::string_view name) {
  for (const ProgramSection& section : kProgramSections)
    if (section.name == name) return section.function;
  return {};
}

inline bool is_program_section(std::string_view name) {
  return !function_of_section(name).empty();
}

inline bool is_filter_section(std::string_view name) {
  const std::string_view function = function_of_section(name);
  return function == "fwc_egress" || function == "fwc_ingress";
}

/// Sections that a program may point into: maps and data.
inline bool is_data_section(std::string_view name) {
  return name == ".maps" || name == ".data.live" || name == ".data.watch" || name == ".rodata" ||
         name.starts_with(".rodata.");
}

}  // namespace fwc::runtime
