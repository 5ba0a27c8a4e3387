// SPDX-License-Identifier: MIT
// The filter's expression as control flow. A condition leaves to one of two blocks; a number is
// computed in line and leaves to a third where it is absent. So absence costs no instruction of its
// own: it is a branch to where the comparison is false anyway.
#pragma once

#include <functional>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/codegen/debug_info.h"
#include "compiler/codegen/evaluation_order.h"
#include "compiler/codegen/exits.h"
#include "compiler/codegen/facts.h"
#include "compiler/codegen/flows.h"
#include "compiler/codegen/live_globals.h"
#include "compiler/codegen/packet_reader.h"
#include "compiler/codegen/program.h"
#include "compiler/codegen/set_tables.h"

namespace fwc::codegen {

/// What is known where a condition was true, and where it was false.
struct Outcome {
  Facts when_true;
  Facts when_false;
};

class Lowering {
 public:
  /// `facts` is what the packets that arrive here are known to be.
  Lowering(Program& program, const CheckedFilter& filter, PacketReader& reader, DebugInfo& debug,
           const LiveGlobals& live, SetTables& tables, const Facts& facts)
      : p_(program),
        ir_(program.ir),
        filter_(filter),
        reader_(reader),
        debug_(debug),
        live_(live),
        tables_(tables),
        alive_(values_alive(filter)),
        facts_(facts) {}

  /// Where the filter asks for flows, which have been looked up.
  void use_flows(Flows* flows) { flows_ = flows; }

  /// From the builder's place to one of the exits: the rules in their order, then the default.
  void verdict(const Policy& policy, Exits& exits);

  /// How many conditions became numbers.
  std::size_t truths() const { return truths_; }

 private:
  using Block = llvm::BasicBlock;

  /// An address as three numbers; the family is 4 or 6, and `high` is 0 of an IPv4 address.
  struct AddressValue {
    llvm::Value* family;
    llvm::Value* high;
    llvm::Value* low;
  };

  /// Where an address is looked for.
  struct AddressSet {
    const std::vector<Interval<std::uint32_t>>& ipv4;
    const std::vector<Interval<U128>>& ipv6;
  };

  // rules.cpp
  void count_rule(const Rule& rule, std::size_t index, Exits& exits);
  void leave_by_default(Exits& exits);

  // conditions.cpp: each ends the block and leaves to one of two
  Outcome condition(NodeId id, Block* if_true, Block* if_false);
  Outcome all_of(const std::vector<NodeId>& operands, std::size_t from, Block* if_true,
                 Block* if_false);
  Outcome odd_of(std::vector<NodeId> operands, Block* if_true, Block* if_false);
  Outcome choose(const Conditional& node, Block* if_true, Block* if_false);
  Outcome compare(const Comparison& node, Block* if_true, Block* if_false);
  bool equal_in_network_order(const Comparison& node, Block* if_true, Block* if_false);
  Outcome member(const Member& node, Block* if_true, Block* if_false);
  Outcome field_condition(FieldIndex field, Block* if_true, Block* if_false);
  Outcome branch(llvm::Value* is_true, Block* if_true, Block* if_false);
  Outcome leave(bool value, Block* if_true, Block* if_false);

  // alternatives.cpp: chains of alternatives, grouped
  struct Divided {
    NodeId first;
    std::function<Outcome(Block* if_true, Block* if_false)> rest;
  };
  Outcome any_of(const std::vector<NodeId>& operands, Block* if_true, Block* if_false);
  Outcome any_of(const std::vector<plan::Alternative>& alternatives, Block* if_true,
                 Block* if_false);
  Facts offer(const plan::Alternative& alternative, Block* if_true, Block* next);
  std::optional<Divided> divide(const plan::Alternative& alternative);
  void finish_deferred(std::size_t from);
  Outcome alternative(const plan::Alternative& alternative, Block* if_true, Block* if_false);
  Outcome look_up(const plan::Alternative& alternative, Block* if_true, Block* if_false);
  Outcome in_set(FieldIndex field, const ValueSet& set, Block* if_true, Block* if_false);
  Outcome in_table(const plan::Keyed& keyed, Block* if_true, Block* if_false);
  llvm::Value* key_part(FieldIndex field, Block* if_absent);

