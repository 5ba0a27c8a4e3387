// SPDX-License-Identifier: MIT
// Reads the union of what tcpdump, nft, iptables and Wireshark write, as far as this language can
// say it: clauses joined by words, by signs or by nothing. See translate.h.
#include "compiler/check/phrases/translate.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "compiler/check/phrases/pieces.h"
#include "compiler/language/foreign_names.h"
#include "compiler/language/foreign_phrases.h"

namespace fwc {

namespace {

/// How tightly the text of a clause binds.
enum class Binding { any, all, test, name };

struct Clause {
  std::string text;  ///< empty where the words say nothing about a packet
  Binding binding = Binding::test;
};
using Result = std::optional<Clause>;

/// What words stand for.
struct Subject {
  const FieldRow* field = nullptr;
  std::string_view op = "==";
  std::size_t words = 0;
};

constexpr std::size_t kMostPieces = 400;
constexpr int kMostNested = 40;

const FieldRow* row_of(std::string_view name) {
  const auto field = find_field(name);
  return field ? &kFields[*field] : nullptr;
}

template <typename Rows>
auto find_row(const Rows& rows, std::string_view word, std::string_view Rows::value_type::* key) {
  const auto found = std::ranges::find(rows, word, key);
  return found == rows.end() ? nullptr : &*found;
}

bool is_one_of(std::string_view piece, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, piece) != words.end();
}

std::string inside(const Clause& clause, Binding binding) {
  return clause.binding < binding ? "(" + clause.text + ")" : clause.text;
}

Clause joined(const std::vector<Clause>& clauses, std::string_view op, Binding binding) {
  if (clauses.size() == 1) return clauses.front();
  Clause out{.text = {}, .binding = binding};
  for (const Clause& clause : clauses) {
    if (clause.text.empty()) continue;
    if (!out.text.empty()) out.text += fmt::format(" {} ", op);
    out.text += inside(clause, binding);
  }
  const auto said = std::ranges::count_if(clauses, [](const Clause& c) { return !c.text.empty(); });
  if (said == 1)
    out = *std::ranges::find_if(clauses, [](const Clause& c) { return !c.text.empty(); });
  return out;
}

Clause negated(const Clause& clause) {
  if (clause.text.empty()) return clause;
  if (clause.binding == Binding::name && clause.text.starts_with("!("))  // all of it, as made here
    return {.text = clause.text.substr(2, clause.text.size() - 3), .binding = Binding::any};
  return {.text = "!" + inside(clause, Binding::name), .binding = Binding::name};
}

Clause test_of(const FieldRow& field, std::string_view op, const std::string& value) {
  if (field.type == Type::boolean && op == "==" && value == "1")
    return {.text = std::string(field.name), .binding = Binding::name};
  const bool several =
      value.find_first_of("{/") != std::string::npos || value.find("..") != std::string::npos;
  if (several && op == "==") op = "in";
  if (several && op == "!=") op = "not in";
  return {.text = fmt::format("{} {} {}", field.name, op, value), .binding = Binding::test};
}

Clause test_of(const Subject& subject, const std::string& value) {
  return test_of(*subject.field, subject.op, value);
}

class Translator {
 public:
  explicit Translator(Pieces pieces) : pieces_(std::move(pieces)) {}

  std::string run() {
    while (is_one_of(piece(), {"iptables", "ip6tables", "tcpdump", "rule"})) ++at_;
    const Result whole = alternatives();
    if (!whole || at_ != pieces_.size()) return {};
    if (drops_) return negated(*whole).text;
    if (!keeps_state_) return whole->text;
    const Clause sent{.text = "egress", .binding = Binding::name};
    const Clause answer{.text = "reply", .binding = Binding::name};
    return joined({joined({sent, *whole}, "&&", Binding::all), answer}, "||", Binding::any).text;
  }

