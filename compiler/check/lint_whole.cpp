// SPDX-License-Identifier: MIT
// A filter that passes everything or nothing, where nothing else was said of it.
#include <fmt/format.h>

#include "compiler/check/lints.h"
#include "compiler/check/reasoning/reasoner.h"

namespace fwc {

namespace {

bool is_written_constant(const ast::Node& node) {
  const auto* name = std::get_if<ast::Name>(&node.value);
  return std::holds_alternative<ast::Integer>(node.value) ||
         (name != nullptr && (name->text == "true" || name->text == "false"));
}

}  // namespace

void lint_whole(const ast::Filter& written, const CheckedFilter& filter, Reasoner& reasoner,
                Report& report) {
  if (!filter.is_expression || !report.empty()) return;
  const ast::Node& text = written.at(written.root);  // a policy has none
  if (is_written_constant(text)) return;
  for (const bool passes : {true, false}) {
    if (reasoner.is_possible(reasoner.everything(), filter.expression(), !passes)) continue;
    report.add(passes ? Code::passes_everything : Code::drops_everything, text.span,
               fmt::format("the filter {} every packet", passes ? "passes" : "drops"),
               fmt::format("write `{}` if that is meant", passes));
  }
}

}  // namespace fwc
