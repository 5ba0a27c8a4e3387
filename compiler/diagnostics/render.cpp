// SPDX-License-Identifier: MIT
// A Diagnostic as a person reads it. The text is not trusted: nothing of it reaches a terminal but
// printable characters, and only as much of a line is read as is shown.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/diagnostics/utf8.h"
#include "compiler/diagnostics/visible.h"
#include "fwc/diagnostic.h"

namespace fwc {

namespace {

constexpr std::string_view kIndent = "  ";
constexpr std::string_view kCut = "…";
constexpr std::size_t kLeastWidth = 24;

/// The part of a line that is shown: grows to both sides from a point, as far as it may.
class Window {
 public:
  Window(std::string_view line, std::size_t from) : line_(line), begin_(from), end_(from) {}

  /// Both grow towards `limit` and stop where `columns` would be exceeded.
  void grow_right(std::size_t limit, std::size_t columns) {
    while (end_ < limit) {
      const Character c = character_at(line_, end_);
      const std::size_t more = cell_of(line_, end_, c).columns;
      if (columns_ + more > columns) return;
      columns_ += more;
      end_ += c.bytes;
    }
  }
  void grow_left(std::size_t columns) {
    while (begin_ > 0) {
      const std::size_t at = character_before(line_, begin_);
      const std::size_t more = cell_of(line_, at, character_at(line_, at)).columns;
      if (columns_ + more > columns) return;
      columns_ += more;
      begin_ = at;
    }
  }

  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  std::size_t columns() const { return columns_; }
  bool is_whole() const { return begin_ == 0 && end_ == line_.size(); }

 private:
  std::string_view line_;
  std::size_t begin_;
  std::size_t end_;
  std::size_t columns_ = 0;
};

/// The whole line if it fits, otherwise the span with what fits around it, evenly.
Window choose_window(std::string_view line, std::size_t begin, std::size_t end,
                     std::size_t columns) {
  Window whole(line, 0);
  whole.grow_right(line.size(), columns);
  if (whole.is_whole()) return whole;
  columns -= 2;  // for the two marks of the cuts
  Window part(line, begin);
  part.grow_right(end, columns * 3 / 4);
  part.grow_left(part.columns() + (columns - part.columns()) / 2);
  part.grow_right(line.size(), columns);
  part.grow_left(columns);
  return part;
}

std::size_t columns_between(std::string_view line, std::size_t begin, std::size_t end) {
  std::size_t columns = 0;
  while (begin < end) {
    const Character c = character_at(line, begin);
    columns += cell_of(line, begin, c).columns;
    begin += c.bytes;
  }
  return columns;
}

struct Line {
  std::string_view text;
  std::size_t begin;  ///< of the span, in the line
  std::size_t end;    ///< of the span, or of the line where the span goes on
};

Line line_of(std::string_view text, std::size_t offset, std::size_t length) {
  offset = std::min(offset, text.size());
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t last = std::min(text.find('\n', offset), text.size());
  std::string_view line = text.substr(first, last - first);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t begin = std::min(offset - first, line.size());
  return {line, begin, std::min(begin + std::min(length, line.size()), line.size())};
}

struct Palette {
  std::string_view strong, error, warning, hint, plain;
};
constexpr Palette kColors = {"\x1b[1m", "\x1b[1;31m", "\x1b[1;35m", "\x1b[1;36m", "\x1b[0m"};
constexpr Palette kNoColors = {};

/// The marks below a line: `^~~~` for a span, `---` for the places that belong to it.
class Marks {
 public:
  Marks(std::string_view line, const Window& window) : line_(line), window_(window) {}

  void add(const Line& at, char first, char rest) {
    if (at.begin > window_.end() || at.end < window_.begin()) return;
    const std::size_t begin = std::max(at.begin, window_.begin());
    const std::size_t from = columns_between(line_, window_.begin(), begin) + cut();
    const std::size_t count =
        std::max<std::size_t>(columns_between(line_, begin, std::min(at.end, window_.end())), 1);
    if (text_.size() < from + count) text_.resize(from + count, ' ');
    for (std::size_t i = 0; i < count; ++i) text_[from + i] = i == 0 ? first : rest;
  }
  const std::string& text() const { return text_; }

 private:
  std::size_t cut() const { return window_.begin() > 0 ? 1 : 0; }

  std::string_view line_;
  const Window& window_;
  std::string text_;
};

std::string shown(const Line& line, const Window& window) {
  return fmt::format("{}{}{}{}\n", kIndent, window.begin() > 0 ? kCut : "",
                     visible(line.text.substr(window.begin(), window.end() - window.begin())),
                     window.end() < line.text.size() ? kCut : "");
}

struct Shades {
  std::string_view span, because, plain;
};

/// The line of the span with the span underlined, and what belongs to it where that is on the line;
/// then the other lines that have something that does.
std::string source_lines(const Diagnostic& d, std::string_view text, std::size_t width,
                         const Shades& shades) {
  const Line line = line_of(text, d.offset, d.length);
  const Window window = choose_window(line.text, line.begin, line.end, width - kIndent.size());
  Marks marks(line.text, window);
  std::string elsewhere;
  for (const Place& place : d.because) {
    const Line other = line_of(text, place.offset, place.length);
    if (place.line == d.line) {
      marks.add(other, '-', '-');
      continue;
    }
    const Window around = choose_window(other.text, other.begin, other.end, width - kIndent.size());
    Marks below(other.text, around);
    below.add(other, '-', '-');
    elsewhere +=
        fmt::format("{}because of line {}:\n{}{}{}{}{}\n", kIndent, place.line,
                    shown(other, around), kIndent, shades.because, below.text(), shades.plain);
  }
  marks.add(line, '^', '~');
  return fmt::format("{}{}{}{}{}\n{}", shown(line, window), kIndent, shades.span, marks.text(),
                     shades.plain, elsewhere);
}

}  // namespace

std::string render(const Diagnostic& diagnostic, std::string_view text, std::string_view name,
                   bool color, unsigned width) {
  if (!diagnostic.file.empty()) {
    Diagnostic inner = diagnostic;
    inner.file.clear();
    inner.offset = diagnostic.excerpt_offset;
    return render(inner, diagnostic.excerpt, diagnostic.file, color, width);
  }
  const Palette& palette = color ? kColors : kNoColors;
  const std::string_view shade = diagnostic.error ? palette.error : palette.warning;
  std::string out =
      fmt::format("{}{}:{}:{}:{} {}{}:{} {} [{}]\n", palette.strong, visible(name), diagnostic.line,
                  diagnostic.column, palette.plain, shade, diagnostic.error ? "error" : "warning",
                  palette.plain, visible(diagnostic.message), diagnostic.code);
  out += source_lines(diagnostic, text, std::max<std::size_t>(width, kLeastWidth),
                      {.span = shade, .because = palette.hint, .plain = palette.plain});
  if (!diagnostic.hint.empty())
    out += fmt::format("{}{}hint:{} {}\n", kIndent, palette.hint, palette.plain,
                       visible(diagnostic.hint));
  return out;
}

}  // namespace fwc
