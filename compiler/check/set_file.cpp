// SPDX-License-Identifier: MIT
// Lines to intervals. IPv4 addresses and prefixes, of which large files are made, have a path of
// their own that allocates nothing; whatever it does not take goes to the readers of literals,
// which know what to say of it.
#include "compiler/check/set_file.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "compiler/check/fold.h"
#include "compiler/check/literals.h"
#include "compiler/check/report.h"
#include "compiler/language/constants.h"

namespace fwc {

namespace {

constexpr std::size_t kMostIssues = 100;
constexpr std::size_t kLongestEntry = 256;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/// A number of one to three digits without leading zeros; moves `at` behind it.
std::optional<unsigned> read_small(const char*& at, const char* end) {
  const char* const begin = at;
  unsigned value = 0;
  while (at != end && *at >= '0' && *at <= '9' && at - begin < 3)
    value = value * 10 + static_cast<unsigned>(*at++ - '0');
  const bool leading_zero = at - begin > 1 && *begin == '0';
  return at == begin || leading_zero ? std::nullopt : std::optional(value);
}

/// `a.b.c.d` or `a.b.c.d/len` without host bits, up to a blank or the end of the line.
std::optional<Interval<std::uint32_t>> read_plain_ipv4(const char*& at, const char* end) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part != 0 && (at == end || *at++ != '.')) return std::nullopt;
    const auto octet = read_small(at, end);
    if (!octet || *octet > 255) return std::nullopt;
    address = address << 8 | *octet;
  }
  unsigned length = 32;
  if (at != end && *at == '/') {
    const auto written = read_small(++at, end);
    if (!written || *written > 32) return std::nullopt;
    length = *written;
  }
  if (at != end && *at != '\n' && !is_blank(*at)) return std::nullopt;
  const std::uint32_t host =
      length == 0 ? ~std::uint32_t{0} : (std::uint64_t{1} << (32 - length)) - 1;
  if ((address & host) != 0) return std::nullopt;
  return Interval<std::uint32_t>{address, address | host};
}

/// A piece of the file.
struct Piece {
  std::string_view text;
  std::uint32_t begin;

  Span span() const { return {begin, begin + static_cast<std::uint32_t>(text.size())}; }
  Piece part(std::size_t from, std::size_t size = std::string_view::npos) const {
    return Piece{text.substr(from, size), begin + static_cast<std::uint32_t>(from)}.trimmed();
  }
  Piece trimmed() const {
    Piece out = *this;
    while (!out.text.empty() && is_blank(out.text.front())) {
      out.text.remove_prefix(1);
      ++out.begin;
    }
    while (!out.text.empty() && is_blank(out.text.back())) out.text.remove_suffix(1);
    return out;
  }
};

/// One end of a range or all of an entry.
struct Ends {
  std::optional<Interval<Address>> addresses;
  Interval<std::int64_t> numbers{};
};

class Reader {
 public:
  Reader(std::string_view text, std::span<const WantedEntry> wanted)
      : text_(text), wanted_(wanted) {}

