// SPDX-License-Identifier: MIT
// From a place where the grammar came to a stop to a sentence for the person who wrote the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "grammar/parse.h"

namespace fwc::grammar {

/// What would have let the grammar go on.
struct Expectation {
  enum class Kind : std::uint8_t {
    none,             ///< no sentence: such a rule must not commit
    operand,          ///< an operand after an operator or a bracket
    part,             ///< a part of a declaration or of a variable
    closer,           ///< the other half of the innermost open pair, or an operator
    end,              ///< the end of the filter, or an operator
    rule_end,         ///< the `;` of a rule, or an operator
    declaration_end,  ///< the `;` of a declaration, or an operator
    rule,             ///< a rule or the default
    policy_end,       ///< the end of a policy or of a part of it
    comment,          ///< the end of a comment
    quote,            ///< the end of a byte string
  };
  Kind kind = Kind::none;
  std::string_view what = {};  ///< as in "`&&` needs {what}, but"; of a closer its spelling, of a
                               ///< policy what to say of what follows
};

/// Where it stopped.
struct Stop {
  std::string_view text;
  std::optional<Span> last;    ///< the token before
  std::optional<Span> opener;  ///< the innermost open `(`, `[`, `{` or `?`
  Span found;                  ///< the piece that did not fit; empty at the end of the text
};

SyntaxError explain(const Expectation& expected, const Stop& stop);

}  // namespace fwc::grammar
