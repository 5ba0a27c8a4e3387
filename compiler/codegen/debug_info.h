// SPDX-License-Identifier: MIT
// BTF and line information: types of the programs, maps and variables, and for each instruction the
// clause of the filter that it came from. Built as DWARF metadata, of which the back end makes BTF.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/DebugLoc.h>
#include <llvm/IR/Module.h>

#include "compiler/check/checked_filter.h"

namespace fwc::codegen {

class DebugInfo {
 public:
  DebugInfo(llvm::Module& module, std::string_view text);

  /// What a program is given: `struct __sk_buff` or `struct bpf_sock_addr`.
  enum class Context : std::uint8_t { packet, call };

  /// Describes a program that returns an int and carries the declaration tags; what follows belongs
  /// to it.
  void begin_function(llvm::Function& function, const std::vector<std::string>& tags,
                      Context context = Context::packet);

  /// The whole filter: for instructions that belong to no clause.
  llvm::DebugLoc whole() const;

  /// The text of a span. Kernel and bpftool print it beside the instructions.
  llvm::DebugLoc clause(Span span);

  /// A live variable, with its bounds in a declaration tag: `fwc:int:MIN:MAX`, `fwc:bool` or
  /// `fwc:ip`, of so many words.
  void describe(llvm::GlobalVariable& global, const VariableDeclaration& variable, unsigned words);

  /// The number of the copy of the live variables that counts.
  void describe_side(llvm::GlobalVariable& global);

  /// A BPF_MAP_TYPE_ARRAY_OF_MAPS of one LPM trie with keys of so many bytes.
  void describe_live_set(llvm::GlobalVariable& global, unsigned key_bytes);

  /// A table of bytes.
  void describe_bytes(llvm::GlobalVariable& global);

  /// The map of the counters, a BPF_MAP_TYPE_PERCPU_ARRAY with that many entries.
  void describe_counters(llvm::GlobalVariable& global, unsigned entries);

  /// What log and audit work with, by its names in fwc/object.h.
  void describe_watch_control(llvm::GlobalVariable& global);
  void describe_watch_tallies(llvm::GlobalVariable& global);
  void describe_log(llvm::GlobalVariable& global);

  /// The map of the flows, a BPF_MAP_TYPE_LRU_HASH with that many entries.
  void describe_flows(llvm::GlobalVariable& global, unsigned entries);

  void finish() { builder_.finalize(); }

 private:
  llvm::DIType* pointer_to(llvm::DIType* type);
  llvm::DIType* array_of(llvm::DIType* element, std::uint64_t count);
  llvm::DIType* context_type(Context context);
  llvm::DIType* map_number(std::uint64_t value);
  void describe_per_cpu(llvm::GlobalVariable& global, unsigned entries, llvm::DIType* value);
  llvm::Metadata* declaration_tag(const std::string& tag);
  llvm::DIType* structure(std::string_view name,
                          const std::vector<std::pair<const char*, llvm::DIType*>>& members);
  void attach(llvm::GlobalVariable& global, std::string_view name, llvm::DIType* type,
              llvm::MDTuple* annotations = nullptr);
  llvm::DIType* int_ = nullptr;
  llvm::DIType* long_ = nullptr;
  llvm::DIType* unsigned_long_ = nullptr;
  llvm::DIType* byte_ = nullptr;

  llvm::Module& module_;
  llvm::DIBuilder builder_;
  std::string text_;
  llvm::DIFile* file_;
  llvm::DICompileUnit* unit_;
  llvm::DISubprogram* function_ = nullptr;
  std::map<std::pair<std::uint32_t, std::uint32_t>, llvm::DebugLoc> clauses_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, llvm::DIFile*> files_;
};

}  // namespace fwc::codegen
