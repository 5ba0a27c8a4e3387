// SPDX-License-Identifier: MIT
// The state of one check() run: what is known of the tree so far, and one function for each kind of
// written node. The functions are spread over check.cpp, names.cpp, expressions.cpp,
// comparisons.cpp, memberships.cpp, slices.cpp,
// tuples.cpp, definitions.cpp, set_files.cpp, live_sets.cpp and policies.cpp.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/literals.h"
#include "compiler/check/report.h"
#include "compiler/check/set_file.h"
#include "compiler/check/tree.h"
#include "compiler/language/constants.h"

namespace fwc {

class Checker {
 public:
  Checker(const ast::Filter& filter, std::string_view text, const SourceLoader& load_source,
          Hook hook);
  CheckResult run() &&;

 private:
  /// Empty where an error has been reported, so that nobody reports what follows from it.
  using Value = std::optional<NodeId>;

  /// Where a written node stands.
  struct Place {
    ast::NodeId id;
    Span span;
    ValueKind expected;  ///< the kind of constants that may stand here
  };

  /// The values that a tuple looks up, in order.
  struct TupleValues {
    std::vector<NodeId> ids;
    std::vector<ValueKind> kinds;
  };

  /// The elements of a set as they are collected. Names that differ between the families, as ICMP
  /// types do, make it two sets.
  struct Elements {
    ValueSet ipv4;  ///< also the set, where the families do not differ
    ValueSet ipv6;
    bool by_family = false;
    bool failed = false;
  };

  /// `let name = …;`: a set by its written node, anything else by its value.
  struct Definition {
    std::string_view name;
    Span span;
    ast::NodeId written;
    bool is_set = false;
    std::size_t elements = 0;    ///< of a set, with those of the sets in it
    Value value = std::nullopt;  ///< empty of a set, and where it is wrong
    bool used = false;
  };

  // check.cpp
  void declare(const ast::Declaration& declaration);
  bool is_declared_twice(const ast::Declaration& declaration);
  void declare_address(const ast::Declaration& declaration, NodeId value);
  std::optional<Type> declared_type(const ast::Declaration& declaration, NodeId value);
  std::optional<Interval<std::int64_t>> declared_bounds(const ast::Declaration& declaration,
                                                        Type type);
  void warn_of_unused_variables();

  // policies.cpp
  CheckedFilter check_rules();
  NodeId bounded_condition(ast::NodeId id);
  Policy check_part(const ast::Part& part);

  // definitions.cpp
  void define(const ast::Declaration& declaration);
  void check_name(const ast::Declaration& declaration);
  Definition* find_definition(std::string_view name);
  const Definition* find_definition(std::string_view name) const;
  Value check_definition(Definition& definition, const Place& place);
  bool tell_of_later_definition(std::string_view name, Span span);
  template <typename Visit>
  void for_each_node_of(ast::NodeId root, Visit visit);
  bool stands_on_earlier(ast::NodeId set);
  bool limit_elements(ast::NodeId set, std::size_t& elements);
  bool is_set(ast::NodeId id) const;
  ast::NodeId set_of(ast::NodeId id);
  bool is_bounded(NodeId root, Span culprit);
  void warn_of_unused_definitions();

  // set_files.cpp
  std::uint32_t load(const ast::File& file, Span span);
  WantedEntry wanted_by(NodeId value, ValueKind kind) const;
  std::optional<SetFileEntries> read_file(const ast::File& file, Span span,
                                          const std::vector<WantedEntry>& wanted);
  void collect_file(const ast::File& file, Span span, Value value, ValueKind kind, Elements& out);

  // tuples.cpp
  Value check_tuple(const ast::Membership& membership, const ast::Tuple& tuple, const Place& place);
  bool collect_tuple(ast::NodeId element, const TupleValues& values,
                     std::vector<std::vector<ValueSet>>& out);
  NodeId tuple_member(const TupleValues& values, std::vector<std::vector<ValueSet>> entries,
                      Span span);
  Value check(const ast::Tuple& tuple, const Place& place);

