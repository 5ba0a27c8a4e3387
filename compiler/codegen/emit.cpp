// SPDX-License-Identifier: MIT
// Builds the module of a filter: one program for each direction, live variables, counters, license.
#include "compiler/codegen/emit.h"

#include <linux/bpf.h>

#include <cstddef>

#include "compiler/codegen/debug_info.h"
#include "compiler/codegen/lower.h"
#include "compiler/codegen/not_ip.h"
#include "compiler/codegen/packet_reader.h"
#include "compiler/codegen/program.h"
#include "compiler/codegen/settle.h"
#include "compiler/codegen/target.h"

namespace fwc {

namespace {

using namespace codegen;

constexpr const char* kLicense = "Dual MIT/GPL";

/// The entries of the map `counters`: a pair for each direction (see fwc/object.h).
constexpr unsigned kCounters = 4;

/// Instructions from which on a program is not verified once for each end of its walk.
constexpr std::size_t kSettledFrom = 500;

unsigned first_counter(Direction direction) {
  return direction == Direction::ingress ? 0 : 2;
}

class ModuleBuilder {
 public:
  ModuleBuilder(llvm::LLVMContext& context, const llvm::TargetMachine& target,
                const CheckedFilter& filter, const CompileOptions& options)
      : module_("filter", context),
        debug_(prepare(module_, target), filter.text),
        tables_(module_),
        filter_(filter),
        options_(options) {}

  llvm::Module& build() {
    add_license();
    add_variables();
    if (options_.counters) add_counters();
    if (options_.direction != Direction::ingress) add_program(Direction::egress);
    if (options_.direction != Direction::egress) add_program(Direction::ingress);
    for (llvm::GlobalVariable& global : module_.globals())
      if (global.isConstant() && global.getSection() == ".rodata") debug_.describe_bytes(global);
    debug_.finish();
    return module_;
  }

 private:
  static llvm::Module& prepare(llvm::Module& module, const llvm::TargetMachine& target) {
    module.setTargetTriple(target.getTargetTriple().str());
    module.setDataLayout(target.createDataLayout());
    return module;
  }

  llvm::GlobalVariable& add_global(llvm::Constant* value, llvm::StringRef name,
                                   const char* section) {
    auto& global =
        *llvm::cast<llvm::GlobalVariable>(module_.getOrInsertGlobal(name, value->getType()));
    global.setInitializer(value);
    global.setSection(section);
    global.setAlignment(llvm::Align(8));
    return global;
  }

  void add_license() {
    add_global(llvm::ConstantDataArray::getString(module_.getContext(), kLicense), "_license",
               "license");
  }

  void add_variables() {
    llvm::Type* type = llvm::Type::getInt64Ty(module_.getContext());
    for (const VariableDeclaration& variable : filter_.variables) {
      auto* value = llvm::ConstantInt::getSigned(type, variable.initial);
      llvm::GlobalVariable& global = add_global(value, variable.name, ".data.live");
      debug_.describe(global, variable);
      variables_.push_back(&global);
    }
  }

  /// The definition of a map is its type in BTF; the bytes are as many pointers as it has members.
  void add_counters() {
    auto* definition = llvm::ArrayType::get(llvm::Type::getInt64Ty(module_.getContext()), 4);
    counters_ = &add_global(llvm::ConstantAggregateZero::get(definition), "counters", ".maps");
    debug_.describe_counters(*counters_, kCounters);
  }

  void add_program(Direction direction) {
    llvm::LLVMContext& context = module_.getContext();
    const bool egress = direction == Direction::egress;
    auto* type = llvm::FunctionType::get(llvm::Type::getInt32Ty(context),
                                         {llvm::PointerType::get(context, 0)}, false);
    auto* function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage,
                                            egress ? "fwc_egress" : "fwc_ingress", module_);
    function->setSection(egress ? "cgroup_skb/egress" : "cgroup_skb/ingress");
    function->addFnAttr(llvm::Attribute::NoUnwind);
    debug_.begin_function(*function);

