// SPDX-License-Identifier: MIT
// Debug metadata in the forms of which LLVM's BTFDebug makes BTF that the kernel takes.
#include "compiler/codegen/debug_info.h"

#include <linux/bpf.h>

#include <algorithm>

#include <llvm/BinaryFormat/Dwarf.h>

#include "fwc/object.h"

namespace fwc::codegen {

namespace {

constexpr const char* kFileName = "filter";
constexpr unsigned kMaxColumn = 1023;      ///< BTF keeps 10 bits of a column (struct bpf_line_info)
constexpr unsigned kMaxLine = 1024;        ///< each line above a clause is a byte of its source
constexpr std::size_t kMaxClauses = 4096;  ///< beyond, clauses share the line of the whole filter

/// One line of text: BTF knows the source by lines.
std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return line;
}

struct Position {
  unsigned line;
  unsigned column;
};

Position position_of(std::string_view text, std::uint32_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = static_cast<unsigned>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {.line = std::min(line, kMaxLine),
          .column = std::min(static_cast<unsigned>(offset - start) + 1, kMaxColumn)};
}

}  // namespace

DebugInfo::DebugInfo(llvm::Module& module, std::string_view text)
    : module_(module), builder_(module), text_(text) {
  module.addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
  // BTF is all that is wanted. A module that asks for CodeView and for no version of DWARF gets
  // neither on a target that is not Windows (AsmPrinter::doInitialization).
  module.addModuleFlag(llvm::Module::Warning, "CodeView", 1);
  // The source is embedded, so that the back end opens no file of that name.
  const std::string source = one_line(text);
  file_ = builder_.createFile(kFileName, "", std::nullopt, llvm::StringRef(source));
  unit_ = builder_.createCompileUnit(llvm::dwarf::DW_LANG_C99, file_, "fwc", true, "", 0);
  int_ = builder_.createBasicType("int", 32, llvm::dwarf::DW_ATE_signed);
  long_ = builder_.createBasicType("long long", 64, llvm::dwarf::DW_ATE_signed);
  unsigned_long_ = builder_.createBasicType("unsigned long long", 64, llvm::dwarf::DW_ATE_unsigned);
  byte_ = builder_.createBasicType("unsigned char", 8, llvm::dwarf::DW_ATE_unsigned_char);
}

llvm::DIType* DebugInfo::pointer_to(llvm::DIType* type) {
  return builder_.createPointerType(type, 64);
}

llvm::DIType* DebugInfo::array_of(llvm::DIType* element, std::uint64_t count) {
  llvm::Metadata* range = builder_.getOrCreateSubrange(0, static_cast<std::int64_t>(count));
  return builder_.createArrayType(element->getSizeInBits() * count, 0, element,
                                  builder_.getOrCreateArray(range));
}

/// Members of 64 bits each, one behind the other.
llvm::DIType* DebugInfo::structure(
    std::string_view name, const std::vector<std::pair<const char*, llvm::DIType*>>& members) {
  std::vector<llvm::Metadata*> elements;
  for (std::size_t i = 0; i < members.size(); ++i)
    elements.push_back(builder_.createMemberType(file_, members[i].first, file_, 0, 64, 64, 64 * i,
                                                 llvm::DINode::FlagZero, members[i].second));
  return builder_.createStructType(file_, llvm::StringRef(name.data(), name.size()), file_, 0,
                                   64 * members.size(), 64, llvm::DINode::FlagZero, nullptr,
                                   builder_.getOrCreateArray(elements));
}

/// The context needs a size, or the verifier's log complains of it; the layout is the kernel's.
llvm::DIType* DebugInfo::context_type(Context context) {
  const bool packet = context == Context::packet;
  const std::size_t bytes = packet ? sizeof(__sk_buff) : sizeof(bpf_sock_addr);
  llvm::Metadata* words =
      builder_.createMemberType(file_, "words", file_, 0, 8 * bytes, 32, 0, llvm::DINode::FlagZero,
                                array_of(int_, bytes / 4));
  return builder_.createStructType(file_, packet ? "__sk_buff" : "bpf_sock_addr", file_, 0,
                                   8 * bytes, 32, llvm::DINode::FlagZero, nullptr,
                                   builder_.getOrCreateArray(words));
}