  // live_sets.cpp
  void declare_live_set(const ast::Declaration& declaration);
  bool fill(LiveSetDeclaration& set, const ast::Declaration& declaration);
  bool is_loadable(const LiveSetDeclaration& set, const ast::Declaration& declaration);
  Value check_live_member(const ast::Membership& membership, const ast::LiveSet& set,
                          const Place& place);
  std::optional<std::uint32_t> find_live_set(const ast::LiveSet& set, Span span);
  Value check(const ast::LiveSet& set, const Place& place);
  Value check(const ast::File& file, const Place& place);

  // names.cpp
  void find_kinds();
  Value check(const ast::Name& name, const Place& place);
  Value check(const ast::Variable& variable, const Place& place);
  bool is_on_hook(const FieldRow& field, Span span);
  Value unknown_name(std::string_view name, const Place& place);
  std::string hint_for_name(std::string_view name, ValueKind expected) const;
  /// The network that a written node names, where addresses stand.
  const NetworkRow* network_at(ast::NodeId id, ValueKind kind) const;
  /// The constant that a written node names, where that stands for different values by family.
  std::optional<NamedValue> named_by_family(ast::NodeId id, ValueKind kind) const;

  // expressions.cpp
  Value value(ast::NodeId id, ValueKind expected = ValueKind::plain);
  Value condition(ast::NodeId id, std::string_view repeated = {});
  Value number(ast::NodeId id, ValueKind expected = ValueKind::plain);
  bool is_one_value(ast::NodeId written, NodeId id);
  bool is_literal(NodeId id) const;
  void limit_weight(ast::NodeId written, NodeId id);
  Value check(const ast::Integer& integer, const Place& place);
  Value check(const ast::Address& address, const Place& place);
  Value check(const ast::Prefix& prefix, const Place& place);
  Value check(const ast::Unary& unary, const Place& place);
  Value check(const ast::Binary& binary, const Place& place);
  Value check(const ast::Chain& chain, const Place& place);
  Value check(const ast::Conditional& conditional, const Place& place);
  Value check(const ast::Set& set, const Place& place);
  Value check(const ast::Range& range, const Place& place);
  Value arithmetic(const ast::Binary& binary, const Place& place);
  bool is_defined(const ast::Binary& binary, NodeId rhs);
  void warn_of_number(ast::NodeId written, NodeId id, std::string_view repeated);
  bool warn_of_complement(ast::NodeId written, NodeId id);
  std::string repeated_comparison(const ast::Binary* before, ast::NodeId operand) const;
  std::optional<AddressPrefix> prefix_of(const ast::Prefix& prefix, Span span);
  void report(const LiteralError& error, Span span);

  // comparisons.cpp
  Value equality(const ast::Binary& binary, const Place& place);
  Value ordering(const ast::Binary& binary, const Place& place);
  Value compare_numbers(const ast::Binary& binary, const Place& place, NodeId lhs, NodeId rhs);
  bool is_network(ast::NodeId id, ValueKind kind) const;
  Value compare_with_network(const ast::Binary& binary, const Place& place);
  Value compare_with_name(const ast::Binary& binary, const Place& place, ValueKind kind);
  ValueKind compared_kind(const ast::Binary& binary, const Place& place) const;
  bool can_equal(NodeId field, NodeId constant, ast::NodeId written);
  void warn_of_decided(ComparisonOp op, bool negated, NodeId lhs, NodeId rhs, Span span);
  void warn_of_mixed_comparison(NodeId lhs, NodeId rhs, Span span);
  Value wrong_comparison(const ast::Binary& binary, const Place& place, NodeId lhs, NodeId rhs);
  static std::string hint_for(Type type);
  bool can_compare(NodeId lhs, NodeId rhs) const;
  bool differ_in_length(const ast::Binary& binary, const Place& place, NodeId lhs, NodeId rhs);
  NodeId negated_if(bool negated, NodeId id, Span span);
  /// `(icmpv4 && make(ipv4)) || (icmpv6 && make(ipv6))`, for a field that lies in one header or the
  /// other by family; only with the families that are asked for.
  NodeId for_each_family(const FieldRow& field, bool ipv4, bool ipv6, Span span,
                         const std::function<NodeId(Family)>& make);

