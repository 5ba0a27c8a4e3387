// SPDX-License-Identifier: MIT
// Spelling only; see pieces.h.
#include "compiler/check/phrases/pieces.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "compiler/language/foreign_phrases.h"
#include "compiler/words.h"

namespace fwc {

namespace {

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.:/-,$@\\\"").find(c) != std::string_view::npos;
}

bool is_number(std::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t closed_by(std::string_view rest, char closer) {
  return std::min(rest.find(closer), rest.size() - 1) + 1;
}

std::size_t piece_length(std::string_view rest) {
  if (rest.front() == '{') return closed_by(rest, '}');
  if (rest.front() == '[') return closed_by(rest, ']');
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_word_char);
  if (end != rest.begin()) return static_cast<std::size_t>(end - rest.begin());
  for (const std::string_view op : {"==", "!=", "<=", ">=", "&&", "||"})
    if (rest.starts_with(op)) return op.size();
  return 1;
}

/// `10/8` and `192.168.1` of tcpdump.
std::string with_all_octets(std::string_view word) {
  const std::size_t slash = word.find('/');
  const std::string_view address = word.substr(0, slash);
  const bool plain = std::all_of(address.begin(), address.end(),
                                 [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  if (!plain || address.empty()) return std::string(word);
  std::string out(address);
  const auto dots = std::count(out.begin(), out.end(), '.');
  for (auto have = dots; have < 3; ++have) out += ".0";
  if (slash != std::string_view::npos) return out + std::string(word.substr(slash));
  return dots == 3 ? out : fmt::format("{}/{}", out, 8 * (dots + 1));
}

std::string one_value(std::string_view word, const FieldRow& field) {
  if (field.type == Type::address) {
    const std::size_t dash = word.find('-');
    if (dash == std::string_view::npos) return with_all_octets(word);
    return fmt::format("{}..{}", word.substr(0, dash), word.substr(dash + 1));
  }
  if (word.starts_with('\\')) word.remove_prefix(1);  // `ip proto \tcp`
  if (word.starts_with("icmp-")) word.remove_prefix(5);
  if (word == "echo" || word == "echoreply") word = word == "echo" ? "echo_request" : "echo_reply";
  const std::size_t dash = word.find_first_of("-:");
  if (dash != std::string_view::npos && is_number(word.substr(0, dash)) &&
      is_number(word.substr(dash + 1)))
    return fmt::format("{}..{}", word.substr(0, dash), word.substr(dash + 1));
  std::string name(word);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace

Pieces split_phrases(std::string_view text) {
  Pieces pieces;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::string_view(" \t\r\n").find(text[i]) != std::string_view::npos) continue;
    pieces.push_back(text.substr(i, piece_length(text.substr(i))));
    i += pieces.back().size() - 1;
  }
  return pieces;
}

std::string value_here(std::string_view piece, const FieldRow& field) {
  const auto words = words_of(piece, " \t\n{},");
  if (words.size() == 1 && piece.front() != '{') return one_value(words.front(), field);
  std::string out;
  for (const std::string_view word : words)
    out += (out.empty() ? "" : ", ") + one_value(word, field);
  return "{" + out + "}";
}

std::string flags_here(std::string_view piece) {
  std::string out;
  std::string word;
  const auto end_word = [&] {
    if (word.starts_with("tcp-")) word.erase(0, 4);
    if (word == "push") word = "psh";
    if (!word.empty()) out += (out.empty() ? "" : " | ") + word;
    word.clear();
  };
  for (const char c : piece) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-')
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else
      end_word();
  }
  end_word();
  return out;
}

std::string_view state_here(std::string_view piece) {
  std::string_view found;
  std::string word;
  for (const char c : std::string(piece) + ",") {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      continue;
    }
    if (word.empty()) continue;
    const auto row = std::ranges::find(kForeignStates, word, &ForeignState::word);
    if (row == kForeignStates.end() || (!row->here.empty() && !found.empty())) return {};
    if (!row->here.empty()) found = row->here;
    word.clear();
  }
  return found;
}

std::string_view operator_here(std::string_view piece) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kThere = {
      {{"==", "=="},
       {"=", "=="},
       {"eq", "=="},
       {"is", "=="},
       {"in", "=="},
       {"!=", "!="},
       {"ne", "!="},
       {"<", "<"},
       {"lt", "<"},
       {">", ">"},
       {"gt", ">"},
       {"<=", "<="},
       {"le", "<="},
       {">=", ">="},
       {"ge", ">="},
       {"===", "=="}}};
  for (const auto& [there, here] : kThere)
    if (piece == there) return here;
  return {};
}

}  // namespace fwc
