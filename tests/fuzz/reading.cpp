// SPDX-License-Identifier: MIT
// The properties of texts alone.
#include "grammar/format.h"
#include "tests/fuzz/hold.h"
#include "tests/fuzz/properties.h"

namespace fwc::test {

namespace {

/// All of what a text can be read for, in turns: the hooks have different fields.
Hook hook_of(std::string_view text) {
  return kHooks[text.size() % kHooks.size()];
}

void hold_of_layout(std::string_view text, const ast::Filter& tree, std::size_t width) {
  const auto formatted = format(text, width);
  const auto* layout = std::get_if<std::string>(&formatted);
  hold(layout != nullptr, "a text of the grammar has a layout", text);
  hold(layout->ends_with('\n'), "a layout is lines", text);
  const auto parsed = parse(*layout);
  const auto* again = std::get_if<ast::Filter>(&parsed);
  hold(again != nullptr && bare(*again, true) == bare(tree, true), "a layout has the same tree",
       text);
  const auto twice = format(*layout, width);
  hold(std::get_if<std::string>(&twice) != nullptr && std::get<std::string>(twice) == *layout,
       "a layout is its own layout", text);
}

}  // namespace

void hold_reading(std::string_view text) {
  const ParseResult result = parse_filter(text, ParseOptions{.hook = hook_of(text)});
  hold_of_diagnostics(result.diagnostics, result.filter.has_value(), text);
}

void hold_layout(std::string_view text) {
  const auto parsed = parse(text);
  const auto* tree = std::get_if<ast::Filter>(&parsed);
  if (tree == nullptr)
    return hold(std::holds_alternative<SyntaxError>(format(text)), "only a filter has a layout",
                text);
  for (const std::size_t width : {100, 20}) hold_of_layout(text, *tree, width);
}

}  // namespace fwc::test