  // memberships.cpp
  Value check(const ast::Membership& membership, const Place& place);
  void warn_of_constant(NodeId member, bool negated, Span span);
  Value empty_member(const ast::Membership& membership, Span span);
  void collect_all(const ast::Set& set, Value value, ValueKind kind, Elements& out);
  void collect(ast::NodeId element, Value value, ValueKind kind, Elements& out);
  bool collect_network(const NetworkRow& network, ast::NodeId element, Value value, Elements& out);
  void collect_constant(NodeId constant, Elements& out);
  bool collect_prefix(const ast::Prefix& prefix, ast::NodeId element, Value value, Elements& out);
  bool collect_range(const ast::Range& range, ast::NodeId element, Value value, ValueKind kind,
                     Elements& out);
  Value element_constant(ast::NodeId element, Value value, ValueKind kind);
  bool has_type_of(Type type, ast::NodeId element, Value value);
  bool collect_mac_prefix(const ast::Prefix& prefix, ast::NodeId element, Value value,
                          Elements& out);
  bool collect_bytes(const ast::Bytes& bytes, ast::NodeId element, NodeId value, Elements& out);
  NodeId member(NodeId value, Elements elements, Span span);

  // slices.cpp: bytes, and the other values that are no numbers but are compared as such
  Value check(const ast::Slice& slice, const Place& place);
  Value check(const ast::Bytes& bytes, const Place& place);
  Value check(const ast::Mac& mac, const Place& place);
  std::optional<std::int64_t> slice_number(ast::NodeId id, Interval<std::int64_t> bounds,
                                           std::string_view what);
  Value interface_named(const ast::Bytes& bytes, Span span);
  const ast::Bytes* bytes_at(ast::NodeId id) const;
  const SliceValue* slice_at(NodeId id) const;
  std::optional<std::string> bytes_for(const ast::Bytes& bytes, ast::NodeId written, NodeId slice);
  Value compare_with_bytes(const ast::Binary& binary, const Place& place);
  Value comparable(NodeId id);
  Value refuse_value(ast::NodeId written, Type type, std::string_view expected);
  bool is_choice(NodeId value) const;
  Value check_choice(const ast::Membership& membership, NodeId value, const Place& place);
  std::vector<ast::NodeId> elements_of(ast::NodeId set);
  Value equal_to_element(NodeId value, ast::NodeId element, Span span);

  /// The text of a written node, with the parentheses around it.
  std::string source(ast::NodeId id) const;
  std::string quote(ast::NodeId id) const { return report_.quote(filter_.at(id).span); }
  Span span_of(ast::NodeId id) const { return filter_.at(id).span; }

  const ast::Filter& filter_;
  std::string_view text_;
  Report report_;
  Tree tree_;
  std::vector<VariableDeclaration> variables_;
  std::vector<Span> variable_spans_;
  std::vector<bool> variable_read_;
  std::vector<std::string> failed_variables_;  ///< declared, but not rightly
  std::vector<ValueKind> kinds_;               ///< of each written node
  std::vector<Definition> definitions_;
  std::string_view being_defined_;  ///< the name, empty outside of a definition
  std::vector<LiveSetDeclaration> live_sets_;
  std::vector<Span> live_set_spans_;
  std::vector<bool> live_set_read_;
  const SourceLoader& load_source_;
  Hook hook_;
  std::vector<std::string> interfaces_;
  std::vector<SourceFile> files_;
  std::map<std::string, std::uint32_t> file_numbers_;  ///< by path, 0 where it cannot be read
  std::vector<std::uint32_t> levels_;  ///< of the first nodes of the tree, how deep each is
};

/// The names of the fields for which `is_one` holds, in the order of the table; without those that
/// stand for others.
template <typename Predicate>
std::vector<std::string_view> field_names(Predicate is_one) {
  std::vector<std::string_view> names;
  for (const FieldRow& field : kFields)
    if (is_one(field) && !std::holds_alternative<EitherOf>(field.source) &&
        !std::holds_alternative<ByDirection>(field.source))
      names.push_back(field.name);
  return names;
}

/// `a bool`, `an int`, `an ip`, `bytes`.
std::string with_article(Type type);

}  // namespace fwc