 private:
  std::string_view piece(std::size_t ahead = 0) const {
    return at_ + ahead < pieces_.size() ? pieces_[at_ + ahead] : std::string_view();
  }
  bool take(std::initializer_list<std::string_view> words) {
    if (at_ == pieces_.size() || !is_one_of(piece(), words)) return false;
    ++at_;
    return true;
  }

  // --- how clauses are joined ---

  Result alternatives() {
    std::vector<Clause> clauses;
    do {
      const Result clause = clauses_beside();
      if (!clause) return std::nullopt;
      clauses.push_back(*clause);
    } while (take({"or", "||"}));
    return joined(clauses, "||", Binding::any);
  }

  Result clauses_beside() {
    std::vector<Clause> clauses;
    do {
      take({"and", "&&"});
      const Result clause = possibly_negated();
      if (!clause) return std::nullopt;
      clauses.push_back(*clause);
    } while (at_ < pieces_.size() && !is_one_of(piece(), {"or", "||", ")"}));
    return joined(clauses, "&&", Binding::all);
  }

  Result possibly_negated() {
    bool negative = false;
    while (take({"not", "!"})) negative = !negative;
    if (!take({"("})) {
      const Result clause = one_clause();
      return clause && negative ? negated(*clause) : clause;
    }
    if (++nested_ > kMostNested) return std::nullopt;
    const Result group = alternatives();
    --nested_;
    if (!group || !take({")"})) return std::nullopt;
    return negative ? negated(*group) : *group;
  }

  // --- one clause ---

  Result one_clause() {
    if (at_ == pieces_.size()) return std::nullopt;
    const std::size_t start = at_;
    for (const auto read :
         {&Translator::option, &Translator::verdict, &Translator::state, &Translator::phrase,
          &Translator::repeated, &Translator::named_condition}) {
      if (const Result clause = (this->*read)()) return clause;
      at_ = start;
    }
    return as_it_is();
  }

  Result option() {
    const ForeignOption* option = find_row(kForeignOptions, piece(), &ForeignOption::name);
    if (option == nullptr) return std::nullopt;
    using Kind = ForeignOption::Kind;
    ++at_;
    const Clause opening{.text = "(tcp.flags & (fin | syn | rst | ack)) == syn"};
    if (option->kind == Kind::opening) return opening;
    const bool negative = take({"!"});
    if (at_ == pieces_.size()) return std::nullopt;
    const std::string_view value = pieces_[at_++];
    if (option->kind == Kind::ignored) return Clause{};
    if (option->kind == Kind::verdict) {
      drops_ |= is_one_of(value, {"DROP", "REJECT"});
      return Clause{};
    }
    if (option->kind == Kind::flags) return option_flags(value);
    if (option->kind == Kind::state) {
      const Result state = state_named(value);
      return state && negative ? negated(*state) : state;
    }
    Clause clause = option->kind == Kind::protocol
                        ? protocol_named(value)
                        : test_of(Subject{.field = row_of(option->here)},
                                  value_here(value, *row_of(option->here)));
    return negative ? negated(clause) : clause;
  }

  Result option_flags(std::string_view mask) {
    if (at_ == pieces_.size()) return std::nullopt;
    return Clause{.text = fmt::format("(tcp.flags & ({})) == ({})", flags_here(mask),
                                      flags_here(pieces_[at_++]))};
  }

  static Clause protocol_named(std::string_view name) {
    if (name == "all") return {};
    const FieldRow* field = field_named(name);
    if (field != nullptr && std::holds_alternative<HasLayer>(field->source))
      return {.text = std::string(field->name), .binding = Binding::name};
    return {.text = fmt::format("proto == {}", name)};
  }

  Result verdict() {
    if (pieces_.size() == 1) return std::nullopt;  // has a hint of its own
    if (take({"drop", "reject"})) {
      drops_ = true;
      return Clause{};
    }
    return take({"accept", "counter", "log"}) ? Result(Clause{}) : std::nullopt;
  }