  // classifier.cpp: long chains by vectors of bits
  Outcome any_class(const plan::Classifier& classifier, Block* if_true, Block* if_false);
  void first_of(const plan::RuleRun& run, Exits& exits);
  void match(const plan::Classifier& classifier,
             const std::function<Block*(llvm::Value* common, std::size_t word)>& found,
             Block* if_false);
  llvm::Value* guards_vector(const plan::Classifier& classifier, llvm::GlobalVariable* table,
                             Block* if_outside);
  llvm::Value* dimension_vector(const plan::Dimension& dimension, const DimensionTables& tables,
                                std::uint64_t bytes, Block* if_outside);
  llvm::Value* class_vector(const ClassTable& table, std::uint64_t end_bytes,
                            const std::function<llvm::Value*(llvm::Value* end)>& is_behind);
  llvm::Value* number_vector(const ClassTable& table, llvm::Value* number);
  llvm::Value* address_vector(const DimensionTables& tables, const HeaderBits& at);

  // presence.cpp: tests of what kind of packet it is
  Outcome test(const Facts& box, Block* if_true, Block* if_false);
  Outcome test_any(const std::vector<Facts>& boxes, Block* if_true, Block* if_false);
  void require(const std::vector<Facts>& boxes, Block* otherwise);

  // values.cpp: numbers, computed in line; the builder ends where the value is present
  llvm::Value* integer(NodeId id, Block* if_absent);
  std::pair<llvm::Value*, llvm::Value*> integers(NodeId lhs, NodeId rhs, Block* if_absent);
  llvm::Value* arithmetic(const Arithmetic& node, Block* if_absent);
  llvm::Value* divide(ArithmeticOp op, llvm::Value* dividend, llvm::Value* divisor);
  llvm::Value* choose_integer(const Conditional& node, Block* if_absent);
  llvm::Value* truth(NodeId id);
  llvm::Value* truth(const std::function<void(Block*, Block*)>& leave_by);
  llvm::Value* field_integer(FieldIndex field, Block* if_absent);
  llvm::Value* context_word(ContextWord word);
  llvm::Value* socket_fact(SocketFact fact, Block* if_absent);
  llvm::Value* header_field(const InHeader& header, Block* if_absent);
  llvm::Value* interface_index(std::uint32_t interface);
  void for_each_location(const InHeader& header, Block* if_absent,
                         const std::function<void(const HeaderBits&)>& use);

  // payload.cpp
  llvm::Value* payload_start(Block* if_absent);
  llvm::Value* payload_length(Block* if_absent);
  llvm::Value* slice_bytes(std::uint32_t offset, std::uint64_t bytes, Block* if_absent);
  llvm::Value* slice_copy();
  llvm::Value* slice_value(const SliceValue& slice, Block* if_absent);
  Outcome slice_equals(const SliceEquals& node, Block* if_true, Block* if_false);

  // live_values.cpp
  void open_live_values(const std::vector<NodeId>& conditions);
  void open_live_set(std::uint32_t set);
  llvm::Value* live_word(std::uint32_t variable, unsigned word);
  void put_in_live_key(unsigned byte, llvm::Value* value);
  llvm::Value* in_network_order(llvm::Value* value);
  void write_address_key(const AddressValue& address, llvm::Value* port);
  void write_number_key(llvm::Value* number);
  Outcome live_member(const LiveMember& node, Block* if_true, Block* if_false);

  // addresses.cpp
  AddressValue address(NodeId id, Block* if_absent);
  AddressValue read_address(const HeaderBits& at);
  AddressValue join(llvm::ArrayRef<std::pair<Block*, AddressValue>> arms);
  void address_in(const AddressValue& value, const AddressSet& set, Block* if_true,
                  Block* if_false);
  Outcome equal_addresses(const Comparison& node, Block* if_true, Block* if_false);

