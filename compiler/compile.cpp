// SPDX-License-Identifier: MIT
// The pipe: text, tree, checked filter, object.
#include "fwc/compile.h"

#include "compiler/codegen/emit.h"
#include "compiler/diagnostics/render.h"

namespace fwc {

CompileResult compile(std::string_view text, const CompileOptions& options) {
  ParseResult parsed = parse_filter(text, options.strict);
  CompileResult result{.object = std::nullopt, .diagnostics = std::move(parsed.diagnostics)};
  if (!parsed.filter) return result;

  auto emitted = emit(parsed.filter->checked(), options);
  if (auto* error = std::get_if<EmitError>(&emitted)) {
    const Issues issues{{.code = error->internal ? Code::internal : Code::too_complex,
                         .span = {0, static_cast<std::uint32_t>(text.size())},
                         .message = std::move(error->message),
                         .hint = {}}};
    for (Diagnostic& d : to_diagnostics(issues, text, options.strict))
      result.diagnostics.push_back(std::move(d));
    return result;
  }
  result.object = Object{std::get<std::vector<std::byte>>(std::move(emitted))};
  return result;
}

}  // namespace fwc
