// SPDX-License-Identifier: MIT
// Text with places where a line may be broken, and the choice of those where it is. Second half of
// the formatter; after Oppen, "Prettyprinting" (1980), but on a whole text at once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fwc::grammar {

/// Where the lines of a group go on.
struct Indent {
  bool from_column = true;  ///< from where the group begins, else from the indent around it
  std::size_t offset = 0;
};

class Layout {
 public:
  explicit Layout(std::size_t width) : width_(width) {}

  void text(std::string text);
  /// Text that may stand past the end of a line, for a line end follows anyway.
  void remark(std::string text);
  /// A group that fits in its line is put there; of one that does not, every gap is a line end.
  void open(Indent indent);
  /// A group that is filled line by line where the group around it, which holds nothing else that
  /// may be broken but line ends before and after, is broken.
  void open_fill(Indent indent);
  void close();
  /// `flat`, or the end of a line.
  void gap(std::string flat);
  /// The end of a line in any case; with `blank`, an empty line as well.
  void newline(bool blank);

  /// Nothing was written, or a line was just ended.
  bool at_line_start() const;

  std::string take() &&;

 private:
  enum class Kind { text, gap, newline, open, open_fill, close };
  struct Piece {
    Kind kind;
    std::string text = {};
    Indent indent = {};
    bool blank = false;
    bool weightless = false;
  };
  struct Group {
    std::size_t indent = 0;
    bool broken = true;
    bool fill = false;
    bool begun = false;  ///< a line of it was ended
  };

  void measure();
  void write(const Piece& piece);
  void enter(std::size_t index);
  void end_line(bool blank);
  bool breaks(std::size_t gap) const;

  std::size_t width_;
  std::vector<Piece> pieces_;
  std::vector<std::size_t> tail_;  ///< columns from a piece to the next place for a line end
  std::vector<std::size_t> flat_;  ///< of an opening piece: columns of its group on one line
  std::vector<Group> groups_ = {Group{}};
  std::string out_;
  std::size_t column_ = 0;
};

}  // namespace fwc::grammar
