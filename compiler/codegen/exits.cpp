// SPDX-License-Identifier: MIT
// Exits of a program: counters and the verdict.
#include "compiler/codegen/exits.h"

#include <linux/bpf.h>

#include "compiler/codegen/observer.h"

namespace fwc::codegen {

Exits::Exits(Program& program, const Policy& policy, const Observation& observation)
    : program_(program), policy_(policy), observation_(observation) {
  program.drop_returns = !observed();
  if (!observed()) return;
  exits_.push_back({.block = program_.drop, .entry = kMalformedEntry, .forwards = false});
  key_ = program_.ir.CreateAlloca(program_.ir.getInt32Ty());
}

bool Exits::drops_everything(const CheckedFilter& filter) const {
  if (observed()) return false;
  for (const Rule& rule : policy_.rules) {
    const auto* constant = std::get_if<BooleanConstant>(&filter.at(rule.condition).value);
    const bool never = constant != nullptr && !constant->value;
    if (rule.action == RuleAction::allow && !never) return false;
    if (rule.action == RuleAction::drop && constant != nullptr && !never) return true;
  }
  return !policy_.default_allows;
}

Exits::Block* Exits::exit(const char* name, std::uint32_t entry, bool forwards) {
  if (!observed()) return verdict(forwards);
  exits_.push_back({.block = program_.unplaced_block(name), .entry = entry, .forwards = forwards});
  return exits_.back().block;
}

Exits::Block* Exits::rule(std::size_t index) {
  return exit("rule", kRuleEntries + static_cast<std::uint32_t>(index),
              policy_.rules[index].action == RuleAction::allow);
}

void Exits::leave_by_rule(llvm::Value* index, llvm::Value* allows) {
  auto& ir = program_.ir;
  if (!observed()) {
    ir.CreateCondBr(allows, program_.forward, program_.drop);
    return;
  }
  llvm::Value* first = ir.getInt32(observation_.first + kRuleEntries);
  found_.push_back(
      {.block = ir.GetInsertBlock(),
       .entry = ir.CreateAdd(first, ir.CreateTrunc(index, ir.getInt32Ty())),
       .verdict = ir.CreateSelect(allows, program_.verdict(true), program_.verdict(false))});
}

Exits::Block* Exits::by_default() {
  for (const Exit& known : exits_)
    if (known.entry == kDefaultEntry) return known.block;
  return exit("default", kDefaultEntry, policy_.default_allows);
}

Exits::Block* Exits::by_default_of_fragments() {
  return exit("default_of_fragments", kFragmentDefaultEntry, policy_.default_allows);
}

void Exits::count(std::size_t rule) {
  add_to_counter(
      program_.ir.getInt32(observation_.first + kRuleEntries + static_cast<std::uint32_t>(rule)));
}

/// Adds the packet to an entry of the counters of this CPU; no other CPU writes there.
void Exits::add_to_counter(llvm::Value* entry) {
  auto& ir = program_.ir;
  ir.CreateStore(entry, key_);
  llvm::Value* value =
      program_.call_helper(BPF_FUNC_map_lookup_elem, {observation_.counters, key_}, ir.getPtrTy());
  Block* found = program_.block("count");
  Block* counted = program_.unplaced_block("counted");
  ir.CreateCondBr(ir.CreateIsNull(value), counted, found);
  ir.SetInsertPoint(found);
  const auto add = [&](unsigned index, llvm::Value* amount) {
    llvm::Value* at = ir.CreateConstInBoundsGEP1_64(ir.getInt64Ty(), value, index);
    ir.CreateStore(ir.CreateAdd(ir.CreateLoad(ir.getInt64Ty(), at), amount), at);
  };
  add(0, program_.number(1));
  add(1, program_.length());
  ir.CreateBr(counted);
  program_.place(counted);
}

void Exits::finish() {
  if (observed())
    finish_observed();
  else
    finish_verdicts();
}

void Exits::finish_verdicts() {
  for (const bool forwards : {false, true}) {
    Block* block = verdict(forwards);
    if (block->use_empty()) {
      delete block;
      continue;
    }
    if (block->getParent() == nullptr) program_.place(block);
    program_.ir.SetInsertPoint(block);
    program_.ir.CreateRet(program_.verdict(forwards));
  }
}

/// Each exit says which entry and which verdict are its own; the tail counts, tells and returns.
void Exits::finish_observed() {
  delete program_.forward;
  auto& ir = program_.ir;
  Block* tail = program_.unplaced_block("tail");
  llvm::IRBuilder<> head(tail);
  llvm::PHINode* entry = head.CreatePHI(ir.getInt32Ty(), 4);
  llvm::PHINode* forwards = head.CreatePHI(ir.getInt32Ty(), 4);
  for (const Exit& exit : exits_) {
    if (exit.block->use_empty()) {
      delete exit.block;
      continue;
    }
    program_.place(exit.block);
    entry->addIncoming(ir.getInt32(observation_.first + exit.entry), exit.block);
    forwards->addIncoming(program_.verdict(exit.forwards), exit.block);
    ir.CreateBr(tail);
  }
  for (const FoundExit& exit : found_) {
    entry->addIncoming(exit.entry, exit.block);
    forwards->addIncoming(exit.verdict, exit.block);
    llvm::BranchInst::Create(tail, exit.block);
  }
  program_.place(tail);
  if (counts()) add_to_counter(entry);
  Observer(program_, observation_, key_).leave(entry, forwards);
}

}  // namespace fwc::codegen
