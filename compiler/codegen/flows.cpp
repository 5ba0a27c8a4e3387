// SPDX-License-Identifier: MIT
// Flows in the program; see flows.h. The numbers are computed without branches where that is
// possible, and what the verifier walks first knows least about them: so the filter behind is
// verified once, and not once for each kind of packet.
#include "compiler/codegen/flows.h"

#include <linux/bpf.h>

#include <cstddef>
#include <vector>

#include "compiler/codegen/header_tables.h"
#include "compiler/language/flows.h"

namespace fwc::codegen {

namespace {

// What is remembered of a flow, in its second word.
constexpr unsigned kFromHere = 0;  ///< its first packet was sent
constexpr unsigned kAnswered = 1;
constexpr unsigned kClosing = 2;

// What is known of the packet until the verdict.
constexpr unsigned kEstablishedBit = 0;
constexpr unsigned kReplyBit = 1;
constexpr unsigned kDueBit = 2;  ///< a packet that passes changes the flow

// Bits of TCP's flags (RFC 9293 section 3.1).
constexpr unsigned kFlagsByte = 13;
constexpr unsigned kFin = 0;
constexpr unsigned kSyn = 1;
constexpr unsigned kRst = 2;
constexpr unsigned kAck = 4;

static_assert(kFlowSourcePort == 0 && kFlowDestinationPort == 16 && kFlowIdentifier == 32);

}  // namespace

Flows::Flows(Program& program, llvm::GlobalVariable& map)
    : p_(program),
      ir_(program.ir),
      map_(map),
      key_(program.buffer(8 * kFlowKeyWords)),
      value_(program.buffer(8 * kFlowValueWords)),
      facts_(program.buffer(8)) {
  for (unsigned word = 0; word < kFlowKeyWords; ++word) write(p_.number(0), key_, word);
  for (unsigned word = 0; word < kFlowValueWords; ++word) write(p_.number(0), value_, word);
  write(p_.number(0), facts_, 0);
}

void Flows::write(llvm::Value* value, llvm::Value* buffer, unsigned word) {
  ir_.CreateStore(value, ir_.CreateConstInBoundsGEP1_64(ir_.getInt64Ty(), buffer, word));
}

llvm::Value* Flows::bit(llvm::Value* value, unsigned place) {
  return ir_.CreateAnd(ir_.CreateLShr(value, place), p_.number(1));
}

llvm::Value* Flows::flip(llvm::Value* bit) {
  return ir_.CreateXor(bit, p_.number(1));
}

llvm::Value* Flows::is_negative(llvm::Value* value) {
  return ir_.CreateLShr(p_.opaque(value), 63);
}

void Flows::look_up(const WalkState& state) {
  without_flow_ = p_.unplaced_block("without_flow");
  Block* transport = p_.block("flow_of_transport");
  ir_.CreateCondBr(ir_.CreateICmpNE(state.offset, p_.number(0)), transport, without_flow_);
  ir_.SetInsertPoint(transport);
  llvm::Value* rule = rule_of(state);
  Block* known = p_.block("flow");
  ir_.CreateCondBr(ir_.CreateICmpNE(rule, p_.number(0)), known, without_flow_);
  ir_.SetInsertPoint(known);
  write_addresses(state);
  const Step step = step_of(state, rule);
  llvm::Value* head =
      ir_.CreateAnd(p_.load_context(offsetof(__sk_buff, protocol)), p_.number(0xffff));
  head = ir_.CreateOr(ir_.CreateShl(head, 48), ir_.CreateAnd(rule, p_.number(kFlowRow)));
  write(ir_.CreateOr(head, ir_.CreateShl(step.ends, 8)), key_, kFlowKeyWords - 1);
  llvm::Value* now = p_.call_helper(BPF_FUNC_ktime_get_ns, {}, ir_.getInt64Ty());
  write(now, value_, 0);
  judge(step, rule, now);
  ir_.CreateBr(without_flow_);
  p_.place(without_flow_);
}

/// The masks change no value; they are for the verifier, which may not know the number's bounds.
llvm::Value* Flows::rule_of(const WalkState& state) {
  constexpr std::uint64_t kHalf = 256;
  llvm::Value* protocol = ir_.CreateAnd(p_.opaque(state.protocol), p_.number(kHalf - 1));
  llvm::Value* half =
      ir_.CreateAnd(p_.load_context(offsetof(__sk_buff, protocol)), p_.number(kHalf));
  llvm::Value* index = ir_.CreateAdd(half, protocol);
  return p_.load(ir_.CreateInBoundsGEP(ir_.getInt8Ty(), &flow_rules(p_.module), index), 0, 8);
}

/// In the first four words, local before remote.
void Flows::write_address(bool source, llvm::Value* high, llvm::Value* low) {
  const unsigned first = source == p_.ingress ? 2 : 0;
  write(high, key_, first);
  write(low, key_, first + 1);
}

void Flows::write_addresses(const WalkState& state) {
  Block* ipv6 = p_.block("flow_ipv6");
  Block* ipv4 = p_.unplaced_block("flow_ipv4");
  Block* next = p_.unplaced_block("flow_transport");
  const auto family = PacketReader::family_number(Family::ipv6);
  ir_.CreateCondBr(ir_.CreateICmpEQ(state.family, p_.number(family)), ipv6, ipv4);
  ir_.SetInsertPoint(ipv6);
  const auto word = [&](unsigned byte) { return p_.load(state.network, byte, 64); };
  write_address(true, word(8), word(16));
  write_address(false, word(24), word(32));
  ir_.CreateBr(next);
  p_.place(ipv4);
  for (const bool source : {true, false})
    write_address(source, p_.number(0), p_.load(state.network, source ? 12 : 16, 32));
  ir_.CreateBr(next);
  p_.place(next);
}

Flows::Step Flows::step_of(const WalkState& state, llvm::Value* rule) {
  llvm::Value* head = p_.load(state.transport, 0, 32);
  Block* ports = p_.block("flow_by_ports");
  Block* echo = p_.unplaced_block("flow_of_echo");
  Block* next = p_.unplaced_block("flow_step");
  llvm::Value* is_echo = ir_.CreateAnd(rule, p_.number(kFlowOfEcho));
  ir_.CreateCondBr(ir_.CreateICmpEQ(is_echo, p_.number(0)), ports, echo);
  ir_.SetInsertPoint(ports);
  const Step by_ports = step_by_ports(state, rule, head);
  Block* ports_end = ir_.GetInsertBlock();
  ir_.CreateBr(next);
  p_.place(echo);
  const Step of_echo = step_of_echo(state, rule, head);
  Block* echo_end = ir_.GetInsertBlock();
  ir_.CreateBr(next);
  p_.place(next);
  Step step{};
  for (auto member : {&Step::ends, &Step::opens, &Step::attempts, &Step::closes}) {
    llvm::PHINode* phi = ir_.CreatePHI(ir_.getInt64Ty(), 2);
    phi->addIncoming(by_ports.*member, ports_end);
    phi->addIncoming(of_echo.*member, echo_end);
    step.*member = phi;
  }
  return step;
}

Flows::Step Flows::step_by_ports(const WalkState& state, llvm::Value* rule, llvm::Value* head) {
  llvm::Value* source = ir_.CreateAnd(head, p_.number(0xffff));
  llvm::Value* destination = ir_.CreateLShr(head, 16);
  llvm::Value* local = p_.ingress ? destination : source;
  llvm::Value* remote = p_.ingress ? source : destination;
  llvm::Value* is_tcp = bit(rule, kFlowOfTcpBit);
  llvm::Value* flags = p_.load(state.transport, kFlagsByte, 8);
  llvm::Value* ends_tcp = ir_.CreateOr(bit(flags, kFin), bit(flags, kRst));
  llvm::Value* attempts =
      ir_.CreateAnd(is_tcp, ir_.CreateAnd(bit(flags, kSyn), flip(bit(flags, kAck))));
  return {.ends = ir_.CreateOr(local, ir_.CreateShl(remote, 16)),
          .opens = ir_.CreateOr(flip(is_tcp), ir_.CreateAnd(attempts, flip(ends_tcp))),
          .attempts = attempts,
          .closes = ir_.CreateAnd(is_tcp, ends_tcp)};
}

/// Other messages of ICMP are of no flow.
Flows::Step Flows::step_of_echo(const WalkState& state, llvm::Value* rule, llvm::Value* head) {
  llvm::Value* type = ir_.CreateAnd(head, p_.number(0xff));
  llvm::Value* is_ipv6 = bit(rule, kFlowOfEcho6Bit);
  const auto is = [&](std::uint8_t FlowRow::* which) {
    std::uint64_t types[2] = {0, 0};
    for (const FlowRow& row : kFlows)
      if (row.layer == Layer::icmpv4 || row.layer == Layer::icmpv6)
        types[row.layer == Layer::icmpv6] = row.*which;
    llvm::Value* wanted =
        ir_.CreateAdd(p_.number(types[0]), ir_.CreateMul(is_ipv6, p_.number(types[1] - types[0])));
    // 1 where the two bytes are the same.
    return bit(ir_.CreateSub(ir_.CreateXor(type, wanted), p_.number(1)), 63);
  };
  llvm::Value* asks = is(&FlowRow::request);
  llvm::Value* answers = is(&FlowRow::response);
  Block* echo = p_.block("flow_echo");
  ir_.CreateCondBr(ir_.CreateICmpNE(ir_.CreateOr(asks, answers), p_.number(0)), echo,
                   without_flow_);
  ir_.SetInsertPoint(echo);
  llvm::Value* asked_from_here = p_.ingress ? answers : asks;
  llvm::Value* identifier = p_.load(state.transport, kFlowIdentifier / 8, 16);
  return {.ends = ir_.CreateOr(identifier, ir_.CreateShl(asked_from_here, 16)),
          .opens = asks,
          .attempts = p_.number(0),
          .closes = p_.number(0)};
}

void Flows::judge(const Step& step, llvm::Value* rule, llvm::Value* now) {
  llvm::Value* flow = p_.call_helper(BPF_FUNC_map_lookup_elem, {&map_, key_}, ir_.getPtrTy());
  Block* found = p_.block("flow_found");
  Block* missing = p_.unplaced_block("flow_missing");
  Block* judged = p_.unplaced_block("flow_judged");
  ir_.CreateCondBr(ir_.CreateIsNotNull(flow), found, missing);
  ir_.SetInsertPoint(found);
  // Signed: another processor may have written a time that is later than ours.
  llvm::Value* age = ir_.CreateSub(now, p_.load(flow, 0, 64));
  judge_known(step, rule, age, p_.load(flow, 8, 64));
  ir_.CreateBr(judged);
  p_.place(missing);
  write(p_.number(p_.ingress ? 0 : 1U << kFromHere), value_, 1);
  write(ir_.CreateShl(step.opens, kDueBit), facts_, 0);
  ir_.CreateBr(judged);
  p_.place(judged);
}

void Flows::judge_known(const Step& step, llvm::Value* rule, llvm::Value* age, llvm::Value* flags) {
  const auto both = [&](llvm::Value* a, llvm::Value* b) { return ir_.CreateAnd(a, b); };
  const auto either = [&](llvm::Value* a, llvm::Value* b) { return ir_.CreateOr(a, b); };
  llvm::Value* from_here = bit(flags, kFromHere);
  llvm::Value* answered = bit(flags, kAnswered);
  llvm::Value* closing = bit(flags, kClosing);
  llvm::Value* against = p_.ingress ? from_here : flip(from_here);
  llvm::Value* place = either(ir_.CreateShl(both(rule, p_.number(kFlowRow)), 4),
                              ir_.CreateShl(both(answered, flip(closing)), 3));
  llvm::Value* lifetime =
      p_.load(ir_.CreateInBoundsGEP(ir_.getInt8Ty(), &flow_lifetimes(p_.module), place), 0, 64);
  llvm::Value* valid = flip(is_negative(ir_.CreateSub(lifetime, age)));

  llvm::Value* known = both(valid, flip(step.attempts));
  llvm::Value* established = both(known, either(against, answered));
  llvm::Value* reply = p_.ingress ? both(known, from_here) : p_.number(0);

  llvm::Value* restarts = both(step.opens, either(flip(valid), both(step.attempts, closing)));
  llvm::Value* odd = both(step.attempts, either(against, flip(step.opens)));
  llvm::Value* goes_on = both(valid, flip(odd));
  llvm::Value* changed =
      either(ir_.CreateShl(against, kAnswered), ir_.CreateShl(step.closes, kClosing));
  llvm::Value* next = either(flags, changed);
  llvm::Value* difference = ir_.CreateXor(next, flags);
  llvm::Value* is_old = is_negative(ir_.CreateSub(p_.number(kFlowRefresh - 1), age));
  llvm::Value* is_due =
      either(is_old, either(bit(difference, kAnswered), bit(difference, kClosing)));
  llvm::Value* due = either(restarts, both(goes_on, is_due));

  llvm::Value* keep = ir_.CreateSub(p_.opaque(restarts), p_.number(1));  // all bits, or none
  next = both(next, keep);
  if (!p_.ingress) next = either(next, ir_.CreateShl(restarts, kFromHere));
  write(next, value_, 1);
  write(either(either(ir_.CreateShl(established, kEstablishedBit), ir_.CreateShl(reply, kReplyBit)),
               ir_.CreateShl(due, kDueBit)),
        facts_, 0);
}

llvm::Value* Flows::fact(FlowFact which) {
  return bit(ir_.CreateLoad(ir_.getInt64Ty(), facts_),
             which == FlowFact::established ? kEstablishedBit : kReplyBit);
}

void Flows::remember() {
  std::vector<llvm::ReturnInst*> returns;
  for (Block& block : p_.function)
    if (auto* leave = llvm::dyn_cast<llvm::ReturnInst>(block.getTerminator()))
      if (!llvm::isa<llvm::Constant>(leave->getReturnValue()) ||
          !llvm::cast<llvm::Constant>(leave->getReturnValue())->isNullValue())
        returns.push_back(leave);
  for (llvm::ReturnInst* leave : returns) {
    llvm::Value* verdict = leave->getReturnValue();
    ir_.SetInsertPoint(leave->getParent());
    leave->eraseFromParent();
    Block* done = p_.unplaced_block("remembered");
    Block* passed = p_.block("passed");
    ir_.CreateCondBr(ir_.CreateICmpNE(verdict, ir_.getInt32(0)), passed, done);
    ir_.SetInsertPoint(passed);
    llvm::Value* due = bit(ir_.CreateLoad(ir_.getInt64Ty(), facts_), kDueBit);
    Block* changed = p_.block("flow_changed");
    ir_.CreateCondBr(ir_.CreateICmpNE(due, p_.number(0)), changed, done);
    ir_.SetInsertPoint(changed);
    write_flow(done);
    p_.place(done);
    ir_.CreateRet(verdict);
  }
}

/// Over the flow where it is; a new one costs the map an element, which it takes from the oldest.
void Flows::write_flow(Block* done) {
  llvm::Value* flow = p_.call_helper(BPF_FUNC_map_lookup_elem, {&map_, key_}, ir_.getPtrTy());
  Block* over = p_.block("flow_over");
  Block* fresh = p_.unplaced_block("flow_new");
  ir_.CreateCondBr(ir_.CreateIsNotNull(flow), over, fresh);
  ir_.SetInsertPoint(over);
  for (unsigned word = 0; word < kFlowValueWords; ++word)
    write(p_.load(value_, 8 * word, 64), flow, word);
  ir_.CreateBr(done);
  p_.place(fresh);
  p_.call_helper(BPF_FUNC_map_update_elem, {&map_, key_, value_, p_.number(BPF_ANY)},
                 ir_.getInt64Ty());
  ir_.CreateBr(done);
}

}  // namespace fwc::codegen
