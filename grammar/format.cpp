// SPDX-License-Identifier: MIT
// Tree and text to the canonical layout. The tokens are those of the text in their order, so that
// no precedence is looked at; the tree tells what belongs together. Recursion is bounded by the
// depth that parse allows.
#include "grammar/format.h"

#include <algorithm>

#include "grammar/format_comments.h"
#include "grammar/format_layout.h"

namespace fwc {

namespace {

using grammar::Comment;
using grammar::Indent;
using grammar::Layout;

/// How far a line goes in that belongs to the operand above it.
constexpr std::size_t kContinuation = 4;

/// How far the rules of `egress { … }` go in.
constexpr std::size_t kPartIndent = 2;

class Formatter {
 public:
  Formatter(std::string text, const ast::Filter& filter, std::size_t width)
      : source_(std::move(text)),
        text_(source_),
        filter_(filter),
        comments_(grammar::find_comments(text_, filter)),
        layout_(width) {}

  std::string run() && {
    for (const ast::Declaration& declaration : filter_.declarations) {
      begin_statement();
      write(declaration);
    }
    for (const ast::Part& part : filter_.parts) write(part);
    if (!filter_.is_policy()) {
      begin_statement();
      node(filter_.root);
    }
    write_comments(comments_.size());
    return std::move(layout_).take() + '\n';
  }

 private:
  // --- tokens of the text, each at or after the cursor ---

  std::size_t next_token() const { return grammar::next_token(text_, cursor_); }

  /// Steps over what is written next, which is one of the spellings.
  void step_over(std::string_view symbol, std::string_view word = {}) {
    cursor_ = next_token();
    const bool is_symbol = text_.substr(cursor_).starts_with(symbol);
    cursor_ += is_symbol ? symbol.size() : word.size();
  }

  void step_over(Operator op) {
    if (op != Operator::not_in) return step_over(row(op).symbol, row(op).word);
    step_over("not");
    step_over("in");
  }

  void put(std::string_view symbol) {
    step_over(symbol);
    layout_.text(std::string(symbol));
  }

  /// An operand, which is copied from the text.
  void operand(Span span) {
    operand(span, std::string(text_.substr(span.begin, span.end - span.begin)));
  }
  void operand(Span span, std::string text) {
    comments_before(span.begin);
    layout_.text(std::move(text));
    cursor_ = span.end;
    comments_after();
  }

  // --- comments ---

  void write(const Comment& comment) {
    if (comment.begins_line && !layout_.at_line_start())
      layout_.newline(grammar::has_blank_line_before(text_, comment.begin));
    const std::string_view blanks = layout_.at_line_start() ? "" : comment.block ? " " : "  ";
    const std::string text = std::string(blanks) + comment.text;
    comment.block ? layout_.text(text) : layout_.remark(text);
  }

  /// Those before the index `stop`. A token that is written already may have stood between them.
  void write_comments(std::size_t stop) {
    for (bool line_ended = false; next_ < stop; ++next_) {
      const Comment& comment = comments_[next_];
      if (line_ended && !comment.begins_line) layout_.newline(false);
      write(comment);
      line_ended = comment.ends_line;
    }
  }

  /// All that stand before the token at `end`.
  void comments_before(std::size_t end) {
    if (end_line_by_comments(end)) layout_.newline(false);
    for (; next_ < comments_.size() && comments_[next_].begin < end; ++next_)
      layout_.text(comments_[next_].text + ' ');
  }

  /// All that stand before the closing bracket that comes next.
  void comments_before_close() {
    const std::size_t close = next_token();
    if (end_line_by_comments(close)) layout_.newline(false);
    for (; next_ < comments_.size() && comments_[next_].begin < close; ++next_)
      layout_.text((layout_.at_line_start() ? "" : " ") + comments_[next_].text);
  }

  static bool stays_in_line(const Comment& comment) {
    return !comment.begins_line && !comment.ends_line;
  }

