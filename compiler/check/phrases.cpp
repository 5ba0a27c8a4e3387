// SPDX-License-Identifier: MIT
// Phrases of other tools: [protocol] words [operator] value. See the header.
#include "compiler/check/phrases.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "compiler/language/foreign_names.h"
#include "compiler/language/foreign_phrases.h"

namespace fwc {

namespace {

using Pieces = std::vector<std::string_view>;

constexpr std::size_t kLongestPhrase = 4;  // pieces before the value

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.:/-").find(c) != std::string_view::npos;
}

std::size_t piece_length(std::string_view rest) {
  if (rest.front() == '{') return std::min(rest.find('}'), rest.size() - 1) + 1;
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_word_char);
  if (end != rest.begin()) return static_cast<std::size_t>(end - rest.begin());
  for (const std::string_view op : {"==", "!=", "<=", ">=", "&&", "||"})
    if (rest.starts_with(op)) return op.size();
  return 1;
}

/// Words, operators and whole sets, as far as a phrase that begins near `at` can need them.
Pieces split(std::string_view text, std::size_t at) {
  Pieces pieces;
  std::size_t behind = 0;
  for (std::size_t i = 0; i < text.size() && behind <= kLongestPhrase; ++i) {
    if (std::string_view(" \t\r\n").find(text[i]) != std::string_view::npos) continue;
    pieces.push_back(text.substr(i, piece_length(text.substr(i))));
    if (i >= at) ++behind;
    i += pieces.back().size() - 1;
  }
  return pieces;
}

bool is_number(std::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `10/8` is `10.0.0.0/8` to tcpdump.
std::string with_all_octets(std::string_view word) {
  const std::size_t slash = word.find('/');
  const std::string_view address = word.substr(0, slash);
  const bool plain = std::all_of(address.begin(), address.end(),
                                 [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  std::string out(address);
  if (plain && slash != std::string_view::npos)
    for (auto dots = std::count(out.begin(), out.end(), '.'); dots < 3; ++dots) out += ".0";
  return slash == std::string_view::npos ? out : out + std::string(word.substr(slash));
}

/// `1-1024` is `1..1024`, `echo-request` is `echo_request`.
std::string value_here(std::string_view word, const FieldRow& field) {
  if (field.type == Type::address) return with_all_octets(word);
  const std::size_t dash = word.find('-');
  if (dash == std::string_view::npos) return std::string(word);
  if (is_number(word.substr(0, dash)) && is_number(word.substr(dash + 1)))
    return fmt::format("{}..{}", word.substr(0, dash), word.substr(dash + 1));
  std::string name(word);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string set_here(std::string_view set, const FieldRow& field) {
  std::string out;
  for (std::size_t i = 0; i < set.size();) {
    const auto end =
        std::find_if_not(set.begin() + static_cast<std::ptrdiff_t>(i), set.end(), is_word_char);
    const auto length = static_cast<std::size_t>(end - set.begin()) - i;
    out += length == 0 ? std::string(1, set[i]) : value_here(set.substr(i, length), field);
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

/// What the words stand for.
struct Subject {
  const FieldRow* field = nullptr;
  std::string_view op = "==";
  std::size_t words = 0;
};

const FieldRow* row_of(std::string_view name) {
  const auto field = find_field(name);
  return field ? &kFields[*field] : nullptr;
}

std::optional<Subject> subject_at(const Pieces& pieces, std::size_t i) {
  for (const ForeignPhrase& p : kForeignPhrases) {
    const bool both = i + 1 < pieces.size() && pieces[i + 1] == p.second;
    if (pieces[i] != p.first || !(p.second.empty() || both)) continue;
    return Subject{row_of(p.here), p.op, p.second.empty() ? std::size_t{1} : 2};
  }
  if (const FieldRow* field = row_of(pieces[i])) return Subject{.field = field, .words = 1};
  const ForeignName* name = find_foreign_name(pieces[i], ValueKind::plain);
  if (name == nullptr) return std::nullopt;
  return Subject{.field = row_of(name->here), .words = 1};
}

/// `tcp` of `tcp dport 22`; nothing of `ip saddr 10.0.0.1`, where the value says it already.
std::string guard_of(const FieldRow* protocol, std::string_view op) {
  if (protocol == nullptr) return {};
  const auto* test = std::get_if<HasLayer>(&protocol->source);
  const bool network = test != nullptr && is_network(test->any[0]);
  return network && op != "!=" ? std::string{} : fmt::format("{} && ", protocol->name);
}

std::string_view operator_here(std::string_view piece) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kOperatorsThere = {
      {{"==", "=="},
       {"=", "=="},
       {"eq", "=="},
       {"!=", "!="},
       {"ne", "!="},
       {"<", "<"},
       {">", ">"},
       {"is", "=="}}};
  for (const auto& [there, here] : kOperatorsThere)
    if (piece == there) return here;
  return {};
}

std::string test_of(const FieldRow& field, std::string_view op, const std::string& value) {
  const bool several =
      value.find_first_of("{/") != std::string::npos || value.find("..") != std::string::npos;
  if (several && op == "==") op = "in";
  if (several && op == "!=") op = "not in";
  return fmt::format("{} {} {}", field.name, op, value);
}

struct Phrase {
  std::string meaning;
  std::size_t end = 0;  ///< of its pieces
};

std::optional<Phrase> phrase_at(const Pieces& pieces, std::size_t i) {
  auto subject = subject_at(pieces, i);
  if (!subject || subject->field == nullptr) return std::nullopt;
  const FieldRow* protocol = nullptr;
  if (subject->field->type == Type::boolean) {
    protocol = subject->field;
    if (++i == pieces.size()) return std::nullopt;
    subject = subject_at(pieces, i);
    if (!subject || subject->field == nullptr) return std::nullopt;
  }
  const FieldRow& field = *subject->field;
  if ((i += subject->words) >= pieces.size() || field.type == Type::boolean) return std::nullopt;
  if (const auto op = operator_here(pieces[i]); !op.empty()) {
    subject->op = op;
    if (++i == pieces.size()) return std::nullopt;
  }
  const std::string value =
      pieces[i].front() == '{' ? set_here(pieces[i], field) : value_here(pieces[i], field);
  return Phrase{guard_of(protocol, subject->op) + test_of(field, subject->op, value), i + 1};
}

}  // namespace

std::string translate_phrase(std::string_view text, std::size_t at) {
  const Pieces pieces = split(text, at);
  const auto found = std::find_if(pieces.begin(), pieces.end(), [&](std::string_view piece) {
    return piece.data() + piece.size() > text.data() + at;
  });
  const auto stop = static_cast<std::size_t>(found - pieces.begin());
  for (std::size_t i = stop - std::min(stop, kLongestPhrase); i < std::min(stop + 1, pieces.size());
       ++i) {
    const auto phrase = phrase_at(pieces, i);
    if (!phrase || phrase->end <= stop) continue;
    const bool negated = i > 0 && (pieces[i - 1] == "not" || pieces[i - 1] == "!");
    const bool whole = phrase->meaning.front() == '(' && phrase->meaning.back() == ')';
    if (negated) return whole ? "!" + phrase->meaning : "!(" + phrase->meaning + ")";
    return whole && pieces.size() == phrase->end && i == 0
               ? phrase->meaning.substr(1, phrase->meaning.size() - 2)
               : phrase->meaning;
  }
  return {};
}

}  // namespace fwc
