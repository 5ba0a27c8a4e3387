// SPDX-License-Identifier: MIT
// Every kind of error and warning, with its stable name. A code is never renamed and its meaning
// never changes; a test holds that each stands in at least one golden.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fwc {

enum class Severity : std::uint8_t { error, warning };

enum class Code : std::uint8_t {
  // errors of syntax
  syntax,
  assignment,
  too_deep,
  too_long,
  encoding,
  empty_filter,
  no_default,
  // errors of meaning
  unknown_name,
  wrong_type,
  not_on_hook,
  leading_zero,
  bad_integer,
  bad_address,
  bad_prefix,
  bad_bytes,
  host_bits,
  out_of_range,
  division_by_zero,
  shift_range,
  empty_range,
  empty_set,
  not_constant,
  unknown_variable,
  duplicate_variable,
  duplicate_name,
  shadowed_name,
  recursive_definition,
  unreadable_file,
  bad_entry,
  bad_default,
  either_end,
  missing_part,
  missing_direction,
  too_complex,
  internal,
  // warnings
  always_true,
  always_false,
  drops_everything,
  passes_everything,
  absent_passes,
  covered_clause,
  unreachable_rule,
  contradicting_rule,
  redundant_rule,
  bitwise_precedence,
  negation_precedence,
  chained_comparison,
  number_as_condition,
  empty_file,
  unused_variable,
  unused_definition,
};

struct CodeRow {
  Code code;
  std::string_view name;
  Severity severity;
  std::string_view explanation;  ///< one or two sentences for a person who met it
};

