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

std::vector<Diagnostic> to_diagnostics(const Issues& issues, std::string_view text, bool strict,
                                       const std::vector<SourceFile>& files) {
  constexpr std::size_t kMostExcerpt = 1024;
  std::vector<std::string_view> sources = {text};
  for (const SourceFile& file : files) sources.push_back(file.text);
  std::vector<Positions> positions(sources.begin(), sources.end());
  for (const Issue& issue : issues) {
    positions[issue.file].ask(issue.span.begin);
    for (const Span span : issue.because) positions[issue.file].ask(span.begin);
  }
  for (Positions& each : positions) each.find();
  std::vector<Diagnostic> out;
  out.reserve(issues.size());
  for (const Issue& issue : issues) {
    const CodeRow& kind = row(issue.code);
    const Positions& in = positions[issue.file];
    const Place place = in.of(issue.span);
    out.push_back({.error = strict || kind.severity == Severity::error,
                   .code = std::string(kind.name),
                   .offset = place.offset,
                   .length = place.length,
                   .line = place.line,
                   .column = place.column,
                   .message = issue.message,
                   .hint = issue.hint});
    for (const Span span : issue.because) out.back().because.push_back(in.of(span));
    if (issue.file == 0) continue;
    const std::string_view source = sources[issue.file];
    const std::size_t first = place.offset == 0 ? 0 : source.rfind('\n', place.offset - 1) + 1;
    out.back().file = files[issue.file - 1].name;
    out.back().excerpt =
        source.substr(first, std::min(source.find('\n', first), first + kMostExcerpt) - first);
    out.back().excerpt_offset = static_cast<std::uint32_t>(place.offset - first);
  }
  return out;
}

}  // namespace fwc