llvm::Metadata* DebugInfo::declaration_tag(const std::string& tag) {
  llvm::LLVMContext& context = module_.getContext();
  llvm::Metadata* pair[] = {llvm::MDString::get(context, "btf_decl_tag"),
                            llvm::MDString::get(context, tag)};
  return llvm::MDNode::get(context, pair);
}

void DebugInfo::begin_function(llvm::Function& function, const std::vector<std::string>& tags,
                               Context kind) {
  llvm::DIType* context = pointer_to(context_type(kind));
  auto* type = builder_.createSubroutineType(builder_.getOrCreateTypeArray({int_, context}));
  std::vector<llvm::Metadata*> annotations;
  for (const std::string& tag : tags) annotations.push_back(declaration_tag(tag));
  function_ = builder_.createFunction(
      file_, function.getName(), "", file_, 1, type, 1, llvm::DINode::FlagPrototyped,
      llvm::DISubprogram::SPFlagDefinition | llvm::DISubprogram::SPFlagOptimized, nullptr, nullptr,
      nullptr, builder_.getOrCreateArray(annotations));
  // The kernel refuses the BTF of a function whose parameter has no name.
  builder_.createParameterVariable(function_, "skb", 1, file_, 1, context, true);
  function.setSubprogram(function_);
  clauses_.clear();
}

llvm::DebugLoc DebugInfo::whole() const {
  return llvm::DILocation::get(module_.getContext(), 1, 1, function_);
}

llvm::DebugLoc DebugInfo::clause(Span span) {
  const std::pair key{span.begin, span.end};
  if (const auto known = clauses_.find(key); known != clauses_.end()) return known->second;
  if (files_.size() >= kMaxClauses) return whole();
  const Position at = position_of(text_, span.begin);
  llvm::DIFile*& file = files_[key];
  if (file == nullptr) {
    // The back end knows a line by its file's name and number: a file of its own for each clause,
    // in which the clause stands on the line it has in the filter.
    const std::string source =
        std::string(at.line - 1, '\n') +
        one_line(std::string_view(text_).substr(span.begin, span.end - span.begin));
    const std::string name = kFileName + ("[" + std::to_string(files_.size()) + "]");
    file = builder_.createFile(name, "", std::nullopt, llvm::StringRef(source));
  }
  auto* scope = builder_.createLexicalBlockFile(function_, file, 0);
  return clauses_[key] = llvm::DILocation::get(module_.getContext(), at.line, at.column, scope);
}

/// The expression is attached to the global but not listed in the compile unit: the BTF is the same
/// and there is less DWARF to strip.
void DebugInfo::attach(llvm::GlobalVariable& global, std::string_view name, llvm::DIType* type,
                       llvm::MDTuple* annotations) {
  llvm::LLVMContext& context = module_.getContext();
  auto* variable = llvm::DIGlobalVariable::getDistinct(
      context, unit_, llvm::StringRef(name.data(), name.size()), "", file_, 1, type,
      global.hasLocalLinkage(), true, nullptr, nullptr, 0, annotations);
  global.addDebugInfo(llvm::DIGlobalVariableExpression::get(context, variable,
                                                            llvm::DIExpression::get(context, {})));
}

void DebugInfo::describe(llvm::GlobalVariable& global, const VariableDeclaration& variable,
                         unsigned words) {
  llvm::LLVMContext& context = module_.getContext();
  std::string tag = variable.type == Type::address ? "fwc:ip" : "fwc:bool";
  if (variable.type == Type::integer)
    tag = "fwc:int:" + std::to_string(variable.minimum) + ":" + std::to_string(variable.maximum);
  attach(global, variable.name, words == 1 ? long_ : array_of(long_, words),
         llvm::MDTuple::get(context, declaration_tag(tag)));
}

