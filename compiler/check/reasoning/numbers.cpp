// SPDX-License-Identifier: MIT
// A node's key is its kind, its constants and the numbers of its children; see numbers.h.
#include "compiler/check/reasoning/numbers.h"

#include <algorithm>
#include <unordered_map>

#include "compiler/check/reasoning/hash.h"

namespace fwc {

namespace {

using Key = std::vector<std::uint64_t>;

struct HashOfKey {
  std::size_t operator()(const Key& key) const {
    std::uint64_t hash = key.size();
    for (const std::uint64_t word : key) hash = mix(hash, word);
    return hash;
  }
};

class Numbering {
 public:
  explicit Numbering(const CheckedFilter& filter) : filter_(filter) {}

  std::vector<std::uint32_t> run() && {
    known_.reserve(filter_.nodes.size());
    numbers_.reserve(filter_.nodes.size());
    for (const Node& node : filter_.nodes) {
      key_ = {node.value.index(), static_cast<std::uint64_t>(node.type)};
      std::visit(*this, node.value);
      const auto next = static_cast<std::uint32_t>(known_.size());
      numbers_.push_back(known_.try_emplace(key_, next).first->second);
    }
    return std::move(numbers_);
  }

  void operator()(const BooleanConstant& n) { add(n.value ? 1 : 0); }
  void operator()(const IntegerConstant& n) { add(static_cast<std::uint64_t>(n.value)); }
  void operator()(const AddressConstant& n) {
    add(static_cast<std::uint64_t>(n.value.family));
    add(n.value.bits.high);
    add(n.value.bits.low);
  }
  void operator()(const FieldValue& n) { add(n.field); }
  void operator()(const SliceValue& n) {
    add(n.offset);
    add(n.bytes);
  }
  void operator()(const InterfaceIndex& n) { add(n.interface); }
  void operator()(const SliceEquals& n) {
    add(n.offset);
    for (const char byte : n.bytes) add(static_cast<unsigned char>(byte));
  }
  void operator()(const VariableValue& n) { add(n.variable); }
  void operator()(const Arithmetic& n) {
    add(static_cast<std::uint64_t>(n.op));
    add_nodes({n.lhs, n.rhs});
  }
  void operator()(const AsInteger& n) { add_nodes({n.operand}); }
  void operator()(const AsBoolean& n) { add_nodes({n.operand}); }
  void operator()(const Comparison& n) {
    add(static_cast<std::uint64_t>(n.op));
    const auto [low, high] = std::minmax(numbers_[n.lhs], numbers_[n.rhs]);
    const bool either_way = n.op == ComparisonOp::equal;
    add(either_way ? low : numbers_[n.lhs]);
    add(either_way ? high : numbers_[n.rhs]);
  }
  void operator()(const Member& n) {
    add_nodes({n.value});
    const ValueSet& set = filter_.sets[n.set];
    for (const auto& [low, high] : set.integers) {
      add(static_cast<std::uint64_t>(low));
      add(static_cast<std::uint64_t>(high));
    }
    add(set.ipv4.size());  // tells where the one list ends
    for (const auto& [low, high] : set.ipv4) add(std::uint64_t{low} << 32 | high);
    for (const auto& [low, high] : set.ipv6)
      for (const std::uint64_t half : {low.high, low.low, high.high, high.low}) add(half);
  }
  void operator()(const Not& n) { add_nodes({n.operand}); }
  void operator()(const Logical& n) {
    add(static_cast<std::uint64_t>(n.op));
    for (const NodeId id : n.operands) add(numbers_[id]);
  }
  void operator()(const Conditional& n) { add_nodes({n.condition, n.then_value, n.else_value}); }
  template <typename Unknown>
  void operator()(const Unknown&) {
    add(numbers_.size());
  }

 private:
  void add(std::uint64_t part) { key_.push_back(part); }
  void add_nodes(std::initializer_list<NodeId> ids) {
    for (const NodeId id : ids) add(numbers_[id]);
  }

  const CheckedFilter& filter_;
  std::vector<std::uint32_t> numbers_;
  std::unordered_map<Key, std::uint32_t, HashOfKey> known_;
  Key key_;
};

}  // namespace

std::vector<std::uint32_t> number_values(const CheckedFilter& filter) {
  return Numbering(filter).run();
}

}  // namespace fwc
