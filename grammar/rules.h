// SPDX-License-Identifier: MIT
// The grammar: one rule for each production, the production in the comment above it. Syntax only;
// actions.h says what a rule builds, errors.h what is said where a rule that must match does not.
//
// No rule that has an action is ever given back: every choice is made by the token at hand, so the
// actions may build as they go. Operators are a flat row of operands here; their precedences are
// climbed while the tree is built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tao/pegtl.hpp>

#include "grammar/operators.h"

namespace fwc::grammar {

namespace peg = tao::pegtl;

using Input = peg::memory_input<peg::tracking_mode::lazy, peg::eol::lf_crlf, const char*>;

// ---- blanks

// white_space = " " | tab | line feed | carriage return | vertical tab | form feed
struct white_space : peg::plus<peg::space> {};
// line_comment = ( "#" | "//" ) { any } ( line end | end )
struct line_comment : peg::seq<peg::sor<peg::one<'#'>, peg::two<'/'>>, peg::until<peg::eolf>> {};
// comment_rest = { any } "*/"
// Not a `must`: error messages skip blanks as well and may not fail themselves.
struct comment_rest : peg::until<peg::string<'*', '/'>> {};
// block_comment = "/*" comment_rest
struct block_comment : peg::seq<peg::string<'/', '*'>, comment_rest> {};
// blanks = { white_space | line_comment | block_comment }
struct blanks : peg::star<peg::sor<white_space, line_comment, block_comment>> {};

/// Bytes of blanks at the start of `text`.
inline std::size_t blanks_at(std::string_view text) {
  Input in(text.data(), text.data() + text.size(), "");
  return peg::parse<blanks>(in) ? in.byte() : 0;
}

// token = rule blanks
template <typename Rule>
struct token : peg::seq<Rule, blanks> {};

// ---- operators, from the table

constexpr bool is_identifier_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Bytes that `spelling` takes at the start of `text`, 0 where it does not stand there. The space
/// in `not in` is any blanks; a word ends where the identifier does.
inline std::size_t spelling_at(std::string_view text, std::string_view spelling) {
  if (!text.starts_with(spelling.front())) return 0;
  std::size_t at = 0;
  for (const char c : spelling) {
    const std::string_view rest = text.substr(at);
    const std::size_t step = c == ' ' ? blanks_at(rest) : rest.starts_with(c);
    if (step == 0) return 0;
    at += step;
  }
  const bool word = is_identifier_char(spelling.back());
  return word && at < text.size() && is_identifier_char(text[at]) ? 0 : at;
}

struct OperatorMatch {
  const OperatorRow* row = nullptr;  ///< null where the text starts with no operator
  std::size_t length = 0;
};

/// The operator with the longest spelling at the start of `text`.
inline OperatorMatch operator_at(std::string_view text, bool unary) {
  OperatorMatch best;
  for (const OperatorRow& r : kOperators) {
    if (r.unary != unary) continue;
    for (const std::string_view spelling : {r.symbol, r.word}) {
      const std::size_t length = spelling.empty() ? 0 : spelling_at(text, spelling);
      if (length > best.length) best = {.row = &r, .length = length};
    }
  }
  return best;
}

inline std::string_view rest_of(const Input& in) {
  return {in.current(), in.size()};
}

/// The binary operators whose precedence is at least `Loosest`: either `in` and `not in`, or all
/// the others. A looser operator is not mistaken for a shorter one (`||` for `|`).
template <bool Membership, std::uint8_t Loosest>
struct infix_operator {
  using rule_t = infix_operator;
  using subs_t = peg::type_list<>;

  static bool match(Input& in) {
    const OperatorMatch found = operator_at(rest_of(in), false);
    if (!found.row || found.row->precedence < Loosest) return false;
    if ((found.row->kind == OperatorKind::membership) != Membership) return false;
    in.bump(found.length);
    return true;
  }
};

struct unary_operator {
  using rule_t = unary_operator;
  using subs_t = peg::type_list<>;

  static bool match(Input& in) {
    const OperatorMatch found = operator_at(rest_of(in), true);
    in.bump(found.length);
    return found.row != nullptr;
  }
};

// ---- names

/// A word that is no name: `let` and the words of the operators.
struct reserved {
  using rule_t = reserved;
  using subs_t = peg::type_list<>;