void DebugInfo::describe_side(llvm::GlobalVariable& global) {
  attach(global, global.getName(), long_);
}

/// As libbpf's __array(values, …) has it: an array of no pointers to the definition of a map.
void DebugInfo::describe_live_set(llvm::GlobalVariable& global, unsigned key_bytes) {
  llvm::DIType* inner = structure("", {{"type", map_number(BPF_MAP_TYPE_LPM_TRIE)},
                                       {"max_entries", map_number(kMostSetKeys)},
                                       {"map_flags", map_number(BPF_F_NO_PREALLOC)},
                                       {"key_size", map_number(key_bytes)},
                                       {"value_size", map_number(1)}});
  attach(global, global.getName(),
         structure("", {{"type", map_number(BPF_MAP_TYPE_ARRAY_OF_MAPS)},
                        {"max_entries", map_number(1)},
                        {"key_size", map_number(4)},
                        {"value_size", map_number(4)},
                        {"values", array_of(pointer_to(inner), 0)}}));
}

void DebugInfo::describe_bytes(llvm::GlobalVariable& global) {
  attach(global, global.getName(), array_of(byte_, global.getValueType()->getArrayNumElements()));
}

/// The form of libbpf's __uint: a number is the length of an array pointed to.
llvm::DIType* DebugInfo::map_number(std::uint64_t value) {
  return pointer_to(array_of(int_, value));
}

void DebugInfo::describe_per_cpu(llvm::GlobalVariable& global, unsigned entries,
                                 llvm::DIType* value) {
  llvm::DIType* key = builder_.createBasicType("unsigned int", 32, llvm::dwarf::DW_ATE_unsigned);
  attach(global, global.getName(),
         structure("", {{"type", map_number(BPF_MAP_TYPE_PERCPU_ARRAY)},
                        {"max_entries", map_number(entries)},
                        {"key", pointer_to(key)},
                        {"value", pointer_to(value)}}));
}

void DebugInfo::describe_counters(llvm::GlobalVariable& global, unsigned entries) {
  describe_per_cpu(
      global, entries,
      structure("fwc_count", {{"packets", unsigned_long_}, {"bytes", unsigned_long_}}));
}

void DebugInfo::describe_watch_control(llvm::GlobalVariable& global) {
  attach(global, global.getName(),
         structure("fwc_watch_control", {{"audit", unsigned_long_},
                                         {"rate", unsigned_long_},
                                         {"window", unsigned_long_},
                                         {"used", unsigned_long_}}));
}

void DebugInfo::describe_watch_tallies(llvm::GlobalVariable& global) {
  describe_per_cpu(global, 4,
                   structure("fwc_watch_tally", {{"over_rate", unsigned_long_},
                                                 {"without_room", unsigned_long_},
                                                 {"audited_packets", unsigned_long_},
                                                 {"audited_bytes", unsigned_long_}}));
}

void DebugInfo::describe_log(llvm::GlobalVariable& global) {
  attach(global, global.getName(),
         structure("", {{"type", map_number(BPF_MAP_TYPE_RINGBUF)},
                        {"max_entries", map_number(kLogMapBytes)}}));
}

void DebugInfo::describe_flows(llvm::GlobalVariable& global, unsigned entries) {
  llvm::DIType* key = structure("fwc_flow_key", {{"local_high", unsigned_long_},
                                                 {"local_low", unsigned_long_},
                                                 {"remote_high", unsigned_long_},
                                                 {"remote_low", unsigned_long_},
                                                 {"ends", unsigned_long_}});
  llvm::DIType* value =
      structure("fwc_flow", {{"last", unsigned_long_}, {"flags", unsigned_long_}});
  attach(global, global.getName(),
         structure("", {{"type", map_number(BPF_MAP_TYPE_LRU_HASH)},
                        {"max_entries", map_number(entries)},
                        {"key", pointer_to(key)},
                        {"value", pointer_to(value)}}));
}

}  // namespace fwc::codegen