  SetFileEntries run() && {
    const char* const begin = text_.data();
    const char* const end = begin + text_.size();
    const char* at = begin + (text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
    while (at != end && out_.issues.size() < kMostIssues) {
      while (at != end && is_blank(*at)) ++at;
      if (at == end) break;
      if (plain(at, end)) continue;
      const auto* stop = static_cast<const char*>(std::memchr(at, '\n', end - at));
      if (stop == nullptr) stop = end;
      line({{at, static_cast<std::size_t>(stop - at)}, static_cast<std::uint32_t>(at - begin)});
      at = stop == end ? end : stop + 1;
    }
    out_.values = canonical(std::move(out_.values));
    return std::move(out_);
  }

 private:
  /// The likely line; moves behind it where it is one.
  bool plain(const char*& at, const char* end) {
    if (*at == '\n') {
      ++at;
      return true;
    }
    if (wanted_.size() != 1 || !wanted_.front().address) return false;
    const char* next = at;
    const auto entry = read_plain_ipv4(next, end);
    if (!entry) return false;
    while (next != end && is_blank(*next)) ++next;
    if (next != end && *next != '\n') return false;  // a comment
    out_.values.ipv4.push_back(*entry);
    at = next == end ? end : next + 1;
    return true;
  }

  void line(Piece line) {
    line.text = line.text.substr(
        0, std::min({line.text.find('#'), line.text.find(';'), line.text.find("//")}));
    line = line.trimmed();
    if (line.text.empty()) return;
    if (const std::size_t nul = line.text.find('\0'); nul != std::string_view::npos)
      return add(Code::encoding, line.part(nul, 1).span(), "the file holds a NUL byte",
                 "a set is plain text with one entry a line");
    if (line.text.size() > kLongestEntry)
      return add(Code::bad_entry, line.part(0, kLongestEntry).span(),
                 fmt::format("the line has {} characters, which no entry has", line.text.size()),
                 "write one entry a line");
    if (line.text.front() == '(') return tuple(line);
    if (wanted_.size() != 1) return add_no_tuple(line);
    if (const auto read = entry(line, wanted_.front())) keep(*read, out_.values);
  }

  void add_no_tuple(const Piece& line) {
    add(Code::bad_entry, line.span(),
        fmt::format("{} is no tuple of {} parts", quoted(line.text), wanted_.size()),
        "write `(10.0.0.1, 53)`");
  }

  void tuple(const Piece& line) {
    if (line.text.back() != ')')
      return add(Code::bad_entry, line.span(), fmt::format("{} has no `)`", quoted(line.text)));
    std::vector<ValueSet> parts;
    Piece rest = line.part(1, line.text.size() - 2);
    const auto written = static_cast<std::size_t>(std::ranges::count(rest.text, ',')) + 1;
    if (wanted_.size() == 1)
      return add(Code::bad_entry, line.span(),
                 fmt::format("{} is a tuple, but {}, which is looked up, is one value",
                             quoted(line.text), quoted(wanted_.front().looked_up)));
    if (written != wanted_.size()) return add_no_tuple(line);
    for (const WantedEntry& wanted : wanted_) {
      const std::size_t comma = std::min(rest.text.find(','), rest.text.size());
      const auto read = entry(rest.part(0, comma), wanted);
      if (!read) return;
      parts.emplace_back();
      keep(*read, parts.back());
      rest = rest.part(std::min(comma + 1, rest.text.size()));
    }
    out_.tuples.push_back(std::move(parts));
  }

  static void keep(const Ends& read, ValueSet& values) {
    if (!read.addresses) {
      values.integers.push_back(read.numbers);
      return;
    }
    const auto& [low, high] = *read.addresses;
    if (low.family == Family::ipv4)
      values.ipv4.push_back(
          {static_cast<std::uint32_t>(low.bits.low), static_cast<std::uint32_t>(high.bits.low)});
    else
      values.ipv6.push_back({low.bits, high.bits});
  }

  std::optional<Ends> entry(const Piece& piece, const WantedEntry& wanted) {
    const std::size_t dots = piece.text.find("..");
    if (dots == std::string_view::npos) return end_of_range(piece, wanted);
    const auto low = end_of_range(piece.part(0, dots), wanted);
    const auto high = low ? end_of_range(piece.part(dots + 2), wanted) : std::nullopt;
    if (!high) return std::nullopt;
    if (low->addresses && low->addresses->low.family != high->addresses->low.family)
      return bad(
          Code::wrong_type, piece,
          fmt::format("the ends of {} are of different address families", quoted(piece.text)));
    const bool empty = low->addresses ? high->addresses->low < low->addresses->low
                                      : high->numbers.low < low->numbers.low;
    if (empty)
      return bad(Code::empty_range, piece,
                 fmt::format("the range {} is empty", quoted(piece.text)));
    Ends both = *low;
    if (both.addresses) both.addresses->high = high->addresses->high;
    both.numbers.high = high->numbers.high;
    return both;
  }

  std::optional<Ends> end_of_range(const Piece& piece, const WantedEntry& wanted) {
    if (const auto named = find_constant(wanted.kind, piece.text); named && !wanted.address)
      if (named->ipv4 == named->ipv6) return Ends{.numbers = {*named->ipv4, *named->ipv4}};
    const bool number = piece.text.find_first_of(".:/") == std::string_view::npos;
    const bool literal = !piece.text.empty() && (is_digit(piece.text.front()) || !number);
    if (!literal)
      return bad(Code::bad_entry, piece, fmt::format("{} is no entry of a set", quoted(piece.text)),
                 "write an address, a prefix, a number or a range `low..high`, one a line");
    if (number == wanted.address) return wrong_type(piece, number, wanted);
    return number ? integer(piece, wanted) : address(piece);
  }

  std::optional<Ends> wrong_type(const Piece& piece, bool number, const WantedEntry& wanted) {
    return bad(Code::wrong_type, piece,
               fmt::format("{} is {}, but {}, which is looked up, is {}", quoted(piece.text),
                           number ? "an int" : "an address", quoted(wanted.looked_up),
                           wanted.address ? "an ip" : "an int"));
  }

  std::optional<Ends> integer(const Piece& piece, const WantedEntry& wanted) {
    const auto read = read_integer(piece.text);
    if (const auto* error = std::get_if<LiteralError>(&read)) return bad(*error, piece);
    const std::int64_t value = std::get<std::int64_t>(read);
    if (value < wanted.minimum || value > wanted.maximum)
      return bad(Code::out_of_range, piece,
                 fmt::format("{} is not a value of {}, which is {} to {}", quoted(piece.text),
                             quoted(wanted.looked_up), wanted.minimum, wanted.maximum));
    return Ends{.numbers = {value, value}};
  }

  std::optional<Ends> address(const Piece& piece) {
    const std::size_t slash = piece.text.find('/');
    if (slash == std::string_view::npos) {
      const auto read = read_address(piece.text);
      if (const auto* error = std::get_if<LiteralError>(&read)) return bad(*error, piece);
      const Address& only = std::get<Address>(read);
      return Ends{.addresses = Interval<Address>{only, only}};
    }
    const auto read = read_prefix(piece.text.substr(0, slash), piece.text.substr(slash + 1));
    if (const auto* error = std::get_if<LiteralError>(&read)) return bad(*error, piece);
    const AddressPrefix& prefix = std::get<AddressPrefix>(read);
    return Ends{.addresses = Interval<Address>{first_address(prefix), last_address(prefix)}};
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::nullopt_t bad(const LiteralError& error, const Piece& piece) {
    add(error.code, {piece.begin + error.span.begin, piece.begin + error.span.end}, error.message,
        error.hint);
    return std::nullopt;
  }
  std::nullopt_t bad(Code code, const Piece& piece, std::string message, std::string hint = {}) {
    add(code, piece.span(), std::move(message), std::move(hint));
    return std::nullopt;
  }
  void add(Code code, Span span, std::string message, std::string hint = {}) {
    out_.issues.push_back({code, span, std::move(message), std::move(hint)});
  }

  std::string_view text_;
  std::span<const WantedEntry> wanted_;
  SetFileEntries out_;
};

}  // namespace

SetFileEntries read_set_file(std::string_view text, std::span<const WantedEntry> wanted) {
  return Reader(text, wanted).run();
}

}  // namespace fwc