  static bool match(Input& in) {
    const std::string_view rest = rest_of(in);
    std::size_t length = spelling_at(rest, "let");
    for (const OperatorRow& r : kOperators)
      if (length == 0 && !r.word.empty()) length = spelling_at(rest, r.word);
    in.bump(length);
    return length != 0;
  }
};

// identifier = ( letter | "_" ) { letter | digit | "_" }
struct identifier : peg::identifier {};
// name = identifier { "." identifier }
struct name : peg::seq<peg::not_at<reserved>, peg::list<identifier, peg::one<'.'>>> {};
// variable = "$" identifier
struct dollar : peg::one<'$'> {};
struct variable : peg::seq<dollar, peg::must<identifier>> {};
struct at_sign : peg::one<'@'> {};
struct live_set : peg::seq<at_sign, peg::must<identifier>> {};
struct quote_mark : peg::one<'"'> {};
struct path_end : peg::one<'"'> {};
// file = "from" '"' path '"'
struct file
    : peg::seq<peg::keyword<'f', 'r', 'o', 'm'>, blanks, quote_mark,
               peg::plus<peg::not_at<peg::sor<quote_mark, peg::eol>>, peg::utf8::any>, path_end> {};

// ---- literals: their extent only, the checker judges them

// dot = "." that is not of ".."
struct dot : peg::seq<peg::one<'.'>, peg::not_at<peg::one<'.'>>> {};
struct number_char : peg::sor<peg::identifier_other, peg::one<'\''>> {};
struct digits : peg::seq<peg::digit, peg::star<number_char>> {};
// integer = digit { letter | digit | "_" | "'" }
struct integer : digits {};
// ipv4 = integer dot { number_char | dot }
struct ipv4 : peg::seq<digits, dot, peg::star<peg::sor<number_char, dot>>> {};

struct ipv6_char : peg::sor<peg::xdigit, peg::one<':'>, dot> {};
struct double_colon_ahead
    : peg::at<peg::star<peg::not_at<peg::two<':'>>, ipv6_char>, peg::two<':'>> {};
struct seven_colons_ahead
    : peg::at<peg::rep<7, peg::star<peg::sor<peg::xdigit, dot>>, peg::one<':'>>> {};
// ipv6 = { letter | digit | ":" | dot }, where hexadecimal digits with "::" or seven ":" begin it
// So `a ? 1:2` stays a conditional.
struct ipv6 : peg::seq<peg::sor<double_colon_ahead, seven_colons_ahead>,
                       peg::plus<peg::sor<peg::alnum, peg::one<':'>, dot>>> {};
struct any_address : peg::sor<ipv6, ipv4> {};
// address = ipv6 | ipv4
struct address : any_address {};
// prefix = address "/" digit { number_char | dot }, with nothing between
struct prefix
    : peg::seq<any_address, peg::one<'/'>, peg::digit, peg::star<peg::sor<number_char, dot>>> {};

struct hex_pair : peg::rep<2, peg::xdigit> {};
// mac = pair ":" pair ":" pair ":" pair ":" pair ":" pair, where a pair is two hexadecimal digits
struct any_mac : peg::seq<hex_pair, peg::rep<5, peg::one<':'>, hex_pair>,
                          peg::not_at<peg::sor<peg::identifier_other, peg::one<':'>>>> {};
struct mac : any_mac {};
// mac_prefix = mac "/" digit { number_char }, with nothing between
struct mac_prefix : peg::seq<any_mac, peg::one<'/'>, peg::digit, peg::star<number_char>> {};

// literal = mac_prefix | mac | prefix | address | integer
// One look at the first character tells most names and brackets from all of them.
struct literal : peg::seq<peg::at<peg::sor<peg::xdigit, peg::one<':'>>>,
                          peg::sor<mac_prefix, mac, prefix, address, integer>> {};

struct string_begin : peg::seq<peg::opt<peg::string<'h', 'e', 'x'>>, peg::one<'"'>> {};
struct string_end : peg::one<'"'> {};
// escape = "\" any
struct escape : peg::seq<peg::one<'\\'>, peg::not_at<peg::eol>, peg::utf8::any> {};
struct plain_char : peg::seq<peg::not_at<peg::sor<peg::one<'"'>, peg::eol>>, peg::utf8::any> {};
// bytes = [ "hex" ] '"' { escape | any but '"' and the end of a line } '"'
struct bytes
    : peg::seq<string_begin, peg::star<peg::sor<escape, plain_char>>, peg::must<string_end>> {};

// ---- expressions

struct expression;

struct open_parenthesis : peg::one<'('> {};
struct close_parenthesis : peg::one<')'> {};
// group = "(" expression [ [ range_end ] tuple_rest ] ")"
struct first_range;
struct tuple_rest;
struct group : peg::seq<token<open_parenthesis>, expression, peg::opt<first_range>,
                        peg::opt<tuple_rest>, peg::must<close_parenthesis>> {};
struct open_bracket : peg::one<'['> {};
struct close_bracket : peg::one<']'> {};
struct length_colon : peg::one<':'> {};
// brackets = "[" expression [ ":" expression ] "]"
struct brackets : peg::seq<token<open_bracket>, expression,
                           peg::opt<token<length_colon>, expression>, peg::must<close_bracket>> {};
// slice = name [ brackets ]
struct slice : peg::seq<name, peg::opt<blanks, brackets>> {};
// primary = group | literal | variable | live_set | bytes | slice
struct primary : token<peg::sor<group, literal, variable, live_set, bytes, slice>> {};
struct signed_primary : primary {};
// operand = { unary_operator } primary
struct operand
    : peg::sor<peg::seq<peg::plus<token<unary_operator>>, peg::must<signed_primary>>, primary> {};
/// An operand by another name, for another sentence where it is missing.
struct operand_of_in : operand {};

struct member;
/// Brackets around the operators of one operation; they match nothing.
struct begin_operation : peg::success {};
struct end_operation : peg::success {};
// operation = operand { ( "in" | "not in" ) member | infix_operator operand }
template <std::uint8_t Loosest, typename First = operand>
struct operation
    : peg::seq<
          begin_operation, peg::must<First>,
          peg::star<peg::sor<peg::seq<token<infix_operator<true, Loosest>>, member>,
                             peg::seq<token<infix_operator<false, Loosest>>, peg::must<operand>>>>,
          end_operation> {};

inline constexpr std::uint8_t kInExpression = row(Operator::logical_or).precedence;
inline constexpr std::uint8_t kInSet = row(Operator::bit_or).precedence;
/// Right of `in` and in declarations, whose own `in` an operation must leave alone.
inline constexpr std::uint8_t kInBounds = row(Operator::in).precedence + 1;

struct dots : peg::two<'.'> {};
// range_end = ".." operation
template <std::uint8_t Loosest>
struct range_end : peg::seq<token<dots>, operation<Loosest>> {};
// element = operation [ range_end ]
template <std::uint8_t Loosest, typename First = operand>
struct element : peg::seq<operation<Loosest, First>, peg::opt<range_end<Loosest>>> {};

struct open_brace : peg::one<'{'> {};
struct close_brace : peg::one<'}'> {};
struct comma : peg::one<','> {};
// elements = element { "," element }
struct elements : peg::list<element<kInSet>, token<comma>> {};
// set = "{" [ elements ] "}"
struct set
    : peg::seq<token<open_brace>,
               peg::sor<token<close_brace>, peg::seq<elements, peg::must<close_brace>, blanks>>> {};
// Without a tuple_rest behind it, the tree builder refuses it.
struct first_range : range_end<kInSet> {};
// tuple_rest = { "," expression [ range_end ] }
struct tuple_rest : peg::plus<token<comma>, expression, peg::opt<range_end<kInSet>>> {};
struct file_set : token<file> {};
// member = set | file | element
struct member : peg::sor<set, file_set, element<kInBounds, operand_of_in>> {};

struct question : peg::one<'?'> {};
struct colon : peg::one<':'> {};
// arms = "?" expression ":" expression
struct arms : peg::seq<token<question>, expression, peg::must<colon>, blanks, expression> {};
// expression = operation [ arms ]
struct expression : peg::seq<operation<kInExpression>, peg::opt<arms>> {};

// ---- the whole text

struct let : peg::seq<peg::string<'l', 'e', 't'>, peg::not_at<peg::identifier_other>> {};
struct in_word : peg::seq<peg::string<'i', 'n'>, peg::not_at<peg::identifier_other>> {};
struct equals : peg::seq<peg::one<'='>, peg::not_at<peg::one<'='>>> {};
struct semicolon : peg::one<';'> {};
struct declared : variable {};
struct type_colon : peg::one<':'> {};
struct type : identifier {};
struct bounds_dots : dots {};
// type_part = ":" type
struct type_part : peg::seq<token<type_colon>, peg::must<type>, blanks> {};
// bounds = "in" operation ".." operation
struct bounds : peg::seq<token<in_word>, operation<kInBounds>, peg::must<bounds_dots>, blanks,
                         operation<kInBounds>> {};
// variable_declaration = variable [ type_part ] "=" operation [ bounds ]
struct variable_declaration : peg::seq<token<declared>, peg::opt<type_part>, peg::must<equals>,
                                       blanks, operation<kInBounds>, peg::opt<bounds>> {};
struct declared_set : live_set {};
// set_type = type | "(" type "," type ")"
struct type_name : identifier {};
struct inner_space : peg::star<peg::space> {};
struct tuple_type : peg::seq<peg::one<'('>, inner_space, type_name, inner_space, peg::one<','>,
                             inner_space, type_name, inner_space, peg::one<')'>> {};
struct set_type : peg::sor<tuple_type, type_name> {};
struct set_or_file : peg::sor<set, file_set> {};
struct set_equals : equals {};
// set_declaration = live_set ":" set_type [ "=" ( set | file ) ]
struct set_declaration
    : peg::seq<token<declared_set>, peg::must<type_colon>, blanks, peg::must<set_type>, blanks,
               peg::opt<token<set_equals>, peg::must<set_or_file>>> {};
struct defined : peg::seq<peg::not_at<reserved>, identifier> {};
// definition = name "=" ( set | file | expression [ range_end ] )
struct definition
    : peg::seq<token<defined>, peg::must<equals>, blanks,
               peg::sor<set, file_set, peg::seq<expression, peg::opt<range_end<kInBounds>>>>> {};
struct declared_thing : peg::sor<variable_declaration, set_declaration, definition> {};
// declaration = "let" ( variable_declaration | set_declaration | definition ) ";"
struct declaration : peg::seq<token<let>, peg::must<declared_thing>, peg::must<semicolon>, blanks> {
};

// ---- policies

struct allow : peg::keyword<'a', 'l', 'l', 'o', 'w'> {};
struct drop : peg::keyword<'d', 'r', 'o', 'p'> {};
struct count : peg::keyword<'c', 'o', 'u', 'n', 't'> {};
struct default_word : peg::keyword<'d', 'e', 'f', 'a', 'u', 'l', 't'> {};
struct rule_action : peg::sor<allow, drop, count> {};
struct rule_name : identifier {};
struct name_colon : peg::one<':'> {};
struct name_ahead : peg::at<identifier, blanks, peg::one<':'>, peg::not_at<peg::one<':'>>> {};
// name_part = name ":", which is no IPv6 address
struct name_part : peg::seq<peg::not_at<peg::sor<reserved, ipv6>>, name_ahead, token<rule_name>,
                            token<name_colon>> {};
struct rule_end : peg::one<';'> {};
// rule = ( "allow" | "drop" | "count" ) [ name_part ] expression ";"
struct rule
    : peg::seq<token<rule_action>, peg::opt<name_part>, expression, peg::must<rule_end>, blanks> {};
struct default_action : peg::sor<allow, drop> {};
struct default_end : peg::one<';'> {};
// default_rule = "default" ( "allow" | "drop" ) ";"
struct default_rule : peg::seq<token<default_word>, peg::must<default_action>, blanks,
                               peg::must<default_end>, blanks> {};
// rules = { rule } default_rule
struct rules : peg::seq<peg::star<rule>, peg::must<default_rule>> {};

struct ingress : peg::keyword<'i', 'n', 'g', 'r', 'e', 's', 's'> {};
struct egress : peg::keyword<'e', 'g', 'r', 'e', 's', 's'> {};
struct open_part : peg::one<'{'> {};
struct close_part : peg::one<'}'> {};
struct part_direction : peg::seq<peg::sor<ingress, egress>, peg::at<blanks, open_part>> {};
// part = ( "ingress" | "egress" ) "{" rules "}"
struct part
    : peg::seq<token<part_direction>, token<open_part>, rules, peg::must<close_part>, blanks> {};
struct parts_end : peg::eof {};
struct parts : peg::seq<peg::plus<part>, peg::must<parts_end>> {};
struct begin_rules : peg::at<peg::sor<rule_action, default_word>> {};
struct rules_end : peg::eof {};
struct bare_rules : peg::seq<begin_rules, rules, peg::must<rules_end>> {};

struct end : peg::eof {};
// filter = blanks { declaration } ( part { part } | rules | expression ) end
struct filter : peg::seq<blanks, peg::star<declaration>,
                         peg::sor<parts, bare_rules, peg::seq<expression, peg::must<end>>>> {};

// ---- for messages

// word = identifier { "." identifier }
struct word : peg::list<identifier, peg::one<'.'>> {};
struct symbol {
  using rule_t = symbol;
  using subs_t = peg::type_list<>;

  static bool match(Input& in) {
    const std::size_t binary = operator_at(rest_of(in), false).length;
    const std::size_t unary = operator_at(rest_of(in), true).length;
    in.bump(binary > unary ? binary : unary);
    return binary + unary != 0;
  }
};
// piece = a token of any kind, or one character that is of none
struct whole_string : peg::seq<string_begin, peg::star<peg::sor<escape, plain_char>>, string_end> {
};
struct piece : peg::sor<literal, whole_string, word,
                        peg::seq<peg::sor<dollar, at_sign>, peg::opt<identifier>>, dots, symbol,
                        peg::utf8::any> {};

}  // namespace fwc::grammar
