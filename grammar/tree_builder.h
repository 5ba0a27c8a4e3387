// SPDX-License-Identifier: MIT
// Builds an ast::Filter from tokens in the order of the text: the half of the parser that knows
// precedence, spans and limits, and nothing of the rules. Operators wait on a stack until a looser
// one or the end of their operation comes, so the time is linear and nothing recurses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "grammar/ast.h"
#include "grammar/parse.h"

namespace fwc::grammar {

/// A piece of the text that a rule matched.
struct Token {
  std::string_view text;
  Span span;
};

/// Every function may throw SyntaxError, when the tree gets deeper or larger than the limits.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, const ParseLimits& limits) : text_(text), limits_(limits) {}

  // What messages ask for.
  std::string_view text() const { return text_; }
  /// The last token that was read.
  std::optional<Span> last() const { return last_; }
  /// The innermost of `(`, `[`, `{` and `?` that still waits for its other half.
  std::optional<Span> opener() const;
  void read(const Token& token) { last_ = token.span; }

  // Operands.
  void integer(const Token& token);
  void address(const Token& token);
  void prefix(const Token& token);
  void mac(const Token& token);
  void bytes(const Token& token);
  void name(const Token& token);
  void variable(const Token& token);
  void live_set(const Token& token);
  void file(const Token& token);

  // Operators; every operation is between begin and end.
  void begin_operation();
  void end_operation();
  void unary(Operator op, Span span);
  void infix(Operator op, Span span);
  void dots(const Token& token) { dots_ = token.span; }
  void range();

  // Pairs.
  void open(const Token& token);  ///< `(`, `[`, `{` or `?`
  void close_parenthesis(const Token& token);
  void close_set(const Token& token);
  void close_slice(const Token& token);
  void tuple();
  void colon(const Token& token);
  void conditional();

  // Declarations.
  void declared(const Token& token);
  void type(const Token& token);
  void declaration();

  // Policies.
  void part(const Token& token);
  void open_part(const Token& token);
  void close_part(const Token& token);
  void begin_rules();
  void rule_action(const Token& token);
  void rule_name(const Token& token);
  void rule(const Token& token);
  void default_word(const Token& token);
  void default_action(const Token& token);
  void default_rule(const Token& token);

  ast::Filter take() &&;

 private:
  using Value = decltype(ast::Node::value);

  struct Operand {
    ast::NodeId node;
    Span outer;         ///< with the parentheses around it
    std::size_t depth;  ///< levels below and with this one; parentheses count
  };
  struct Waiting {
    Operator op;
    Span span;
  };
  struct Opener {
    Span span;
    std::size_t operands;  ///< how many there were before
  };

  struct Elements {
    std::vector<ast::NodeId> nodes;
    std::size_t depth = 0;  ///< of the deepest
  };

  void leaf(Value value, Span span);
  /// The operands beyond the first so many.
  Elements take_elements(std::size_t before);
  /// Adds a node and makes it an operand; `culprit` is what gets the blame if it is too deep.
  void add(Value value, Span span, std::size_t depth, Span culprit);
  Operand pop();
  /// Counts a level that is open in the text, before anything recurses into it.
  void enter(Span culprit);
  void check_depth(std::size_t depth, Span culprit) const;

  void reduce();
  void reduce_unary();
  void reduce_binary();
  void reduce_membership();
  void reduce_chain();

  std::string_view text_;
  ParseLimits limits_;
  ast::Filter filter_;
  std::optional<Span> last_;
  Span dots_;  ///< the last `..`
  ast::Declaration declaration_;
  ast::Rule rule_{};
  std::vector<Operand> operands_;
  std::vector<Waiting> operators_;
  std::vector<std::size_t> operations_;  ///< where in `operators_` each open operation starts
  std::vector<Opener> openers_;
  std::size_t open_levels_ = 0;
};

}  // namespace fwc::grammar
