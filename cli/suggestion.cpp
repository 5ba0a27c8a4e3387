// SPDX-License-Identifier: MIT
// The code in a hint, tried in the place of the span and in that of the whole; see suggestion.h.
#include "cli/suggestion.h"

#include <algorithm>
#include <array>

namespace fwc::cli {

namespace {

/// The first code after one of the words by which hints tell what to write.
std::optional<std::string> code_in(std::string_view hint) {
  constexpr std::array<std::string_view, 2> kWords = {"write `", "did you mean `"};
  for (const std::string_view word : kWords) {
    const std::size_t begin = hint.find(word);
    if (begin == std::string_view::npos) continue;
    const std::string_view rest = hint.substr(begin + word.size());
    const std::size_t end = rest.find('`');
    if (end != std::string_view::npos) return std::string(rest.substr(0, end));
  }
  return std::nullopt;
}

std::size_t count_errors(const std::vector<Diagnostic>& diagnostics) {
  return static_cast<std::size_t>(
      std::ranges::count_if(diagnostics, [](const Diagnostic& d) { return d.error; }));
}

bool helps(const FilterText& filter, const ParseOptions& options, const Suggestion& suggestion,
           const std::vector<Diagnostic>& before) {
  std::string text = filter.text;
  text.replace(suggestion.offset, suggestion.length, suggestion.text);
  ParseOptions lenient = options;
  lenient.strict = false;
  const auto after = parse_filter(text, lenient).diagnostics;
  const std::size_t errors = count_errors(before);
  // The errors of meaning are only found where those of syntax are gone.
  return errors == 0 ? after.size() < before.size() && count_errors(after) == 0
                     : count_errors(after) < errors;
}

}  // namespace

std::optional<Suggestion> find_suggestion(const FilterText& filter, const ParseOptions& options,
                                          const Diagnostic& diagnostic,
                                          const std::vector<Diagnostic>& all) {
  const auto code = diagnostic.file.empty() ? code_in(diagnostic.hint) : std::nullopt;
  if (!code || diagnostic.offset + diagnostic.length > filter.text.size()) return std::nullopt;
  const std::array<Suggestion, 2> places = {
      Suggestion{.offset = diagnostic.offset, .length = diagnostic.length, .text = *code},
      Suggestion{
          .offset = 0, .length = static_cast<std::uint32_t>(filter.text.size()), .text = *code}};
  for (const Suggestion& suggestion : places)
    if (helps(filter, options, suggestion, all)) return suggestion;
  return std::nullopt;
}

}  // namespace fwc::cli
