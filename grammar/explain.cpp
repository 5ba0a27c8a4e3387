// SPDX-License-Identifier: MIT
// The sentences; see the header for their place. What a text most likely means is tried first: a
// spelling of another language, a character that no rule knows, then what the rule itself wanted.
#include "grammar/explain.h"

#include <algorithm>
#include <array>
#include <string>

#include "grammar/encoding.h"

namespace fwc::grammar {

namespace {

/// A spelling that is an operator elsewhere or a slip of the finger.
struct Mistake {
  std::string_view spelling;
  std::string_view meant;
};

// Where one begins another, the longer one stands first.
// clang-format off
constexpr std::array kMistakes = {
    Mistake{.spelling = "&&&", .meant = "&&"},     Mistake{.spelling = "|||", .meant = "||"},
    Mistake{.spelling = "^^^", .meant = "^^"},     Mistake{.spelling = "===", .meant = "=="},
    Mistake{.spelling = "!==", .meant = "!="},     Mistake{.spelling = "<=>", .meant = "=="},
    Mistake{.spelling = "<<<", .meant = "<<"},     Mistake{.spelling = ">>>", .meant = ">>"},
    Mistake{.spelling = "=>", .meant = ">="},      Mistake{.spelling = "=<", .meant = "<="},
    Mistake{.spelling = "<>", .meant = "!="},      Mistake{.spelling = ":=", .meant = "=="},
    Mistake{.spelling = "!in", .meant = "not in"}, Mistake{.spelling = "eq", .meant = "=="},
    Mistake{.spelling = "ne", .meant = "!="},      Mistake{.spelling = "lt", .meant = "<"},
    Mistake{.spelling = "le", .meant = "<="},      Mistake{.spelling = "gt", .meant = ">"},
    Mistake{.spelling = "ge", .meant = ">="},      Mistake{.spelling = "AND", .meant = "and"},
    Mistake{.spelling = "OR", .meant = "or"},      Mistake{.spelling = "XOR", .meant = "xor"},
    Mistake{.spelling = "NOT", .meant = "not"},    Mistake{.spelling = "IN", .meant = "in"},
};
// clang-format on

/// Characters of no rule, with what they were likely meant to be.
struct Foreign {
  char32_t first;
  char32_t last;
  std::string_view hint;
  bool visible = true;  ///< whether a message can show it
};

constexpr std::string_view kUnquoted = "names, numbers and addresses stand without quotes";
constexpr std::string_view kSpace = "write a plain space";
constexpr std::string_view kDelete = "delete this invisible character";

// clang-format off
constexpr std::array kForeign = {
    Foreign{.first = U'\'', .last = U'\'', .hint = kUnquoted},
    Foreign{.first = U'`', .last = U'`', .hint = kUnquoted, .visible = false},
    Foreign{.first = U'\u2018', .last = U'\u201f', .hint = kUnquoted},
    Foreign{.first = U'\u00ab', .last = U'\u00ab', .hint = kUnquoted},
    Foreign{.first = U'\u00bb', .last = U'\u00bb', .hint = kUnquoted},
    Foreign{.first = U'\\', .last = U'\\', .hint = "a line break is white space and needs no `\\`"},
    Foreign{.first = U'\u2260', .last = U'\u2260', .hint = "write `!=`"},
    Foreign{.first = U'\u2264', .last = U'\u2264', .hint = "write `<=`"},
    Foreign{.first = U'\u2265', .last = U'\u2265', .hint = "write `>=`"},
    Foreign{.first = U'\u2227', .last = U'\u2227', .hint = "write `&&`"},
    Foreign{.first = U'\u2228', .last = U'\u2228', .hint = "write `||`"},
    Foreign{.first = U'\u22bb', .last = U'\u22bb', .hint = "write `^^`"},
    Foreign{.first = U'\u2295', .last = U'\u2295', .hint = "write `^^`"},
    Foreign{.first = U'\u00ac', .last = U'\u00ac', .hint = "write `!`"},
    Foreign{.first = U'\u2208', .last = U'\u2208', .hint = "write `in`"},
    Foreign{.first = U'\u2209', .last = U'\u2209', .hint = "write `not in`"},
    Foreign{.first = U'\u2010', .last = U'\u2015', .hint = "write `-`"},
    Foreign{.first = U'\u2212', .last = U'\u2212', .hint = "write `-`"},
    Foreign{.first = U'\u00d7', .last = U'\u00d7', .hint = "write `*`"},
    Foreign{.first = U'\u00f7', .last = U'\u00f7', .hint = "write `/`"},
    Foreign{.first = U'\u2026', .last = U'\u2026', .hint = "write `..`"},
    Foreign{.first = U'\u00a0', .last = U'\u00a0', .hint = kSpace, .visible = false},
    Foreign{.first = U'\u2000', .last = U'\u200a', .hint = kSpace, .visible = false},
    Foreign{.first = U'\u202f', .last = U'\u202f', .hint = kSpace, .visible = false},
    Foreign{.first = U'\u3000', .last = U'\u3000', .hint = kSpace, .visible = false},
    Foreign{.first = U'\u200b', .last = U'\u200f', .hint = kDelete, .visible = false},
    Foreign{.first = U'\u2028', .last = U'\u202e', .hint = kDelete, .visible = false},
    Foreign{.first = U'\u2060', .last = U'\u206f', .hint = kDelete, .visible = false},
    Foreign{.first = U'\ufeff', .last = U'\ufeff',
            .hint = "save the text without a byte order mark", .visible = false},
    Foreign{.first = 0x00, .last = 0x1f, .hint = {}, .visible = false},
    Foreign{.first = 0x7f, .last = 0x9f, .hint = {}, .visible = false},
};
// clang-format on

/// A piece that fits nowhere behind an operand.
struct Stray {
  std::string_view piece;
  std::string_view message;
  std::string_view hint = {};
};

constexpr std::array kStrays = {
    Stray{.piece = ")", .message = "`)` has no matching `(`"},
    Stray{.piece = "}", .message = "`}` has no matching `{`"},
    Stray{.piece = "]", .message = "`]` has no matching `[`"},
    Stray{.piece = "[",
          .message = "`[` has no field before it",
          .hint = "a slice of the payload is `payload[offset:length]`"},
    Stray{
        .piece = ":",
        .message = "`:` has no matching `?`",
        .hint = "it stands in `condition ? value : other` and in IPv6 addresses as `2001:db8::1`"},
    Stray{.piece = ",",
          .message = "`,` stands outside of a set",
          .hint = "write `in {a, b}` for one of several values"},
    Stray{.piece = ";",
          .message = "`;` follows the expression",
          .hint = "only a declaration with `let` ends with `;`"},
    Stray{.piece = "..",
          .message = "`..` stands outside of a range",
          .hint = "a range follows `in`, as in `dst_port in 1..1023`"},
    Stray{.piece = ".",
          .message = "`.` stands outside of a name",
          .hint = "the next part of a name stands directly after its `.`"},
    Stray{.piece = "{",
          .message = "`{` has no `in` before it",
          .hint = "write `in {a, b}` for one of several values"},
    Stray{.piece = "let",
          .message = "`let` follows the expression",
          .hint = "declarations stand before the expression"},
};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view piece_of(const Stop& stop, Span span) {
  return stop.text.substr(span.begin, span.end - span.begin);
}

bool at_end(const Stop& stop) {
  return stop.found.begin == stop.found.end;
}

SyntaxError error(Span span, std::string message, std::string_view hint = {}) {
  return {.kind = SyntaxError::Kind::syntax,
          .span = span,
          .message = std::move(message),
          .hint = std::string(hint)};
}

bool spelled_at(std::string_view text, std::size_t at, std::string_view spelling) {
  if (!text.substr(at).starts_with(spelling)) return false;
  const std::size_t end = at + spelling.size();
  return !is_word_char(spelling.back()) || end == text.size() || !is_word_char(text[end]);
}

/// Where a wrong spelling may begin: at the operator that touches the piece that did not fit, at
/// that piece, or, a word that was taken for a name, before it.
std::optional<SyntaxError> known_mistake(const Stop& stop) {
  const std::uint32_t found = stop.found.begin;
  const Span last = stop.last.value_or(Span{found, found});
  const std::uint32_t touching = last.end == found ? last.begin : found;
  for (const Mistake& m : kMistakes) {
    const auto size = static_cast<std::uint32_t>(m.spelling.size());
    const auto told = [&](std::uint32_t begin) {
      return error({begin, begin + size}, quote(m.spelling) + " is not an operator",
                   "write " + quote(m.meant));
    };
    if (piece_of(stop, last) == m.spelling) return told(last.begin);
    for (const std::uint32_t begin : {touching, found})
      if (begin + size > found && spelled_at(stop.text, begin, m.spelling)) return told(begin);
  }
  return std::nullopt;
}

/// The letters and marks that tokens are made of.
bool is_native(const Character& c) {
  constexpr std::u32string_view kMarks = U"_$@.(){}[],;:?=&|^~!<>+-*/%\"";
  return c.code < 0x80 && (is_word_char(static_cast<char>(c.code)) ||
                           kMarks.find(c.code) != std::u32string_view::npos);
}

std::optional<SyntaxError> foreign_character(const Stop& stop) {
  const Character c = character_at(stop.text, stop.found.begin);
  if (is_native(c)) return std::nullopt;
  const Span span = {stop.found.begin, stop.found.begin + static_cast<std::uint32_t>(c.length)};
  const auto known = std::find_if(kForeign.begin(), kForeign.end(), [&](const Foreign& f) {
    return c.code >= f.first && c.code <= f.last;
  });
  const bool visible = known == kForeign.end() || known->visible;
  return error(span,
               (visible ? quote(piece_of(stop, span)) : "the character " + code_point(c.code)) +
                   " is not part of the language",
               known == kForeign.end() ? std::string_view{} : known->hint);
}

/// `…, but {this}`
std::string but(const Stop& stop) {
  return at_end(stop) ? "but the filter ends"
                      : "but " + quote(piece_of(stop, stop.found)) + " follows";
}

bool is_binary_operator(std::string_view piece) {
  return std::any_of(kOperators.begin(), kOperators.end(), [&](const OperatorRow& r) {
    return !r.unary && (piece == r.symbol || piece == r.word);
  });
}

/// What the writer likely meant where something else than the missing part follows.
std::string hint_for(std::string_view last, std::string_view found) {
  if (found == "[") return "an IPv6 address stands without brackets";
  if (found == "{" && last == "in") return "write `in low..high`";
  if (found == "{") return "write `in {a, b}` for one of several values";
  const bool digit = last.front() >= '0' && last.front() <= '9';
  const bool name = last.front() == '$' || (is_word_char(last.front()) && !digit);
  if (found == "==" && name) return "write `=` in a declaration";
  if (found == ":" && name && last.front() != '$')
    return "a live value, " + quote("$" + std::string(last)) + ", has a type";
  return {};
}

/// What the writer likely meant where nothing follows, and nothing stands before.
std::string hint_at_end(const Stop& stop, std::string_view last) {
  if (stop.last->begin != stop.text.find_first_not_of(" \t\r\n")) return {};
  if (last == "allow") return "a filter that passes every packet is `true`";
  if (last == "drop") return "a filter that drops every packet is `false`";
  return {};
}

SyntaxError missing(std::string_view what, const Stop& stop) {
  const std::string_view last = piece_of(stop, *stop.last);
  return error(*stop.last, quote(last) + " needs " + std::string(what) + ", " + but(stop),
               at_end(stop) ? hint_at_end(stop, last) : hint_for(last, piece_of(stop, stop.found)));
}

SyntaxError missing_operand(std::string_view what, const Stop& stop) {
  const bool declared = stop.last && piece_of(stop, *stop.last) == ";";
  if (at_end(stop) && (!stop.last || declared))
    return {.kind = SyntaxError::Kind::empty,
            .span = stop.last.value_or(Span{}),
            .message =
                declared ? "the filter has declarations but no expression" : "the filter is empty",
            .hint = "write `true` to pass every packet, `false` to drop every packet"};
  if (stop.last && !declared) return missing(what, stop);
  const std::string_view found = piece_of(stop, stop.found);
  return error(stop.found, is_binary_operator(found)
                               ? quote(found) + " needs an operand before it"
                               : quote(found) + " stands where an operand is expected");
}

SyntaxError unclosed(std::string_view closer, const Stop& stop) {
  const std::string before =
      at_end(stop) ? "the end of the filter" : quote(piece_of(stop, stop.found));
  return error(*stop.opener,
               quote(piece_of(stop, *stop.opener)) + " has no matching " + quote(closer),
               quote(closer) + " is expected before " + before);
}

SyntaxError unexpected(const Stop& stop, bool in_set) {
  const std::string_view found = piece_of(stop, stop.found);
  if (in_set && (is_binary_operator(found) || found == "?"))
    return error(stop.found, quote(found) + " stands in an element of a set",
                 "write `,` between elements, or parentheses around the whole element");
  for (const Stray& s : kStrays)
    if (found == s.piece) return error(stop.found, std::string(s.message), s.hint);
  return error(stop.found,
               quote(found) + " follows " + quote(piece_of(stop, *stop.last)) +
                   " without an operator between them",
               in_set ? "write `,` between the elements of a set"
                      : "write an operator such as `&&`, `||` or `==` between them");
}

SyntaxError explain_closer(std::string_view closer, const Stop& stop) {
  const std::string_view found = piece_of(stop, stop.found);
  const bool closes = found == ")" || found == "]" || found == "}";
  if (at_end(stop) || closes || found == ";") return unclosed(closer, stop);
  return unexpected(stop, closer == "}");
}

/// Words of other tools that begin a rule there.
struct RuleWord {
  std::string_view word;
  std::string_view here;
};

constexpr std::array kRuleWords = {
    RuleWord{.word = "accept", .here = "allow"}, RuleWord{.word = "pass", .here = "allow"},
    RuleWord{.word = "permit", .here = "allow"}, RuleWord{.word = "deny", .here = "drop"},
    RuleWord{.word = "reject", .here = "drop"},  RuleWord{.word = "block", .here = "drop"},
    RuleWord{.word = "log", .here = "count"},    RuleWord{.word = "policy", .here = "default"},
};

bool is_rule_word(std::string_view piece) {
  return piece == "allow" || piece == "drop" || piece == "count" || piece == "default";
}

SyntaxError unended_rule(const Stop& stop) {
  const std::string_view found = piece_of(stop, stop.found);
  if (at_end(stop) || found == "}" || is_rule_word(found))
    return missing("`;` after it, the end of the rule", stop);
  return unexpected(stop, false);
}

SyntaxError missing_rule(const Stop& stop) {
  const std::string_view found = piece_of(stop, stop.found);
  if (at_end(stop) || found == "}")
    return {.kind = SyntaxError::Kind::no_default,
            .span = at_end(stop) ? *stop.last : stop.found,
            .message = "the policy ends without a default",
            .hint = "write what happens to all other packets, `default drop;` or `default allow;`"};
  std::string hint = "a rule begins with `allow`, `drop` or `count`, and the last with `default`";
  for (const RuleWord& w : kRuleWords)
    if (found == w.word) hint = "write " + quote(w.here);
  return error(stop.found, quote(found) + " stands where a rule is expected", hint);
}

SyntaxError after_policy(std::string_view what, const Stop& stop) {
  if (at_end(stop)) return unclosed("}", stop);
  return error(stop.found, quote(piece_of(stop, stop.found)) + " " + std::string(what));
}

/// What is the same wherever an operator could have stood.
std::optional<SyntaxError> wrong_operator(const Stop& stop) {
  if (piece_of(stop, stop.found) != "=") return std::nullopt;
  return SyntaxError{.kind = SyntaxError::Kind::assignment,
                     .span = {stop.found.begin, stop.found.begin + 1},
                     .message = "`=` is assignment in C, not comparison",
                     .hint = "write `==` to compare"};
}

}  // namespace

SyntaxError explain(const Expectation& expected, const Stop& stop) {
  using Kind = Expectation::Kind;
  if (expected.kind == Kind::quote)
    return error(*stop.last, "the byte string has no closing `\"`",
                 "it ends in the line in which it begins; a quote in it is written `\\\"`");
  const bool expression = expected.kind != Kind::part && expected.kind != Kind::declaration_end &&
                          expected.kind != Kind::comment && expected.kind != Kind::rule &&
                          expected.kind != Kind::policy_end;
  if (expression && !at_end(stop))
    if (auto mistake = known_mistake(stop)) return *mistake;
  if (expected.kind != Kind::comment && !at_end(stop))
    if (auto foreign = foreign_character(stop)) return *foreign;
  const bool in_expression = expected.kind == Kind::closer || expected.kind == Kind::end ||
                             expected.kind == Kind::rule_end ||
                             expected.kind == Kind::declaration_end;
  if (in_expression && !at_end(stop))
    if (auto wrong = wrong_operator(stop)) return *wrong;
  switch (expected.kind) {
    case Kind::operand: return missing_operand(expected.what, stop);
    case Kind::closer: return explain_closer(expected.what, stop);
    case Kind::end: return unexpected(stop, false);
    case Kind::rule_end: return unended_rule(stop);
    case Kind::rule: return missing_rule(stop);
    case Kind::policy_end: return after_policy(expected.what, stop);
    case Kind::comment:
      return error({stop.found.begin, stop.found.begin + 2}, "`/*` has no matching `*/`",
                   "comments do not nest");
    case Kind::none:
    case Kind::declaration_end:
    case Kind::quote:
    case Kind::part: break;
  }
  return missing(expected.what, stop);
}

}  // namespace fwc::grammar
