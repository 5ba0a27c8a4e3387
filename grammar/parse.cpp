// SPDX-License-Identifier: MIT
// fwc::parse: size and encoding first, then the grammar. The only place that PEGTL and its
// exceptions reach.
#include "grammar/parse.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>
#include <string>

#include "grammar/actions.h"
#include "grammar/encoding.h"
#include "grammar/errors.h"
#include "grammar/recover.h"

namespace fwc {

namespace {

std::optional<SyntaxError> check_size(std::string_view text, const ParseLimits& limits) {
  constexpr std::size_t kOffsets = std::numeric_limits<std::uint32_t>::max();
  const std::size_t limit = std::min(limits.text_bytes, kOffsets);
  if (text.size() <= limit) return std::nullopt;
  return SyntaxError{.kind = SyntaxError::Kind::too_long,
                     .span = {static_cast<std::uint32_t>(limit),
                              static_cast<std::uint32_t>(std::min(text.size(), kOffsets))},
                     .message = "the filter is " + std::to_string(text.size()) +
                                " bytes long, the limit is " + std::to_string(limit),
                     .hint = {}};
}

ast::Filter parse_grammar(std::string_view text, const ParseLimits& limits) {
  grammar::Input in(text.data(), text.data() + text.size(), "");
  grammar::TreeBuilder tree(text, limits);
  // Where the whole rule does not match, a `must` within it has thrown.
  (void)tao::pegtl::parse<grammar::filter, grammar::action, grammar::control>(in, tree);
  return std::move(tree).take();
}

/// Behind the file that `from "` begins, whose path has no tokens.
std::uint32_t end_of_token(std::string_view text, Span token) {
  if (text[token.begin] != '"') return token.end;
  const std::size_t close = text.find_first_of("\"\n", token.end);
  return close == std::string_view::npos || text[close] == '\n'
             ? token.end
             : static_cast<std::uint32_t>(close + 1);
}

}  // namespace

std::vector<Span> tokens_of(std::string_view text) {
  std::vector<Span> tokens;
  for (std::size_t at = 0;;) {
    Span token = grammar::piece_after(text, at);
    if (token.begin == token.end) return tokens;
    token.end = end_of_token(text, token);
    tokens.push_back(token);
    at = token.end;
  }
}

std::variant<ast::Filter, SyntaxError> parse(std::string_view text, const ParseLimits& limits) {
  try {
    if (auto error = check_size(text, limits)) return *std::move(error);
    if (auto error = grammar::check_encoding(text)) return *std::move(error);
    return parse_grammar(text, limits);
  } catch (SyntaxError& error) {
    return std::move(error);
  } catch (const std::exception&) {
    // Nothing else throws but the allocator.
    return SyntaxError{
        .kind = SyntaxError::Kind::too_long, .span = {}, .message = "out of memory", .hint = {}};
  }
}

}  // namespace fwc
