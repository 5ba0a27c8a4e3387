// SPDX-License-Identifier: MIT
// Every expression over a few atoms, by number of atoms, with its truth table: a bit for each row
// of a table of packets, worked out by bit operations and by nothing that the compiler has.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fwc::test {

/// One bit for each row of the table.
using TruthTable = std::uint64_t;

struct Atom {
  std::string text;
  TruthTable table;
};

/// A node of a tree whose leaves are atoms. Operands are numbers of expressions with fewer atoms.
struct SmallExpression {
  enum class Form : std::uint8_t { atom, all, any, odd, conditional };
  Form form = Form::atom;
  bool negated = false;
  std::array<std::uint32_t, 3> operands = {};  ///< of an atom: its number
  TruthTable table = 0;
  bool ordered = true;  ///< the operands of `&&`, `||` and `^^` stand in one of the two orders
};

/// All trees of up to a number of atoms over `!`, `&&`, `||`, `^^` and `?:`, with at most one `!`
/// before each node: more would be the same tree.
class Universe {
 public:
  Universe(std::vector<Atom> atoms, TruthTable rows) : atoms_(std::move(atoms)), rows_(rows) {}

  using Visit = std::function<void(const SmallExpression&)>;

  /// Every tree of exactly `size` atoms, or one for each set of those that differ in the order of
  /// operands alone.
  void each(std::size_t size, bool ordered, const Visit& visit);

  std::string text(const SmallExpression& expression) const;

 private:
  void fill(std::size_t size);
  void combine(std::size_t size, const Visit& visit) const;
  void binary(std::uint32_t left, std::uint32_t right, const Visit& visit) const;
  void conditional(std::uint32_t a, std::uint32_t b, std::uint32_t c, const Visit& visit) const;
  void both_signs(SmallExpression expression, const Visit& visit) const;
  std::string operand(std::uint32_t number, unsigned least) const;
  std::string text(const SmallExpression& expression, unsigned least) const;

  std::vector<Atom> atoms_;
  TruthTable rows_;
  std::vector<SmallExpression> known_;     ///< by size, one size after the other
  std::vector<std::size_t> starts_ = {0};  ///< of the sizes 1, 2, … in known_, and the end
};

}  // namespace fwc::test