  /// Comments right after the last token that leave the line open.
  void comments_after() {
    for (; next_ < comments_.size() && stays_in_line(comments_[next_]); ++next_) {
      const Comment& comment = comments_[next_];
      if (text_.find_first_not_of(" \t\n\r\v\f", cursor_) != comment.begin) return;
      layout_.text(' ' + comment.text);
      cursor_ = comment.end;
    }
  }

  /// Writes the comments before `end` up to the last one that ends a line; whether there was one.
  bool end_line_by_comments(std::size_t end) {
    std::size_t stop = next_;
    for (std::size_t i = next_; i < comments_.size() && comments_[i].begin < end; ++i)
      if (comments_[i].ends_line) stop = i + 1;
    if (stop == next_) return false;
    write_comments(stop);
    return true;
  }

  // --- line ends ---

  void begin_statement() {
    const bool first = cursor_ == 0;
    const std::size_t start = next_token();
    const bool commented = end_line_by_comments(start);
    const bool comment_first = next_ < comments_.size() && comments_[next_].begin < start;
    const std::size_t line = comment_first ? comments_[next_].begin : start;
    if (!first || commented) layout_.newline(grammar::has_blank_line_before(text_, line));
    cursor_ = start;
  }

  /// A gap at the cursor: comments that stand there, or `flat`, may end the line.
  void gap(std::string flat) {
    if (end_line_by_comments(next_token()))
      layout_.newline(false);
    else
      layout_.gap(std::move(flat));
  }

  /// What no line is broken at, and a blank or what comments make of it.
  void mark(std::string_view token) {
    step_over(token);
    layout_.text(std::string(token));
    space();
  }

  void space() {
    if (end_line_by_comments(next_token()))
      layout_.newline(false);
    else
      layout_.text(" ");
  }

  void infix(std::string_view symbol, std::string_view word = {}) {
    step_over(symbol, word);
    gap(" ");
    layout_.text(std::string(symbol) + ' ');
  }

  // --- the tree ---

  /// `hang`: how far the lines of a chain go in, where no operator stands before it.
  void node(ast::NodeId id, std::size_t hang = 0) {
    const ast::Node& n = filter_.at(id);
    if (!n.parenthesized)
      return std::visit([&](const auto& value) { write(value, n.span, hang); }, n.value);
    layout_.open({});
    comments_before(next_token());
    step_over("(");
    layout_.text("(");
    std::visit([&](const auto& value) { write(value, n.span, 0); }, n.value);
    comments_before_close();
    step_over(")");
    layout_.text(")");
    comments_after();
    layout_.close();
  }

  void write(const ast::Declaration& d) {
    layout_.open({.offset = kContinuation});
    comments_before(next_token());
    mark("let");
    operand(d.name_span);
    if (d.type) {
      mark(":");
      operand(d.type_span, *d.type);
    }
    if (d.has_value) {
      layout_.text(" ");
      mark("=");
      node(d.value);
    }
    if (d.bounds) {
      layout_.text(" ");
      mark("in");
      node(*d.bounds);
    }
    end_statement();
    layout_.close();
  }

  void write(const ast::Part& part) {
    if (part.direction == ast::PartDirection::both) return write_rules(part);
    begin_statement();
    mark(ast::spelling(part.direction));
    put("{");
    layout_.open({.from_column = false, .offset = kPartIndent});
    write_rules(part);
    end_line_by_comments(next_token());
    layout_.close();
    layout_.newline(false);
    comments_before_close();
    put("}");
    comments_after();
  }

  void write_rules(const ast::Part& part) {
    for (const ast::Rule& rule : part.rules) {
      begin_statement();
      write(rule);
    }
    begin_statement();
    comments_before(next_token());
    mark("default");
    step_over(ast::spelling(part.otherwise.action));
    layout_.text(std::string(ast::spelling(part.otherwise.action)));
    end_statement();
  }

  void write(const ast::Rule& rule) {
    layout_.open({.offset = kContinuation});
    comments_before(next_token());
    mark(ast::spelling(rule.action));
    if (rule.name) {
      operand(rule.name_span);
      mark(":");
    }
    node(rule.condition);
    end_statement();
    layout_.close();
  }