  /// `ct state established,related`, and `keep state` of pf.
  Result state() {
    if (take({"keep"})) {
      keeps_state_ = true;
      return take({"state"}) ? Result(Clause{}) : std::nullopt;
    }
    if (!take({"ct"}) || !take({"state"}) || at_ == pieces_.size()) return std::nullopt;
    return state_named(pieces_[at_++]);
  }

  static Result state_named(std::string_view list) {
    const std::string_view here = state_here(list);
    if (here.empty()) return std::nullopt;
    return Clause{.text = std::string(here), .binding = Binding::name};
  }

  /// [protocol] words [operator] value, or a protocol alone.
  Result phrase() {
    const FieldRow* protocol = nullptr;
    auto subject = index();
    if (!subject) subject = subject_here();
    if (subject && subject->field->type == Type::boolean && !starts_value(subject->words)) {
      protocol = subject->field;
      at_ += subject->words;
      if (!std::holds_alternative<HasLayer>(protocol->source) || !(subject = subject_here()) ||
          subject->field->type == Type::boolean)
        return Clause{.text = std::string(protocol->name), .binding = Binding::name};
    }
    if (!subject) return std::nullopt;
    if (protocol == nullptr) protocol = protocol_of_name(*subject);
    at_ += subject->words;
    const Result test = test_here(*subject);
    if (!test) return std::nullopt;
    last_ = subject;
    const std::string guard = guard_of(protocol, subject->op);
    if (guard.empty()) return test;
    return joined({Clause{.text = guard, .binding = Binding::name}, *test}, "&&", Binding::all);
  }

  /// `tcp[13]`
  std::optional<Subject> index() const {
    if (!piece(1).starts_with('[')) return std::nullopt;
    for (const ForeignIndex& row : kForeignIndexes)
      if (row.protocol == piece() && row.index == piece(1))
        return Subject{.field = row_of(row.here), .words = 2};
    return std::nullopt;
  }

  std::optional<Subject> subject_here() const {
    for (const ForeignPhrase& p : kForeignPhrases)
      if (piece() == p.first && (p.second.empty() || piece(1) == p.second))
        return Subject{
            .field = row_of(p.here), .op = p.op, .words = p.second.empty() ? std::size_t{1} : 2};
    if (const FieldRow* field = row_of(piece())) return Subject{.field = field, .words = 1};
    const ForeignName* name = find_foreign_name(piece(), ValueKind::plain);
    if (name == nullptr || row_of(name->here) == nullptr) return std::nullopt;
    return Subject{.field = row_of(name->here), .words = 1};
  }

  static const FieldRow* field_named(std::string_view word) {
    if (const FieldRow* field = row_of(word)) return field;
    const ForeignName* name = find_foreign_name(word, ValueKind::plain);
    return name == nullptr ? nullptr : row_of(name->here);
  }

  /// Whether an operator stands behind the words.
  bool starts_value(std::size_t words) const { return !operator_here(piece(words)).empty(); }

  /// `tcp` of `tcp.dstport`, which here is `dst_port` and of UDP as well.
  const FieldRow* protocol_of_name(const Subject& subject) const {
    const std::string_view protocol = piece().substr(0, piece().find('.'));
    if (protocol == piece() || subject.field->name.starts_with(protocol)) return nullptr;
    return is_one_of(protocol, {"tcp", "udp"}) ? row_of(protocol) : nullptr;
  }

  /// Nothing of `ip saddr 10.0.0.1`, where the value says it already.
  static std::string guard_of(const FieldRow* protocol, std::string_view op) {
    if (protocol == nullptr) return {};
    const auto* test = std::get_if<HasLayer>(&protocol->source);
    const bool network = test != nullptr && is_network(test->any[0]);
    return network && op != "!=" ? std::string{} : std::string(protocol->name);
  }

