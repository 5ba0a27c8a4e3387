// SPDX-License-Identifier: MIT
// Audit and log. Records are limited by a budget for each second, which all CPUs share: a flood of
// packets reads it and does not write it. What is not logged is counted by each CPU on its own.
#include "compiler/codegen/observer.h"

#include <linux/bpf.h>

#include <cstddef>

#include "fwc/object.h"

namespace fwc::codegen {

namespace {

constexpr std::uint64_t kLogSecond = 1'000'000'000;
constexpr unsigned kTallyWord = sizeof(std::uint64_t);

constexpr unsigned kOverRate = offsetof(WatchTally, over_rate) / kTallyWord;
constexpr unsigned kWithoutRoom = offsetof(WatchTally, without_room) / kTallyWord;
constexpr unsigned kAuditedPackets = offsetof(WatchTally, audited_packets) / kTallyWord;
constexpr unsigned kAuditedBytes = offsetof(WatchTally, audited_bytes) / kTallyWord;

constexpr unsigned kAllowedBit = 1;
constexpr unsigned kAuditedBit = 2;

static_assert((kLoggedBytes & (kLoggedBytes - 1)) == 0, "it is used as a mask");
static_assert(kLogAllowed == 1U << kAllowedBit && kLogAudited == 1U << kAuditedBit);

}  // namespace

void Observer::branch(llvm::Value* condition, Block* if_true, Block* if_false) {
  ir_.CreateCondBr(condition, if_true, if_false);
}

llvm::Value* Observer::control(std::size_t byte) {
  return ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), observation_.control, byte);
}

llvm::Value* Observer::load_control(std::size_t byte) {
  return ir_.CreateLoad(ir_.getInt64Ty(), control(byte));
}

/// Adds to one or two numbers of this CPU.
void Observer::tally(unsigned word, llvm::Value* amount, unsigned more_word, llvm::Value* more) {
  ir_.CreateStore(ir_.getInt32(p_.ingress ? 0 : 1), key_);
  llvm::Value* value =
      p_.call_helper(BPF_FUNC_map_lookup_elem, {observation_.tallies, key_}, ir_.getPtrTy());
  Block* found = p_.block("tally");
  Block* tallied = p_.unplaced_block("tallied");
  branch(ir_.CreateIsNull(value), tallied, found);
  ir_.SetInsertPoint(found);
  const auto add = [&](unsigned index, llvm::Value* by) {
    llvm::Value* at = ir_.CreateConstInBoundsGEP1_64(ir_.getInt64Ty(), value, index);
    ir_.CreateStore(ir_.CreateAdd(ir_.CreateLoad(ir_.getInt64Ty(), at), by), at);
  };
  add(word, amount);
  if (more != nullptr) add(more_word, more);
  ir_.CreateBr(tallied);
  p_.place(tallied);
}

/// The verdict, or 1 where the policy drops and is audited only. The switch is read where its map
/// lies, so that there is no lookup that could fail.
llvm::Value* Observer::audit(llvm::Value* forwards) {
  Block* before = ir_.GetInsertBlock();
  Block* refused = p_.block("refused");
  Block* audited = p_.block("audited");
  Block* judged = p_.unplaced_block("judged");
  branch(ir_.CreateICmpNE(forwards, ir_.getInt32(0)), judged, refused);
  ir_.SetInsertPoint(refused);
  llvm::Value* on = load_control(offsetof(WatchControl, audit));
  branch(ir_.CreateICmpNE(on, p_.number(0)), audited, judged);
  ir_.SetInsertPoint(audited);
  tally(kAuditedPackets, p_.number(1), kAuditedBytes, p_.load_context(offsetof(__sk_buff, len)));
  Block* told = ir_.GetInsertBlock();
  ir_.CreateBr(judged);
  p_.place(judged);
  llvm::PHINode* result = ir_.CreatePHI(ir_.getInt32Ty(), 3);
  result->addIncoming(ir_.getInt32(1), before);
  result->addIncoming(ir_.getInt32(0), refused);
  result->addIncoming(ir_.getInt32(1), told);
  return result;
}

void Observer::leave(llvm::Value* entry, llvm::Value* forwards) {
  llvm::Value* result = observation_.audit ? audit(forwards) : forwards;
  if (observation_.logged == Logged::nothing) {
    ir_.CreateRet(result);
    return;
  }
  Block* out = p_.block("out");
  Block* logs = p_.block("log");
  llvm::Value* passes = ir_.CreateICmpNE(forwards, ir_.getInt32(0));
  switch (observation_.logged) {
    case Logged::dropped: branch(passes, out, logs); break;
    case Logged::passed: branch(passes, logs, out); break;
    case Logged::nothing:
    case Logged::everything: ir_.CreateBr(logs); break;
  }
  ir_.SetInsertPoint(out);
  ir_.CreateRet(result);
  ir_.SetInsertPoint(logs);
  log({.entry = entry, .forwards = forwards, .result = result});
  ir_.CreateRet(result);
}