  void end_statement() {
    put(";");
    comments_after();
  }

  template <typename Leaf>  // it holds text and no other nodes
    requires std::is_constructible_v<std::string, decltype(Leaf::text)>
  void write(const Leaf&, Span span, std::size_t) {
    operand(span);
  }
  void write(const ast::Prefix&, Span span, std::size_t) { operand(span); }
  void write(const ast::File&, Span span, std::size_t) { operand(span); }

  void write(const ast::Slice& n, Span, std::size_t) {
    node(n.value);
    put("[");
    node(n.offset);
    if (n.length) {
      put(":");
      node(*n.length);
    }
    comments_before_close();
    put("]");
    comments_after();
  }

  void write(const ast::Unary& n, Span, std::size_t) {
    comments_before(next_token());
    step_over(n.op);
    layout_.text(std::string(row(n.op).symbol));
    node(n.operand);
  }

  void write(const ast::Binary& n, Span, std::size_t) {
    layout_.open({.offset = kContinuation});
    node(n.lhs);
    infix(row(n.op).symbol, row(n.op).word);
    node(n.rhs);
    layout_.close();
  }

  void write(const ast::Chain& n, Span, std::size_t hang) {
    const OperatorRow& op = row(n.op);
    layout_.open({.offset = hang});
    for (std::size_t i = 0; i < n.operands.size(); ++i) {
      if (i != 0) infix(op.symbol, op.word);
      node(n.operands[i], i == 0 ? op.symbol.size() + 1 : 0);
    }
    layout_.close();
  }

  void write(const ast::Conditional& n, Span, std::size_t) {
    layout_.open({.offset = kContinuation});
    node(n.condition);
    infix("?");
    node(n.then_value);
    infix(":");
    node(n.else_value);
    layout_.close();
  }

  void write(const ast::Membership& n, Span, std::size_t) {
    const Operator op = n.negated ? Operator::not_in : Operator::in;
    layout_.open({});
    node(n.value);
    step_over(op);
    layout_.text(' ' + std::string(row(op).symbol));
    space();
    node(n.set);
    layout_.close();
  }

  void write(const ast::Set& n, Span, std::size_t) {
    comments_before(next_token());
    put("{");
    if (!n.elements.empty()) elements(n);
    comments_before_close();
    put("}");
    comments_after();
  }

  // Its parentheses are written by node().
  void write(const ast::Tuple& n, Span, std::size_t) {
    for (std::size_t i = 0; i < n.elements.size(); ++i) {
      if (i != 0) {
        put(",");
        gap(" ");
      }
      node(n.elements[i]);
    }
  }

  void elements(const ast::Set& n) {
    layout_.open({.from_column = false});
    layout_.open_fill({.from_column = false, .offset = kContinuation});
    for (std::size_t i = 0; i < n.elements.size(); ++i) {
      if (i != 0) {
        put(",");
      }
      gap(i == 0 ? "" : " ");
      layout_.open({});
      node(n.elements[i]);
      layout_.close();
    }
    layout_.close();
    gap("");
    layout_.close();
  }

  void write(const ast::Range& n, Span, std::size_t) {
    node(n.low);
    step_over("..");
    layout_.text(text_[filter_.at(n.low).span.end - 1] == '.' ? " .." : "..");  // as in print()
    node(n.high);
  }

  std::string source_;
  std::string_view text_;
  const ast::Filter& filter_;
  std::vector<Comment> comments_;
  std::size_t next_ = 0;    ///< the first comment that is not written yet
  std::size_t cursor_ = 0;  ///< where the last token that was written ends in the text
  Layout layout_;
};

}  // namespace

std::variant<std::string, SyntaxError> format(std::string_view text, std::size_t width) {
  auto parsed = parse(text);
  if (auto* error = std::get_if<SyntaxError>(&parsed)) return std::move(*error);
  const auto& filter = std::get<ast::Filter>(parsed);
  return Formatter(grammar::without_doubled_parentheses(text, filter), filter, width).run();
}

}  // namespace fwc