  Result test_here(Subject& subject) {
    const bool bits = take({"&"}) || (subject.op == "&" && operator_here(piece()).empty());
    if (bits) return bits_here(*subject.field);
    if (subject.op == "&") subject.op = "==";
    if (const auto op = operator_here(piece()); !op.empty()) {
      subject.op = op;
      ++at_;
    }
    const bool flags = subject.field->kind == ValueKind::tcp_flags;
    if (at_ == pieces_.size()) return std::nullopt;
    if (flags) return test_of(*subject.field, subject.op, flags_or_group());
    if (is_one_of(piece(), {"(", ")", "or", "and", "||", "&&", "["})) return std::nullopt;
    return test_of(subject, value_here(pieces_[at_++], *subject.field));
  }

  /// `& mask == value`; without a value any of the bits.
  Result bits_here(const FieldRow& field) {
    if (at_ == pieces_.size()) return std::nullopt;
    const std::string masked = fmt::format("{} & {}", field.name, flags_or_group());
    const auto op = operator_here(piece());
    const bool any = op.empty() || (op == "!=" && piece(1) == "0");
    if (any) at_ += op.empty() ? 0 : 2;
    if (any) return Clause{.text = masked, .binding = Binding::test};
    ++at_;
    if (at_ == pieces_.size()) return std::nullopt;
    return Clause{.text = fmt::format("({}) {} {}", masked, op, flags_or_group())};
  }

  /// Bits: one word, words with commas or bars between them, or all that in parentheses.
  std::string flags_or_group() {
    std::string text;
    const bool group = take({"("});
    while (at_ < pieces_.size() && !is_one_of(piece(), {")", "and", "or", "&&", "||"})) {
      text += pieces_[at_++];
      if (!group && piece() != "|" && !text.ends_with('|')) break;
    }
    if (group) take({")"});
    std::string bits = flags_here(text);
    return bits.find('|') == std::string::npos ? bits : "(" + bits + ")";
  }

  /// `443` of `port 80 or 443`.
  Result repeated() {
    if (!last_ || at_ == 0 || !is_one_of(pieces_[at_ - 1], {"or", "||"})) return std::nullopt;
    if (piece().find_first_not_of("0123456789.:/-") != std::string_view::npos) return std::nullopt;
    return test_of(*last_, value_here(pieces_[at_++], *last_->field));
  }

  Result named_condition() {
    if (const auto* row = find_row(kForeignConditions, piece(), &ForeignCondition::word)) {
      ++at_;
      const bool any = row->here.find("||") != std::string_view::npos;
      const bool all = row->here.find("&&") != std::string_view::npos;
      return Clause{.text = std::string(row->here),
                    .binding = row->here.starts_with('!') ? Binding::name
                               : all                      ? Binding::all
                               : any                      ? Binding::any
                                                          : Binding::test};
    }
    if (!find_constant(ValueKind::port, piece())) return std::nullopt;
    const std::string service(pieces_[at_++]);
    return Clause{.text = fmt::format("port == {}", service)};
  }

  /// Up to the next word that joins clauses, in the hope that it is of this language.
  Result as_it_is() {
    std::string text;
    int open = 0;
    for (; at_ < pieces_.size(); ++at_) {
      if (open == 0 && is_one_of(piece(), {"and", "or", "&&", "||", ")"})) break;
      open += piece() == "(" ? 1 : piece() == ")" ? -1 : 0;
      text += (text.empty() ? "" : " ") + std::string(piece());
    }
    if (text.empty()) return std::nullopt;
    return Clause{.text = text, .binding = Binding::all};
  }

  Pieces pieces_;
  std::size_t at_ = 0;
  std::optional<Subject> last_;
  bool drops_ = false;
  bool keeps_state_ = false;
  int nested_ = 0;
};

}  // namespace

std::string translate_phrases(std::string_view text) {
  if (text.size() > 4096) return {};
  Pieces pieces = split_phrases(text);
  return pieces.size() > kMostPieces ? std::string{} : Translator(std::move(pieces)).run();
}

}  // namespace fwc