/// Goes on in a block behind all that can become of the record.
void Observer::log(const Judged& packet) {
  Block* granted = p_.unplaced_block("granted");
  Block* over_rate = p_.unplaced_block("over_rate");
  Block* without_room = p_.unplaced_block("without_room");
  Block* write = p_.unplaced_block("write");
  Block* logged = p_.unplaced_block("logged");
  take_from_rate(granted, over_rate);
  p_.place(granted);
  llvm::Value* record = p_.call_helper(
      BPF_FUNC_ringbuf_reserve, {observation_.log, p_.number(sizeof(LogRecord)), p_.number(0)},
      ir_.getPtrTy());
  branch(ir_.CreateIsNull(record), without_room, write);
  p_.place(write);
  write_record(packet, record);
  ir_.CreateBr(logged);
  p_.place(over_rate);
  tally(kOverRate, p_.number(1));
  ir_.CreateBr(logged);
  p_.place(without_room);
  tally(kWithoutRoom, p_.number(1));
  ir_.CreateBr(logged);
  p_.place(logged);
}

/// CPUs that begin a second at once may together write a few records too many; kernels before
/// Linux 5.12 have no atomic operation that would tell them who was first.
void Observer::take_from_rate(Block* granted, Block* refused) {
  Block* begin = p_.block("second");
  Block* within = p_.block("within_second");
  Block* take = p_.unplaced_block("take");
  llvm::Value* now = p_.call_helper(BPF_FUNC_ktime_get_boot_ns, {}, ir_.getInt64Ty());
  llvm::Value* passed = ir_.CreateSub(now, load_control(offsetof(WatchControl, window)));
  branch(ir_.CreateICmpUGE(passed, p_.number(kLogSecond)), begin, within);
  ir_.SetInsertPoint(begin);
  ir_.CreateStore(now, control(offsetof(WatchControl, window)));
  ir_.CreateStore(p_.number(0), control(offsetof(WatchControl, used)));
  ir_.CreateBr(within);
  ir_.SetInsertPoint(within);
  llvm::Value* used = load_control(offsetof(WatchControl, used));
  llvm::Value* rate = load_control(offsetof(WatchControl, rate));
  branch(ir_.CreateICmpULT(used, rate), take, refused);
  p_.place(take);
  ir_.CreateAtomicRMW(llvm::AtomicRMWInst::Add, control(offsetof(WatchControl, used)), p_.number(1),
                      llvm::Align(kTallyWord), llvm::AtomicOrdering::Monotonic);
  ir_.CreateBr(granted);
}

void Observer::write_record(const Judged& packet, llvm::Value* record) {
  const auto put = [&](std::size_t byte, llvm::Value* value) {
    ir_.CreateStore(value, ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), record, byte));
  };
  llvm::Type* wide = ir_.getInt64Ty();
  llvm::Type* narrow = ir_.getInt32Ty();
  llvm::Value* length = p_.load_context(offsetof(__sk_buff, len));
  put(offsetof(LogRecord, time), p_.call_helper(BPF_FUNC_ktime_get_boot_ns, {}, wide));
  put(offsetof(LogRecord, decider), packet.entry);
  llvm::Value* audited = ir_.CreateXor(packet.result, packet.forwards);
  llvm::Value* verdict = ir_.CreateOr(ir_.CreateShl(packet.forwards, kAllowedBit),
                                      ir_.CreateShl(audited, kAuditedBit));
  put(offsetof(LogRecord, flags), ir_.CreateOr(verdict, p_.ingress ? kLogIngress : 0));
  put(offsetof(LogRecord, length), ir_.CreateTrunc(length, narrow));
  put(offsetof(LogRecord, cgroup), p_.call_helper(BPF_FUNC_skb_cgroup_id, {p_.context}, wide));
  llvm::Value* uid = p_.call_helper(BPF_FUNC_get_socket_uid, {p_.context}, wide);
  put(offsetof(LogRecord, uid), ir_.CreateTrunc(uid, narrow));
  // The mask changes nothing but tells the verifier that the helper copies 1 to kLoggedBytes bytes.
  llvm::Value* most = p_.number(kLoggedBytes - 1);
  llvm::Value* less_one = ir_.CreateSub(length, p_.number(1));
  llvm::Value* bounded = ir_.CreateSelect(ir_.CreateICmpULT(less_one, most), less_one, most);
  llvm::Value* size = ir_.CreateAdd(ir_.CreateAnd(p_.opaque(bounded), most), p_.number(1));
  llvm::Value* bytes =
      ir_.CreateConstInBoundsGEP1_64(ir_.getInt8Ty(), record, offsetof(LogRecord, packet));
  p_.load_bytes(p_.number(0), bytes, size);
  p_.call_helper(BPF_FUNC_ringbuf_submit, {record, p_.number(0)}, ir_.getVoidTy());
}

}  // namespace fwc::codegen