    Program program(module_, *function, !egress);
    program.ir.SetInsertPoint(program.block("entry"));
    program.ir.SetCurrentDebugLocation(debug_.whole());
    const auto* constant = std::get_if<BooleanConstant>(&filter_.at(filter_.root).value);
    if (constant != nullptr && !constant->value) {
      program.ir.CreateBr(program.drop);  // no packet can change this verdict
    } else {
      const std::optional<bool> decided = value_without_ip(filter_, filter_.root, !egress);
      llvm::BasicBlock* not_ip = !decided ? nullptr : *decided ? program.forward : program.drop;
      const WalkNeeds needs = needs_of(filter_, !egress);
      const WalkState walked = walk_headers(program, needs, not_ip);
      llvm::Instruction* end_of_walk = &program.ir.GetInsertBlock()->back();
      PacketReader reader(program, walked);
      Facts facts;
      if (decided) facts.families = kBothFamilies;
      Lowering(program, filter_, reader, debug_, variables_, tables_, facts).verdict();
      if (function->getInstructionCount() > kSettledFrom) {
        program.ir.SetCurrentDebugLocation(debug_.whole());
        settle(program, walked, end_of_walk, {needs.whole_ipv6, decided.has_value()});
      }
    }
    program.ir.SetCurrentDebugLocation(debug_.whole());
    finish(program, program.drop, false, first_counter(direction));
    finish(program, program.forward, true, first_counter(direction));
    program.move_unlikely_blocks_back();
  }

  void finish(Program& program, llvm::BasicBlock* block, bool verdict, unsigned counter) {
    if (block->use_empty()) {
      delete block;
      return;
    }
    program.place(block);
    if (counters_ != nullptr) count(program, counter + verdict);
    program.ir.CreateRet(program.ir.getInt32(verdict));
  }

  /// Adds the packet to an entry of the counters of this CPU; no other CPU writes there.
  void count(Program& program, unsigned entry) {
    auto& ir = program.ir;
    auto& first = program.function.getEntryBlock();
    auto* key = new llvm::AllocaInst(ir.getInt32Ty(), 0, "", first.begin());
    ir.CreateStore(ir.getInt32(entry), key);
    llvm::Value* value =
        program.call_helper(BPF_FUNC_map_lookup_elem, {counters_, key}, ir.getPtrTy());
    llvm::BasicBlock* found = program.block("count");
    llvm::BasicBlock* counted = program.unplaced_block("counted");
    ir.CreateCondBr(ir.CreateIsNull(value), counted, found);
    ir.SetInsertPoint(found);
    const auto add = [&](unsigned index, llvm::Value* amount) {
      llvm::Value* at = ir.CreateConstInBoundsGEP1_64(ir.getInt64Ty(), value, index);
      ir.CreateStore(ir.CreateAdd(ir.CreateLoad(ir.getInt64Ty(), at), amount), at);
    };
    add(0, program.number(1));
    add(1, program.load_context(offsetof(__sk_buff, len)));
    ir.CreateBr(counted);
    program.place(counted);
  }

  llvm::Module module_;
  DebugInfo debug_;
  SetTables tables_;
  const CheckedFilter& filter_;
  const CompileOptions& options_;
  std::vector<llvm::GlobalVariable*> variables_;
  llvm::GlobalVariable* counters_ = nullptr;
};

using ObjectOrError = std::variant<std::vector<std::byte>, BackEndError>;

ObjectOrError build(const CheckedFilter& filter, const CompileOptions& options, Passes passes) {
  llvm::TargetMachine* target = bpf_target();
  if (target == nullptr) return BackEndError{BackEndError::Kind::internal, "no BPF back end"};
  llvm::LLVMContext context;
  ModuleBuilder builder(context, *target, filter, options);
  return to_object(builder.build(), *target, passes);
}

}  // namespace

std::variant<std::vector<std::byte>, EmitError> emit(const CheckedFilter& filter,
                                                     const CompileOptions& options, Passes passes) {
  ObjectOrError object = build(filter, options, passes);
  const auto* error = std::get_if<BackEndError>(&object);
  if (passes == Passes::all && error != nullptr && error->kind == BackEndError::Kind::out_of_stack)
    object = build(filter, options, Passes::merge_blocks);
  error = std::get_if<BackEndError>(&object);
  if (error == nullptr) return std::get<std::vector<std::byte>>(std::move(object));
  return EmitError{.internal = error->kind != BackEndError::Kind::too_large,
                   .message = error->message};
}

}  // namespace fwc
