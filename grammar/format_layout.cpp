// SPDX-License-Identifier: MIT
// The choice of line ends; see format_layout.h.
#include "grammar/format_layout.h"

#include <algorithm>
#include <functional>

namespace fwc::grammar {

namespace {

/// What holds a line end of its own fits in no line.
constexpr std::size_t kEndless = 1 << 24;

/// Deeper ones are no help to a reader, and would make the text grow with the square of its depth.
constexpr std::size_t kDeepestIndent = 60;

constexpr bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Characters, by the lead bytes of UTF-8.
std::size_t columns(const std::string& text) {
  if (text.find('\n') != std::string::npos) return kEndless;
  return static_cast<std::size_t>(std::ranges::count_if(text, std::not_fn(is_continuation)));
}

}  // namespace

void Layout::text(std::string text) {
  pieces_.push_back({.kind = Kind::text, .text = std::move(text)});
}

void Layout::remark(std::string text) {
  pieces_.push_back({.kind = Kind::text, .text = std::move(text), .weightless = true});
}

void Layout::open(Indent indent) {
  pieces_.push_back({.kind = Kind::open, .indent = indent});
}

void Layout::open_fill(Indent indent) {
  pieces_.push_back({.kind = Kind::open_fill, .indent = indent});
}

void Layout::close() {
  pieces_.push_back({.kind = Kind::close});
}

void Layout::gap(std::string flat) {
  pieces_.push_back({.kind = Kind::gap, .text = std::move(flat)});
}

void Layout::newline(bool blank) {
  pieces_.push_back({.kind = Kind::newline, .blank = blank});
}

bool Layout::at_line_start() const {
  for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
    if (piece->kind == Kind::newline) return true;
    if (piece->kind == Kind::text || piece->kind == Kind::gap) return false;
  }
  return true;
}

void Layout::measure() {
  std::vector<std::size_t> before(pieces_.size() + 1);  // columns of all that stands before
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    const std::size_t own = piece.kind == Kind::newline ? kEndless : columns(piece.text);
    before[i + 1] = before[i] + (piece.weightless ? 0 : own);
  }
  tail_.assign(pieces_.size() + 1, 0);
  flat_.assign(pieces_.size(), 0);
  std::vector<std::size_t> closes;
  for (std::size_t i = pieces_.size(); i-- > 0;) {
    const Kind kind = pieces_[i].kind;
    const bool line_may_end = kind == Kind::gap || kind == Kind::newline;
    tail_[i] = line_may_end ? 0 : tail_[i + 1] + before[i + 1] - before[i];
    if (kind == Kind::close) closes.push_back(i);
    if (kind != Kind::open && kind != Kind::open_fill) continue;
    flat_[i] = before[closes.back()] - before[i] + tail_[closes.back()];
    closes.pop_back();
  }
}

void Layout::enter(std::size_t index) {
  const Piece& piece = pieces_[index];
  const std::size_t base = piece.indent.from_column ? column_ : groups_.back().indent;
  const bool fill = piece.kind == Kind::open_fill;
  groups_.push_back({.indent = std::min(base + piece.indent.offset, kDeepestIndent),
                     .broken = fill ? groups_.back().broken : column_ + flat_[index] > width_,
                     .fill = fill});
}

bool Layout::breaks(std::size_t gap) const {
  const Group& group = groups_.back();
  if (!group.broken || !group.fill || !group.begun) return group.broken;
  // The next item is a group of its own.
  return column_ + pieces_[gap].text.size() + flat_[gap + 1] > width_;
}

void Layout::end_line(bool blank) {
  out_ += blank ? "\n\n" : "\n";
  out_.append(groups_.back().indent, ' ');
  column_ = groups_.back().indent;
  groups_.back().begun = true;
}

void Layout::write(const Piece& piece) {
  out_ += piece.text;
  const std::size_t line = piece.text.rfind('\n');
  column_ = line == std::string::npos ? column_ + columns(piece.text)
                                      : columns(piece.text.substr(line + 1));
}

std::string Layout::take() && {
  measure();
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    switch (piece.kind) {
      case Kind::text: write(piece); break;
      case Kind::gap: breaks(i) ? end_line(false) : write(piece); break;
      case Kind::newline: end_line(piece.blank); break;
      case Kind::open:
      case Kind::open_fill: enter(i); break;
      case Kind::close: groups_.pop_back(); break;
    }
  }
  return std::move(out_);
}

}  // namespace fwc::grammar
