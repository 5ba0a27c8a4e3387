// SPDX-License-Identifier: MIT
// Issues to public Diagnostics. The places of all of them are found in one walk over the text.
#include <algorithm>
#include <map>

#include "compiler/diagnostics/render.h"
#include "compiler/diagnostics/utf8.h"

namespace fwc {

namespace {

/// Lines and columns of the offsets that were asked for.
class Positions {
 public:
  explicit Positions(std::string_view text) : text_(text) {}

  void ask(std::uint32_t offset) { places_.try_emplace(clamped(offset)); }

  void find() {
    Place at;
    for (auto& [offset, place] : places_) {
      while (at.offset < offset) step(at);
      place = at;
      place.offset = offset;
    }
  }

  Place of(Span span) const {
    Place place = places_.at(clamped(span.begin));
    place.length = std::max(clamped(span.end), place.offset) - place.offset;
    return place;
  }

 private:
  std::uint32_t clamped(std::uint32_t offset) const {
    return std::min(offset, static_cast<std::uint32_t>(text_.size()));
  }

  void step(Place& at) const {
    if (text_[at.offset] == '\n') {
      ++at.line;
      at.column = 1;
      ++at.offset;
      return;
    }
    ++at.column;
    at.offset += static_cast<std::uint32_t>(character_at(text_, at.offset).bytes);
  }

  std::string_view text_;
  std::map<std::uint32_t, Place> places_;
};

}  // namespace

std::vector<Diagnostic> to_diagnostics(const Issues& issues, std::string_view text, bool strict) {
  Positions positions(text);
  for (const Issue& issue : issues) {
    positions.ask(issue.span.begin);
    for (const Span span : issue.because) positions.ask(span.begin);
  }
  positions.find();
  std::vector<Diagnostic> out;
  out.reserve(issues.size());
  for (const Issue& issue : issues) {
    const CodeRow& kind = row(issue.code);
    const Place place = positions.of(issue.span);
    out.push_back({.error = strict || kind.severity == Severity::error,
                   .code = std::string(kind.name),
                   .offset = place.offset,
                   .length = place.length,
                   .line = place.line,
                   .column = place.column,
                   .message = issue.message,
                   .hint = issue.hint});
    for (const Span span : issue.because) out.back().because.push_back(positions.of(span));
  }
  return out;
}

}  // namespace fwc
