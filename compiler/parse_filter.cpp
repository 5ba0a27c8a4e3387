// SPDX-License-Identifier: MIT
// The front half of the pipe: text to a filter that is known to be right.
#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "compiler/check/check.h"
#include "compiler/check/phrases/translate.h"
#include "compiler/diagnostics/render.h"
#include "compiler/eval/evaluate.h"
#include "compiler/eval/frame.h"
#include "fwc/compile.h"
#include "grammar/parse.h"
#include "grammar/recover.h"

namespace fwc {

namespace {

Code code_of(SyntaxError::Kind kind) {
  switch (kind) {
    case SyntaxError::Kind::syntax: return Code::syntax;
    case SyntaxError::Kind::assignment: return Code::assignment;
    case SyntaxError::Kind::too_deep: return Code::too_deep;
    case SyntaxError::Kind::too_long: return Code::too_long;
    case SyntaxError::Kind::encoding: return Code::encoding;
    case SyntaxError::Kind::empty: return Code::empty_filter;
    case SyntaxError::Kind::no_default: return Code::no_default;
  }
  return Code::syntax;
}

bool is_filter(std::string_view text) {
  const auto parsed = parse(text);
  const auto* filter = std::get_if<ast::Filter>(&parsed);
  if (filter == nullptr) return false;
  return check(*filter, text).filter || check(*filter, text, {}, Hook::tc).filter;
}

/// The whole text as it would be said here, where it is that of another tool and makes a filter.
std::string rewritten(std::string_view text) {
  constexpr std::size_t kMostShown = 300;  // bytes; nobody reads a longer hint
  const std::string meaning = translate_phrases(text);
  if (meaning.empty() || meaning.size() > kMostShown || meaning == text) return {};
  return is_filter(meaning) ? meaning : std::string{};
}

/// Whether `==` in the place of `=` is all that the text needs.
bool only_assigns(const SyntaxError& error, std::string_view text) {
  std::string compares(text);
  compares.replace(error.span.begin, 1, "==");
  return is_filter(compares);
}

/// The text as it would be said here, where more is wrong with it than the one mistake.
std::string meaning_of(const SyntaxError& error, std::string_view text) {
  const bool assigns = error.kind == SyntaxError::Kind::assignment;
  if (error.kind != SyntaxError::Kind::syntax && !assigns) return {};
  if (assigns && only_assigns(error, text)) return {};
  return rewritten(text);
}

Issue issue_of(const SyntaxError& error) {
  return {code_of(error.kind), error.span, error.message, error.hint};
}

/// Whether what the checker says of the sound parts has to do with what was put aside.
bool follows_from(const Recovery& recovery, const Issue& issue, std::string_view text) {
  if (row(issue.code).severity != Severity::error) return true;
  if (issue.file == 0 && issue.span.begin >= text.size()) return true;
  const auto meets = [&](Span hole) {
    return issue.span.begin <= hole.end && hole.begin <= issue.span.end;
  };
  const bool about_hole = issue.file == 0 && std::ranges::any_of(recovery.holes, meets);
  const std::string_view about =
      issue.file == 0 ? text.substr(issue.span.begin, issue.span.end - issue.span.begin) : "";
  return about_hole || std::ranges::find(recovery.lost_names, about) != recovery.lost_names.end();
}

/// Every mistake of a text that is not of the grammar; of the text of another tool, which is wrong
/// as a whole, one message.
ParseResult parse_with_mistakes(std::string_view text, const SyntaxError& error,
                                const ParseOptions& options) {
  Issues issues = {issue_of(error)};
  std::vector<SourceFile> files;
  if (const std::string meaning = meaning_of(error, text); !meaning.empty()) {
    issues.front().hint = fmt::format("write `{}`", meaning);
  } else {
    const Recovery recovery = recover(text, error);
    issues.clear();
    for (const SyntaxError& each : recovery.errors) issues.push_back(issue_of(each));
    if (recovery.filter) {
      CheckResult checked =
          check(*recovery.filter, recovery.text, options.load_source, options.hook);
      for (Issue& issue : checked.issues)
        if (!follows_from(recovery, issue, text)) issues.push_back(std::move(issue));
      files = std::move(checked.files);
    }
    std::ranges::stable_sort(issues, {}, [](const Issue& i) { return i.span.begin; });
  }
  return {.filter = std::nullopt,
          .diagnostics = to_diagnostics(issues, text, options.strict, files)};
}

/// Shows what was meant at the first name that is unknown.
void add_rewrite(Issues& issues, std::string_view text) {
  const auto unknown = std::ranges::find(issues, Code::unknown_name, &Issue::code);
  if (unknown == issues.end()) return;
  const bool is_slice = unknown->hint.starts_with("slices are of");  // `tcp[13]` of tcpdump
  // `not arp` is a filter elsewhere; where to find EtherTypes helps nobody who wrote that.
  if (unknown->hint.starts_with("it is an EtherType") && !rewritten(text).empty())
    unknown->hint.clear();
  const bool is_foreign =
      is_slice || unknown->hint.empty() || unknown->hint.starts_with("here it is");
  const std::string meaning = is_foreign ? rewritten(text) : std::string{};
  if (meaning.empty() || unknown->hint.ends_with(fmt::format(" `{}`", meaning))) return;
  if (is_slice) {
    Issue alone = *unknown;  // what else is wrong is wrong in the other tool's words
    alone.hint = fmt::format("write `{}`", meaning);
    issues.assign(1, std::move(alone));
    return;
  }
  unknown->hint = unknown->hint.empty() ? fmt::format("write `{}`", meaning)
                                        : fmt::format("{}, so write `{}`", unknown->hint, meaning);
}

bool has_error(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& d : diagnostics)
    if (d.error) return true;
  return false;
}

}  // namespace

ParseResult parse_filter(std::string_view text, bool strict) {
  return parse_filter(text, ParseOptions{.strict = strict});
}

ParseResult parse_filter(std::string_view text, const ParseOptions& options) {
  auto parsed = parse(text);
  if (const auto* error = std::get_if<SyntaxError>(&parsed))
    return parse_with_mistakes(text, *error, options);
  CheckResult checked =
      check(std::get<ast::Filter>(parsed), text, options.load_source, options.hook);
  if (!checked.filter) add_rewrite(checked.issues, text);
  ParseResult result{
      .filter = std::nullopt,
      .diagnostics = to_diagnostics(checked.issues, text, options.strict, checked.files)};
  if (checked.filter && !has_error(result.diagnostics))
    result.filter = Filter(std::make_shared<const CheckedFilter>(std::move(*checked.filter)));
  return result;
}

bool Filter::judge(std::span<const std::byte> packet, std::uint16_t ethertype, bool ingress) const {
  return evaluate(*checked_,
                  Packet{.protocol = ethertype, .bytes = packet, .context = {.ingress = ingress}});
}

bool Filter::judge_frame(std::span<const std::byte> frame, bool ingress) const {
  const std::optional<Packet> packet = packet_of(frame, {.ingress = ingress});
  return packet ? evaluate(*checked_, *packet) : !checked_->policy(ingress);
}

Direction Filter::direction() const {
  if (checked_->hook == Hook::xdp) return Direction::ingress;
  if (!checked_->has_parts && asks_for_flows()) return Direction::both;
  if (!checked_->has_parts || !checked_->ingress) return Direction::egress;
  return checked_->egress ? Direction::both : Direction::ingress;
}

bool Filter::has_parts() const {
  return checked_->has_parts;
}

bool Filter::asks_for_flows() const {
  return checked_->asks_for_flows();
}

std::string_view version() {
  return "0.1.0";
}

}  // namespace fwc