inline constexpr std::array kCodes = {
    CodeRow{.code = Code::syntax,
            .name = "syntax",
            .severity = Severity::error,
            .explanation = "The text is not an expression of the language: something is missing, "
                           "or stands where it cannot."},
    CodeRow{.code = Code::assignment,
            .name = "assignment",
            .severity = Severity::error,
            .explanation = "A single = assigns in other languages; a filter changes nothing. "
                           "Comparing for equality is ==."},
    CodeRow{.code = Code::too_deep,
            .name = "too-deep",
            .severity = Severity::error,
            .explanation = "Parentheses and operators are nested deeper than the compiler follows. "
                           "Long chains of && and || and large sets are not deep."},
    CodeRow{.code = Code::too_long,
            .name = "too-long",
            .severity = Severity::error,
            .explanation = "The text has more bytes, or the expression more parts, than the "
                           "compiler takes. A set holds many values in little text."},
    CodeRow{.code = Code::encoding,
            .name = "encoding",
            .severity = Severity::error,
            .explanation = "The text holds bytes that are not UTF-8, or control characters that no "
                           "filter needs."},
    CodeRow{.code = Code::empty_filter,
            .name = "empty-filter",
            .severity = Severity::error,
            .explanation = "There is no expression. Write true to pass every well-formed packet, "
                           "false to drop all."},
    CodeRow{.code = Code::no_default,
            .name = "no-default",
            .severity = Severity::error,
            .explanation = "A policy ends with what happens to packets that no rule decided, "
                           "default drop; or default allow;, so that nobody has to know."},
    CodeRow{.code = Code::unknown_name,
            .name = "unknown-name",
            .severity = Severity::error,
            .explanation = "No field has this name, or it is the name of a constant in a place "
                           "where that kind of constant does not stand."},
    CodeRow{.code = Code::wrong_type,
            .name = "wrong-type",
            .severity = Severity::error,
            .explanation =
                "An operator got values that it does not take. Only bool and int convert "
                "into each other; an address compares with addresses and prefixes."},
    CodeRow{.code = Code::not_on_hook,
            .name = "not-on-hook",
            .severity = Severity::error,
            .explanation = "A program of the chosen hook cannot read the field: a cgroup sees no "
                           "link layer, and an interface no socket before the packet has one."},
    CodeRow{.code = Code::leading_zero,
            .name = "leading-zero",
            .severity = Severity::error,
            .explanation = "A number that begins with 0 is octal to some tools and decimal to "
                           "others. Write it without the zero, or with 0o for octal."},
    CodeRow{.code = Code::bad_integer,
            .name = "bad-integer",
            .severity = Severity::error,
            .explanation = "A number has a digit outside its base, a separator that is not between "
                           "two digits, or does not fit in 63 bits."},
    CodeRow{.code = Code::bad_address,
            .name = "bad-address",
            .severity = Severity::error,
            .explanation = "An address is neither four decimal parts up to 255 nor an IPv6 address "
                           "of RFC 4291 section 2.2."},
    CodeRow{.code = Code::bad_prefix,
            .name = "bad-prefix",
            .severity = Severity::error,
            .explanation = "The length of a prefix is a plain number up to 32 for IPv4 and 128 for "
                           "IPv6."},
    CodeRow{.code = Code::bad_bytes,
            .name = "bad-bytes",
            .severity = Severity::error,
            .explanation = "A byte string is empty, has an escape that is none, or, after hex, "
                           "something else than pairs of hexadecimal digits."},
    CodeRow{.code = Code::host_bits,
            .name = "host-bits",
            .severity = Severity::error,
            .explanation = "A prefix has bits set beyond its length, so either the address or the "
                           "length is not what was meant."},
    CodeRow{.code = Code::out_of_range,
            .name = "out-of-range",
            .severity = Severity::error,
            .explanation = "A field is compared with a value that it cannot have in any packet."},
    CodeRow{.code = Code::division_by_zero,
            .name = "division-by-zero",
            .severity = Severity::error,
            .explanation = "The divisor of / or % is always 0."},
    CodeRow{.code = Code::shift_range,
            .name = "shift-range",
            .severity = Severity::error,
            .explanation = "A shift count is outside 0 to 63, the bits of a number."},
    CodeRow{.code = Code::empty_range,
            .name = "empty-range",
            .severity = Severity::error,
            .explanation = "The low end of a range is above its high end, so nothing is in it."},
    CodeRow{.code = Code::empty_set,
            .name = "empty-set",
            .severity = Severity::error,
            .explanation = "Nothing is in a set without elements."},
    CodeRow{.code = Code::not_constant,
            .name = "not-constant",
            .severity = Severity::error,
            .explanation =
                "Elements of sets, ends of ranges and defaults of variables must be known "
                "when the filter is compiled."},
    CodeRow{.code = Code::unknown_variable,
            .name = "unknown-variable",
            .severity = Severity::error,
            .explanation = "A $name is read that no let declares."},
    CodeRow{.code = Code::duplicate_variable,
            .name = "duplicate-variable",
            .severity = Severity::error,
            .explanation = "Two declarations have one name."},
    CodeRow{.code = Code::duplicate_name,
            .name = "duplicate-name",
            .severity = Severity::error,
            .explanation = "Two rules of one direction, two parts or two definitions have the "
                           "same name, so one of them could not be spoken of."},
    CodeRow{.code = Code::shadowed_name,
            .name = "shadowed-name",
            .severity = Severity::error,
            .explanation = "A definition has the name of a field or a word of the language, which "
                           "would then mean two things."},
    CodeRow{.code = Code::recursive_definition,
            .name = "recursive-definition",
            .severity = Severity::error,
            .explanation = "A definition stands for what it is made of, so it cannot stand in "
                           "itself, and not before it is made."},
    CodeRow{.code = Code::unreadable_file,
            .name = "unreadable-file",
            .severity = Severity::error,
            .explanation = "A file that the filter names after from cannot be read: it is missing, "
                           "not a regular file or too large, or reading it is forbidden."},
    CodeRow{.code = Code::bad_entry,
            .name = "bad-entry",
            .severity = Severity::error,
            .explanation = "A line of a set file is no entry. Each line holds one address, prefix, "
                           "number, range or tuple, and comments begin with #, // or ;."},
    CodeRow{.code = Code::bad_default,
            .name = "bad-default",
            .severity = Severity::error,
            .explanation = "The default of a variable is not of its type or outside its bounds."},
    CodeRow{.code = Code::either_end,
            .name = "either-end",
            .severity = Severity::error,
            .explanation = "port and host are the ports and addresses of both ends of a packet. A "
                           "comparison holds where it holds of one of them; a sum or an arm of ?: "
                           "would have to choose."},
    CodeRow{.code = Code::missing_part,
            .name = "missing-part",
            .severity = Severity::error,
            .explanation = "A policy with an egress part alone says nothing of packets that are "
                           "received, and the other way round, so no such program can be made."},
    CodeRow{.code = Code::missing_direction,
            .name = "missing-direction",
            .severity = Severity::error,
            .explanation = "The fields established and reply are known from the packets of both "
                           "directions, and a program for one of them sees half of each flow."},
    CodeRow{.code = Code::too_complex,
            .name = "too-complex",
            .severity = Severity::error,
            .explanation = "The program would be longer than the kernel loads, a live set "
                           "would hold more at first than is loaded in seconds, or sets of sets "
                           "come to more elements than a text can hold."},
    CodeRow{.code = Code::internal,
            .name = "internal",
            .severity = Severity::error,
            .explanation = "A bug of fwc, not of the filter. Please report it with the filter."},
    CodeRow{.code = Code::always_true,
            .name = "always-true",
            .severity = Severity::warning,
            .explanation = "A condition holds for every packet that it applies to, so it selects "
                           "nothing."},
    CodeRow{.code = Code::always_false,
            .name = "always-false",
            .severity = Severity::warning,
            .explanation = "A condition holds for no packet at all."},
    CodeRow{.code = Code::drops_everything,
            .name = "drops-everything",
            .severity = Severity::warning,
            .explanation = "The whole filter is false whatever the packet. Write false if that is "
                           "meant."},
    CodeRow{.code = Code::passes_everything,
            .name = "passes-everything",
            .severity = Severity::warning,
            .explanation = "The whole filter is true whatever the packet. Write true if that is "
                           "meant."},
    CodeRow{.code = Code::absent_passes,
            .name = "absent-passes",
            .severity = Severity::warning,
            .explanation = "A negated condition also holds for packets that do not have the field: "
                           "dst_port != 22 passes ICMP. A guard such as (tcp || udp) && excludes "
                           "them."},
    CodeRow{.code = Code::covered_clause,
            .name = "covered-clause",
            .severity = Severity::warning,
            .explanation = "A clause changes no verdict, because another one beside it covers it: "
                           "tcp || tcp && dst_port == 80 is tcp."},
    CodeRow{.code = Code::unreachable_rule,
            .name = "unreachable-rule",
            .severity = Severity::warning,
            .explanation = "The rules before a rule decide every packet that it matches, and the "
                           "first rule that matches decides. A count decides nothing."},
    CodeRow{.code = Code::contradicting_rule,
            .name = "contradicting-rule",
            .severity = Severity::warning,
            .explanation = "A rule is never reached, and one before it does the opposite with its "
                           "packets. The first rule that matches decides, so exceptions stand "
                           "before what they are exceptions from."},
    CodeRow{.code = Code::redundant_rule,
            .name = "redundant-rule",
            .severity = Severity::warning,
            .explanation = "What follows a rule, other rules or the default, does the same with "
                           "its packets. Rules with a name are left alone, for a name is for "
                           "counters."},
    CodeRow{.code = Code::bitwise_precedence,
            .name = "bitwise-precedence",
            .severity = Severity::warning,
            .explanation = "As in C, comparisons bind tighter than & ^ |, which is seldom meant. "
                           "Parentheses say what is."},
    CodeRow{.code = Code::negation_precedence,
            .name = "negation-precedence",
            .severity = Severity::warning,
            .explanation = "As in C, ! and not bind tighter than every operator with two operands: "
                           "not dst_port == 22 compares the condition not dst_port with 22."},
    CodeRow{.code = Code::chained_comparison,
            .name = "chained-comparison",
            .severity = Severity::warning,
            .explanation = "As in C, a < b < c compares the 0 or 1 of a < b with c."},
    CodeRow{.code = Code::number_as_condition,
            .name = "number-as-condition",
            .severity = Severity::warning,
            .explanation = "A number stands where a condition is expected, or a condition where a "
                           "number is: legal as in C, but seldom meant."},
    CodeRow{.code = Code::empty_file,
            .name = "empty-file",
            .severity = Severity::warning,
            .explanation = "A file that a filter reads a set from holds no entries, so nothing is "
                           "in the set. A live set can be empty without a word."},
    CodeRow{
        .code = Code::unused_variable,
        .name = "unused-variable",
        .severity = Severity::warning,
        .explanation = "A variable is declared and never read, so changing it changes nothing."},
    CodeRow{.code = Code::unused_definition,
            .name = "unused-definition",
            .severity = Severity::warning,
            .explanation = "A definition is made and never used; it may be meant where something "
                           "else is written."},
};

constexpr const CodeRow& row(Code code) {
  return kCodes[static_cast<std::size_t>(code)];
}

namespace detail {
consteval bool is_kebab_case(std::string_view name) {
  if (name.empty() || name.front() == '-' || name.back() == '-') return false;
  for (const char c : name)
    if (c != '-' && (c < 'a' || c > 'z')) return false;
  return true;
}

consteval bool codes_are_well_formed() {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    const CodeRow& r = kCodes[i];
    if (static_cast<std::size_t>(r.code) != i || !is_kebab_case(r.name)) return false;
    if (r.explanation.empty()) return false;
    if ((r.severity == Severity::warning) != (r.code >= Code::always_true)) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (kCodes[j].name == r.name) return false;
  }
  return kCodes.size() == static_cast<std::size_t>(Code::unused_definition) + 1;
}
}  // namespace detail
static_assert(detail::codes_are_well_formed());

}  // namespace fwc
