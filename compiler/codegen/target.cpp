// SPDX-License-Identifier: MIT
// Verifies, simplifies and compiles a module.
#include "compiler/codegen/target.h"

#include <mutex>

#include <llvm/ADT/SmallVector.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/CodeGen/MachineModuleInfo.h>
#include <llvm/CodeGen/Passes.h>
#include <llvm/CodeGen/TargetPassConfig.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/PassInstrumentation.h>
#include <llvm/IR/PassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetLoweringObjectFile.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Local.h>

extern "C" {
void LLVMInitializeBPFTargetInfo();
void LLVMInitializeBPFTarget();
void LLVMInitializeBPFTargetMC();
void LLVMInitializeBPFAsmPrinter();
}

// The BPF target names one function of LLVM's pass builder, which reads the options of a pass in
// the text of a pipeline (`opt -passes=`), and with it would come every pass there is, their
// hundreds of constructors before main() included. No such text is read here. Weak, so that a
// program that has the pass builder for itself keeps the true one.
__attribute__((weak)) llvm::Expected<bool> llvm::PassBuilder::parseSinglePassOption(StringRef,
                                                                                    StringRef,
                                                                                    StringRef) {
  return createStringError(inconvertibleErrorCode(), "no pass takes options here");
}

namespace fwc::codegen {

namespace {

using Bytes = llvm::SmallVector<char, 0>;

/// Joins blocks that follow each other alone, and takes out empty ones. SimplifyCFG would do that,
/// but also merge the two returns, at the price of a register that holds the verdict all along, and
/// fold the branches of long chains into selects until the stack of the target is full.
void merge_blocks(llvm::Function& function) {
  llvm::removeUnreachableBlocks(function);
  for (llvm::BasicBlock& block : llvm::make_early_inc_range(function)) {
    if (llvm::MergeBlockIntoPredecessor(&block)) continue;
    const auto* leave = llvm::dyn_cast<llvm::BranchInst>(block.getTerminator());
    if (leave != nullptr && leave->isUnconditional() && &block != &function.getEntryBlock() &&
        block.getFirstNonPHIOrDbg() == leave)
      llvm::TryToSimplifyUncondBranchFromEmptyBlock(&block);
  }
}

/// Calculates where a member of the context is beside each load of it, so that the offset becomes a
/// part of the load: the kernel takes no other pointer into the context. CodeGenPrepare would do
/// that too, but gives up where more than a hundred loads have an address in common.
void divide_addresses(llvm::Function& function) {
  const llvm::Value* context = function.getArg(0);
  for (llvm::BasicBlock& block : function)
    for (llvm::Instruction& instruction : block) {
      auto* load = llvm::dyn_cast<llvm::LoadInst>(&instruction);
      if (load == nullptr) continue;
      auto* address = llvm::dyn_cast<llvm::GetElementPtrInst>(load->getPointerOperand());
      if (address == nullptr || address->getPointerOperand() != context) continue;
      if (address->hasOneUse()) continue;
      llvm::Instruction* own = address->clone();
      own->insertBefore(load);
      load->setOperand(0, own);
    }
}

/// Fewer blocks and no load twice: chosen by hand, for the standard pipelines cost twice the
/// compile time for the same speed.
void simplify(llvm::Module& module, llvm::TargetMachine& target, Passes passes) {
  if (passes == Passes::none) return;
  llvm::FunctionAnalysisManager analyses;
  analyses.registerPass([] { return llvm::PassInstrumentationAnalysis(); });
  analyses.registerPass([] { return llvm::AssumptionAnalysis(); });
  analyses.registerPass([] { return llvm::DominatorTreeAnalysis(); });
  analyses.registerPass([] { return llvm::TargetLibraryAnalysis(); });
  analyses.registerPass([&] { return target.getTargetIRAnalysis(); });
  llvm::EarlyCSEPass common_loads;
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    merge_blocks(function);
    if (passes != Passes::all) continue;
    common_loads.run(function, analyses);
    divide_addresses(function);
  }
}

/// Keeps the back end's complaints; without it they would end the process.
void collect_errors(llvm::LLVMContext& context, std::string& errors) {
  context.setDiagnosticHandlerCallBack(
      [](const llvm::DiagnosticInfo* info, void* to) {
        if (info->getSeverity() != llvm::DS_Error) return;
        llvm::raw_string_ostream out(*static_cast<std::string*>(to));
        llvm::DiagnosticPrinterRawOStream printer(out);
        info->print(printer);
      },
      &errors);
}

/// Machine passes that leave the programs of filters as they are, or no better: of those that LLVM
/// runs by default, and a quarter of its time. What a change of this list does to code is seen in
/// tests/codegen (instructions) and in bench/ (time).
void leave_out_idle_passes(llvm::TargetPassConfig& config) {
  for (char* idle : {
           &llvm::DeadMachineInstructionElimID,
           &llvm::EarlyMachineLICMID,
           &llvm::EarlyTailDuplicateID,
           &llvm::FEntryInserterID,
           &llvm::FixupStatepointCallerSavedID,
           &llvm::FuncletLayoutID,
           &llvm::GCMachineCodeAnalysisID,
           &llvm::ImplicitNullChecksID,
           &llvm::LiveDebugValuesID,
           &llvm::LocalStackSlotAllocationID,
           &llvm::MachineBlockPlacementID,
           &llvm::MachineCopyPropagationID,
           &llvm::MachineLICMID,
           &llvm::MachineSanitizerBinaryMetadataID,
           &llvm::MachineSinkingID,
           &llvm::OptimizePHIsID,
           &llvm::PatchableFunctionID,
           &llvm::PeepholeOptimizerID,
           &llvm::PostRAMachineSinkingID,
           &llvm::PostRASchedulerID,
           &llvm::RemoveRedundantDebugValuesID,
           &llvm::RenameIndependentSubregsID,
           &llvm::ShrinkWrapID,
           &llvm::StackColoringID,
           &llvm::StackFrameLayoutAnalysisPassID,
           &llvm::StackMapLivenessID,
           &llvm::TailDuplicateID,
           &llvm::XRayInstrumentationID,
       })
    config.disablePass(idle);
}

/// The back end from the module to the bytes of an object: what addPassesToEmitFile() adds but for
/// the idle passes and for those over IR, of which simplify() does what filters need. Clang's and
/// llc's pipeline is for all of C. False where the back end cannot do it.
bool add_back_end(llvm::legacy::PassManager& passes, llvm::LLVMTargetMachine& target,
                  llvm::raw_pwrite_stream& out) {
  llvm::TargetPassConfig* config = target.createPassConfig(passes);
  leave_out_idle_passes(*config);
  config->setDisableVerify(true);
  passes.add(config);
  auto* functions = new llvm::MachineModuleInfoWrapperPass(&target);
  passes.add(functions);
  passes.add(llvm::createTargetTransformInfoWrapperPass(target.getTargetIRAnalysis()));
  passes.add(llvm::createUnreachableBlockEliminationPass());
  config->addCodeGenPrepare();
  config->addISelPrepare();
  if (config->addInstSelector()) return false;
  passes.add(llvm::Pass::createPass(&llvm::FinalizeISelID));
  config->addMachinePasses();
  config->setInitialized();
  llvm::MCContext& context = functions->getMMI().getContext();
  target.getObjFileLowering()->Initialize(context, target);
  if (target.addAsmPrinter(passes, out, nullptr, llvm::CodeGenFileType::ObjectFile, context))
    return false;
  passes.add(llvm::createFreeMachineFunctionPass());
  return true;
}

std::size_t largest_function(const llvm::Module& module) {
  std::size_t most = 0;
  for (const llvm::Function& function : module)
    most = std::max<std::size_t>(most, function.getInstructionCount());
  return most;
}

}  // namespace

