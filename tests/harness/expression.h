// SPDX-License-Identifier: MIT
// Random filters. They are made as trees of text, so that a failing one can be made smaller by
// cutting branches off and still be a filter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/language/types.h"
#include "grammar/operators.h"
#include "tests/harness/interesting.h"

namespace fwc::test {

/// A piece of filter text with what is needed to put it together with others.
struct Expression {
  enum class Form : std::uint8_t {
    leaf,        ///< `head`
    prefix,      ///< `head` before the one child
    infix,       ///< `head` between the children, of which there can be many
    membership,  ///< the child, `head`, `elements` in braces, or bare where `head_is_bare`
    conditional  ///< `?:` of three children
  };
  Form form = Form::leaf;
  Type type = Type::boolean;
  std::uint8_t precedence = 255;  ///< of a leaf: tighter than all
  std::string head;
  std::string gap = " ";  ///< white space or a comment, around `head`
  std::vector<Expression> children = {};
  std::vector<std::string> elements = {};
  bool bare = false;  ///< one element without braces

  /// Text with the parentheses that precedence needs.
  std::string text() const;
};

/// A rule of a policy, `head` with its action and name.
struct RandomRule {
  std::string head;
  Expression condition;
};

/// A filter: declarations, and an expression over them or rules.
struct RandomFilter {
  std::vector<std::string> declarations;
  Expression expression;
  std::vector<RandomRule> rules = {};
  std::string otherwise = {};  ///< the default of a policy; empty where there is an expression

  std::string text() const;
};

/// A filter of the right types throughout. Reaches every operator, spelling and literal form and
/// every field of the table; constants are such as random_packet uses. Fields that are known from
/// the packets before only where they are wanted.
RandomFilter random_filter(Dice& dice, bool with_flows = false);

/// Simpler filters in the order in which they are worth trying; all differ from the given one.
std::vector<RandomFilter> simpler(const RandomFilter& filter);

}  // namespace fwc::test