  // value_sets.cpp: the form in which a set is looked up, and balanced trees of comparisons
  void integer_in(llvm::Value* value, const std::vector<Interval<std::int64_t>>& set,
                  Block* if_true, Block* if_false);
  void ipv4_in(llvm::Value* value, const std::vector<Interval<std::uint32_t>>& set, Block* if_true,
               Block* if_false);
  void ipv6_in(const AddressValue& value, const std::vector<Interval<U128>>& set, Block* if_true,
               Block* if_false);

  // set_lookups.cpp: lookups in tables; each ends the block
  llvm::Value* table_word(llvm::GlobalVariable* table, std::uint64_t words, llvm::Value* place,
                          Block* if_outside);
  void test_bit(llvm::Value* word, llvm::Value* place, Block* if_true, Block* if_false);
  void test_lanes(const sets::LaneForm& form, llvm::Value* entry, llvm::Value* value,
                  Block* if_true, Block* if_false);
  void look_up(const Ipv4Table& table, llvm::Value* address, Block* if_true, Block* if_false);
  void follow(const Ipv4Table& table, llvm::Value* entry, llvm::Value* within, Block* if_true,
              Block* if_false);
  void look_up(const BitmapTable& table, llvm::Value* value, Block* if_true, Block* if_false);
  bool test_near(llvm::Value* value, const std::vector<Interval<std::int64_t>>& set, Block* if_true,
                 Block* if_false);

  // interval_lookups.cpp: the same in tables of intervals and behind keys
  llvm::Value* table_place(llvm::GlobalVariable* table, std::uint64_t count, std::uint64_t bytes,
                           llvm::Value* place, Block* if_outside);
  llvm::Value* is_below(llvm::Value* a, llvm::Value* b, llvm::Value* borrowed = nullptr);
  llvm::Value* replace_if(llvm::Value* value, std::uint64_t bit,
                          const std::function<llvm::Value*()>& instead);
  llvm::Value* entry_of_node(const IntervalTable& table, llvm::Value* entry, llvm::Value* number,
                             Block* if_false);
  llvm::Value* search(const IntervalTable& table, llvm::Value* entry, llvm::Value* number,
                      Block* if_false);
  llvm::Value* entry_of_key(const KeyedTable& table, llvm::ArrayRef<llvm::Value*> key,
                            Block* if_false);
  void look_up(const IntervalTable& table, llvm::Value* entry, llvm::Value* number, Block* if_true,
               Block* if_false);
  void look_up(const WideTable& table, llvm::Value* number, Block* if_true, Block* if_false);
  void look_up(const KeyedTable& table, llvm::ArrayRef<llvm::Value*> key, llvm::Value* number,
               Block* if_true, Block* if_false);
  void look_up(const Ipv6Table& table, const AddressValue& value, Block* if_true, Block* if_false);

  void go_on(Block* block, const Facts& facts) {
    p_.place(block);
    facts_ = facts;
  }
  const FieldRow& row_of(FieldIndex field) const { return kFields[resolve(field, p_.ingress)]; }
  void mark(const Node& node) { ir_.SetCurrentDebugLocation(debug_.clause(node.span)); }

  Program& p_;
  llvm::IRBuilder<>& ir_;
  const CheckedFilter& filter_;
  PacketReader& reader_;
  DebugInfo& debug_;
  const LiveGlobals& live_;
  Flows* flows_ = nullptr;
  llvm::Value* side_ = nullptr;          ///< which copy of the live variables counts
  llvm::Value* live_key_ = nullptr;      ///< room on the stack for what is looked up
  std::vector<llvm::Value*> live_maps_;  ///< of each live set that is used, or null
  llvm::Value* slice_copy_ = nullptr;    ///< room on the stack for the largest slice
  SetTables& tables_;
  std::vector<std::uint8_t> alive_;  ///< by node: values alive at once
  std::size_t truths_ = 0;
  Facts facts_;  ///< at the builder's place

  /// Rests of conjunctions that stand behind the chain of alternatives they belong to.
  std::vector<std::function<Outcome()>> deferred_;
};

/// The boxes in which a field is present, or, of a protocol test, true.
std::vector<Facts> presence_of(const FieldRow& field);

}  // namespace fwc::codegen