namespace {

std::unique_ptr<llvm::TargetMachine> make_target() {
  static std::once_flag registered;
  std::call_once(registered, [] {
    LLVMInitializeBPFTargetInfo();
    LLVMInitializeBPFTarget();
    LLVMInitializeBPFTargetMC();
    LLVMInitializeBPFAsmPrinter();
  });
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget("bpfel", error);
  if (target == nullptr) return nullptr;
  std::unique_ptr<llvm::TargetMachine> machine(
      target->createTargetMachine("bpfel", "v3", "", llvm::TargetOptions(), std::nullopt));
  // BPF unwinds nothing, but the back end writes `.debug_frame` for all that has debug information
  // and a model of exceptions (AsmPrinter::getFunctionCFISectionType).
  const_cast<llvm::MCAsmInfo*>(machine->getMCAsmInfo())
      ->setExceptionsType(llvm::ExceptionHandling::None);
  return machine;
}

}  // namespace

llvm::TargetMachine* bpf_target() {
  thread_local const std::unique_ptr<llvm::TargetMachine> target = make_target();
  return target.get();
}

std::variant<std::vector<std::byte>, BackEndError> to_object(llvm::Module& module,
                                                             llvm::TargetMachine& target,
                                                             Passes passes) {
  using Kind = BackEndError::Kind;
  std::string errors;
  llvm::raw_string_ostream out(errors);
  if (llvm::verifyModule(module, &out)) return BackEndError{Kind::internal, errors};
  collect_errors(module.getContext(), errors);
  simplify(module, target, passes);
  if (largest_function(module) > kMaxInstructions)
    return BackEndError{Kind::too_large, "the program of this filter is too large for the kernel"};
  Bytes object;
  llvm::raw_svector_ostream stream(object);
  llvm::legacy::PassManager back_end;
  if (!add_back_end(back_end, static_cast<llvm::LLVMTargetMachine&>(target), stream))
    return BackEndError{Kind::internal, "the back end writes no objects"};
  back_end.run(module);
  if (!errors.empty()) {
    const bool stack = errors.find("BPF stack limit") != std::string::npos;
    return BackEndError{stack ? Kind::out_of_stack : Kind::internal, errors};
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(object.data());
  return std::vector<std::byte>(bytes, bytes + object.size());
}

}  // namespace fwc::codegen
