// SPDX-License-Identifier: MIT
// Diagnostics as JSON; see check_json.h.
#include "cli/check_json.h"

#include <nlohmann/json.hpp>

#include "cli/json_output.h"
#include "cli/suggestion.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;

ordered_json to_json(const Place& place) {
  return {{"line", place.line},
          {"column", place.column},
          {"offset", place.offset},
          {"length", place.length}};
}

ordered_json to_json(const std::optional<Suggestion>& suggestion) {
  if (!suggestion) return nullptr;
  return {
      {"offset", suggestion->offset}, {"length", suggestion->length}, {"text", suggestion->text}};
}

ordered_json to_json(const FilterText& filter, const ParseOptions& options,
                     const Diagnostic& diagnostic, const std::vector<Diagnostic>& all) {
  ordered_json related = ordered_json::array();
  for (const Place& place : diagnostic.because) related.push_back(to_json(place));
  return {{"code", diagnostic.code},
          {"severity", diagnostic.error ? "error" : "warning"},
          {"message", diagnostic.message},
          {"hint", or_null(diagnostic.hint)},
          {"file", diagnostic.file.empty() ? filter.name : diagnostic.file},
          {"line", diagnostic.line},
          {"column", diagnostic.column},
          {"offset", diagnostic.offset},
          {"length", diagnostic.length},
          {"related", std::move(related)},
          {"suggestion", to_json(find_suggestion(filter, options, diagnostic, all))}};
}

}  // namespace

bool show_check(Terminal& terminal, const FilterText& filter, const ParseOptions& options) {
  const ParseResult result = parse_filter(filter.text, options);
  const std::vector<Diagnostic>& diagnostics = result.diagnostics;
  const bool valid = result.filter.has_value();
  ordered_json list = ordered_json::array();
  for (const Diagnostic& diagnostic : diagnostics)
    list.push_back(to_json(filter, options, diagnostic, diagnostics));
  show_json(terminal, {{"file", filter.name}, {"valid", valid}, {"diagnostics", std::move(list)}});
  return valid;
}

}  // namespace fwc::cli
