// SPDX-License-Identifier: MIT
// The pipe: text, tree, checked filter, object.
#include "fwc/compile.h"

#include "compiler/codegen/emit.h"
#include "compiler/diagnostics/render.h"
#include "fwc/seal.h"

namespace fwc {

namespace {

/// What the hook cannot do: `xdp` sees one direction alone, and what is told of packets, audited
/// and refused is that of sockets.
Issues beyond_hook(const CompileOptions& options, std::size_t length) {
  if (options.hook == Hook::cgroup) return {};
  const Span whole{0, static_cast<std::uint32_t>(length)};
  if (options.log != Logged::nothing || options.audit || options.refuse_calls)
    return {{.code = Code::not_on_hook,
             .span = whole,
             .message = "packets are logged and audited, and calls refused, on the hook `cgroup` "
                        "alone",
             .hint = "leave out `--log`, `--audit` and `--refuse`, or `--hook`"}};
  if (options.hook != Hook::xdp || *options.direction == Direction::ingress) return {};
  return {{.code = Code::missing_part,
           .span = whole,
           .message = "the hook `xdp` sees nothing that is sent",
           .hint = "ask for ingress alone, or for the hook `tc`"}};
}

/// A direction that is asked for and that the filter says nothing of.
Issues missing_part(const CheckedFilter& filter, Direction direction) {
  Issues issues;
  for (const bool ingress : {true, false}) {
    if (direction == (ingress ? Direction::egress : Direction::ingress)) continue;
    if (filter.policy(ingress)) continue;
    const std::string name = ingress ? "ingress" : "egress";
    issues.push_back(
        {.code = Code::missing_part,
         .span = filter.policy(!ingress)->default_span,
         .message = "the policy has no part `" + name + "`",
         .hint = "write `" + name + " { default allow; }`, or ask for the part it has"});
  }
  return issues;
}

/// The first place that asks for the flow of a packet.
Span first_question(const CheckedFilter& filter) {
  Span first{0, static_cast<std::uint32_t>(filter.text.size())};
  bool found = false;
  for (const Node& node : filter.nodes) {
    const auto* field = std::get_if<FieldValue>(&node.value);
    if (field == nullptr || !std::holds_alternative<FlowFact>(kFields[field->field].source))
      continue;
    if (!found || node.span.begin < first.begin) first = node.span;
    found = true;
  }
  return first;
}

/// Flows are known from the packets of both directions.
Issues missing_direction(const CheckedFilter& filter, const CompileOptions& options) {
  if (*options.direction == Direction::both || options.share_flows || !filter.asks_for_flows())
    return {};
  const Span span = first_question(filter);
  const std::string field = filter.text.substr(span.begin, span.end - span.begin);
  const std::string name = *options.direction == Direction::ingress ? "ingress" : "egress";
  return {{.code = Code::missing_direction,
           .span = span,
           .message = "`" + field + "` needs programs for both directions, and only `" + name +
                      "` is made",
           .hint = "give `--ingress` and `--egress`, or `--direction both`; a policy can have a "
                   "part for each"}};
}

}  // namespace

CompileResult compile(std::string_view text, const CompileOptions& options) {
  ParseResult parsed = parse_filter(text, ParseOptions{.strict = options.strict,
                                                       .hook = options.hook,
                                                       .load_source = options.load_source});
  CompileResult result{.object = std::nullopt, .diagnostics = std::move(parsed.diagnostics)};
  if (!parsed.filter) return result;

  CompileOptions resolved = options;
  resolved.direction = options.direction.value_or(parsed.filter->direction());
  const auto add = [&](const Issues& issues) {
    for (Diagnostic& d : to_diagnostics(issues, text, options.strict))
      result.diagnostics.push_back(std::move(d));
  };
  add(beyond_hook(resolved, text.size()));
  add(missing_part(parsed.filter->checked(), *resolved.direction));
  add(missing_direction(parsed.filter->checked(), resolved));
  if (!result.diagnostics.empty() && result.diagnostics.back().error) return result;
  auto emitted = emit(parsed.filter->checked(), resolved);
  if (auto* error = std::get_if<EmitError>(&emitted)) {
    add({{.code = error->internal ? Code::internal : Code::too_complex,
          .span = {0, static_cast<std::uint32_t>(text.size())},
          .message = std::move(error->message),
          .hint = {}}});
    return result;
  }
  result.object = Object{std::get<std::vector<std::byte>>(std::move(emitted))};
  seal(result.object->bytes);
  return result;
}

}  // namespace fwc
