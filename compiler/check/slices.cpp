// SPDX-License-Identifier: MIT
// Slices of the payload, byte strings, Ethernet addresses and interfaces: values that are no
// numbers to who writes a filter, and become some where they are compared.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/check/checker.h"

namespace fwc {

namespace {

constexpr std::string_view kUnquoted = "names, numbers and addresses stand without quotes";
constexpr std::size_t kMostNameBytes = 15;  // IFNAMSIZ, less the 0 at the end

bool is_number_of_bytes(std::size_t bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
}

std::string bytes_text(std::size_t count) {
  return fmt::format("{} byte{}", count, count == 1 ? "" : "s");
}

/// What dev_valid_name() in net/core/dev.c takes.
bool is_interface_name(std::string_view name) {
  if (name.empty() || name.size() > kMostNameBytes || name == "." || name == "..") return false;
  return std::ranges::none_of(
      name, [](char c) { return c == '/' || c == ':' || (c >= 0 && c <= ' ') || c == '\x7f'; });
}

}  // namespace

const ast::Bytes* Checker::bytes_at(ast::NodeId id) const {
  return std::get_if<ast::Bytes>(&filter_.at(id).value);
}

const SliceValue* Checker::slice_at(NodeId id) const {
  return std::get_if<SliceValue>(&tree_.at(id).value);
}

/// Offset or length of a slice.
std::optional<std::int64_t> Checker::slice_number(ast::NodeId id, Interval<std::int64_t> bounds,
                                                  std::string_view what) {
  const Value value = number(id);
  if (!value) return std::nullopt;
  const auto constant = tree_.constant(*value);
  if (!constant) {
    report_.add(Code::not_constant, span_of(id),
                fmt::format("the {} {} of a slice is not a constant", what, quote(id)));
    return std::nullopt;
  }
  if (*constant >= bounds.low && *constant <= bounds.high) return *constant;
  report_.add(
      Code::out_of_range, span_of(id),
      fmt::format("the {} {} of a slice is not in {}..{}", what, quote(id), bounds.low,
                  bounds.high),
      what == "length" ? "a slice is `payload[offset:length]`, the second number its length" : "");
  return std::nullopt;
}

Checker::Value Checker::check(const ast::Slice& slice, const Place& place) {
  const auto* name = std::get_if<ast::Name>(&filter_.at(slice.value).value);
  const auto field = name == nullptr ? std::nullopt : find_field(name->text);
  if (!field || kFields[*field].type != Type::bytes) {
    const auto fields = field_names([](const FieldRow& f) { return f.type == Type::bytes; });
    report_.add(Code::unknown_name, place.span, fmt::format("{} has no slices", quote(slice.value)),
                fmt::format("slices are of {}, as in {}", quoted(fields.front()),
                            quoted(fmt::format("{}[0:4]", fields.front()))));
    return std::nullopt;
  }
  const auto offset = slice_number(slice.offset, {0, kPayloadReach - 1}, "offset");
  const auto length = slice.length ? slice_number(*slice.length, {1, kMostSliceBytes}, "length")
                                   : std::optional<std::int64_t>(1);
  if (!offset || !length) return std::nullopt;
  if (*offset + *length > kPayloadReach) {
    report_.add(Code::out_of_range, place.span,
                fmt::format("{} ends behind byte {}, the last within reach", quote(place.id),
                            kPayloadReach));
    return std::nullopt;
  }
  return tree_.slice(static_cast<std::uint32_t>(*offset), static_cast<std::uint8_t>(*length),
                     place.span);
}

/// Where no slice is compared with it.
Checker::Value Checker::check(const ast::Bytes& bytes, const Place& place) {
  if (place.expected == ValueKind::interface) return interface_named(bytes, place.span);
  report_.add(
      Code::wrong_type, place.span,
      fmt::format("the byte string {} stands where a value is expected", quote(place.id)),
      "text in quotes is compared with slices of `payload` and with `iface`; all else stands "
      "without quotes");
  return std::nullopt;
}

Checker::Value Checker::check(const ast::Mac& mac, const Place& place) {
  return tree_.mac(read_mac(mac.text), place.span);
}

bool Checker::collect_mac_prefix(const ast::Prefix& prefix, ast::NodeId element, Value value,
                                 Elements& out) {
  const auto read = read_mac_prefix(prefix.address, prefix.length);
  if (const auto* error = std::get_if<LiteralError>(&read)) {
    report(*error, span_of(element));
    return false;
  }
  if (!has_type_of(Type::mac, element, value)) return false;
  const auto& [first, last] = std::get<std::pair<std::int64_t, std::int64_t>>(read);
  out.ipv4.integers.push_back({first, last});
  return true;
}

Checker::Value Checker::interface_named(const ast::Bytes& bytes, Span span) {
  const auto read = read_bytes(bytes.text);
  if (const auto* error = std::get_if<LiteralError>(&read)) {
    report(*error, span);
    return std::nullopt;
  }
  const std::string& name = std::get<std::string>(read);
  if (!is_interface_name(name)) {
    report_.add(Code::bad_bytes, span,
                fmt::format("{} is not the name of an interface", report_.quote(span)),
                fmt::format("it has 1 to {} bytes, without blanks, `/` and `:`", kMostNameBytes));
    return std::nullopt;
  }
  const auto known = std::ranges::find(interfaces_, name);
  const auto place = static_cast<std::uint32_t>(known - interfaces_.begin());
  if (known == interfaces_.end()) interfaces_.push_back(name);
  return tree_.interface(place, span);
}

/// The bytes of a string that is compared with a slice, and as long as it.
std::optional<std::string> Checker::bytes_for(const ast::Bytes& bytes, ast::NodeId written,
                                              NodeId slice) {
  const auto read = read_bytes(bytes.text);
  if (const auto* error = std::get_if<LiteralError>(&read)) {
    report(*error, span_of(written));
    return std::nullopt;
  }
  const std::string& text = std::get<std::string>(read);
  const SliceValue& value = *slice_at(slice);
  if (text.size() == value.bytes) return text;
  const bool fits = text.size() <= static_cast<std::size_t>(kMostSliceBytes);
  report_.add(Code::wrong_type, span_of(written),
              fmt::format("{} has {}, but {} has {}", quote(written), bytes_text(text.size()),
                          report_.quote(tree_.at(slice).span), bytes_text(value.bytes)),
              fits ? fmt::format("write {}",
                                 quoted(fmt::format("payload[{}:{}]", value.offset, text.size())))
                   : fmt::format("a slice has {} bytes at the most", kMostSliceBytes));
  return std::nullopt;
}

Checker::Value Checker::compare_with_bytes(const ast::Binary& binary, const Place& place) {
  const bool on_left = bytes_at(binary.lhs) != nullptr;
  const ast::NodeId written = on_left ? binary.lhs : binary.rhs;
  const ast::NodeId other = on_left ? binary.rhs : binary.lhs;
  const Value slice = value(other, ValueKind::plain);
  if (!slice) return std::nullopt;
  if (slice_at(*slice) == nullptr) {
    report_.add(Code::wrong_type, place.span,
                fmt::format("{} is {} and {} is a byte string", quote(other),
                            with_article(tree_.type(*slice)), quote(written)),
                std::string(kUnquoted));
    return std::nullopt;
  }
  if (row(binary.op).kind == OperatorKind::ordering) {
    report_.add(Code::wrong_type, place.span,
                fmt::format("byte strings have no order for {}", quoted(row(binary.op).symbol)),
                "compare with a number, which the bytes are in network order");
    return std::nullopt;
  }
  const Value equal = equal_to_element(*slice, written, place.span);
  if (!equal) return std::nullopt;
  return negated_if(binary.op == Operator::not_equal, *equal, place.span);
}

bool Checker::differ_in_length(const ast::Binary& binary, const Place& place, NodeId lhs,
                               NodeId rhs) {
  const SliceValue* a = slice_at(lhs);
  const SliceValue* b = slice_at(rhs);
  if (a == nullptr || b == nullptr || a->bytes == b->bytes) return false;
  report_.add(Code::wrong_type, place.span,
              fmt::format("{} has {}, but {} has {}", quote(binary.lhs), bytes_text(a->bytes),
                          quote(binary.rhs), bytes_text(b->bytes)),
              "compare slices of one length");
  return true;
}

/// The number by which a value is compared, that is no address.
Checker::Value Checker::comparable(NodeId id) {
  if (is_number(tree_.type(id))) return tree_.number(id);
  const SliceValue* slice = slice_at(id);
  if (slice == nullptr || is_number_of_bytes(slice->bytes)) return tree_.as_number(id);
  report_.add(Code::wrong_type, tree_.at(id).span,
              fmt::format("{} is no number, for it has {}", report_.quote(tree_.at(id).span),
                          bytes_text(slice->bytes)),
              "take 1, 2, 4 or 8 bytes, or compare with a byte string");
  return std::nullopt;
}

/// Whether a set in which it is looked up is a choice between comparisons: its values are no
/// numbers that are known when the filter is compiled.
bool Checker::is_choice(NodeId value) const {
  const SliceValue* slice = slice_at(value);
  return tree_.type(value) == Type::interface ||
         (slice != nullptr && !is_number_of_bytes(slice->bytes));
}

std::vector<ast::NodeId> Checker::elements_of(ast::NodeId set) {
  set = set_of(set);
  const auto* several = std::get_if<ast::Set>(&filter_.at(set).value);
  if (several == nullptr) return {set};
  std::vector<ast::NodeId> all;
  for (const ast::NodeId element : several->elements) {
    const auto more = elements_of(element);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

Checker::Value Checker::check_choice(const ast::Membership& membership, NodeId value,
                                     const Place& place) {
  std::vector<NodeId> choices;
  const std::vector<ast::NodeId> elements = elements_of(membership.set);
  for (const ast::NodeId element : elements)
    if (const Value equal = equal_to_element(value, element, place.span)) choices.push_back(*equal);
  if (elements.empty())
    report_.add(Code::empty_set, span_of(membership.set), "the set is empty, so nothing is in it");
  if (choices.empty() || choices.size() != elements.size()) return std::nullopt;
  const NodeId id = choices.size() == 1
                        ? choices.front()
                        : tree_.logical(LogicalOp::any, std::move(choices), place.span);
  return negated_if(membership.negated, id, place.span);
}

/// Whether a slice holds the bytes of a string, or an interface has the name.
Checker::Value Checker::equal_to_element(NodeId value, ast::NodeId element, Span span) {
  const ast::Bytes* bytes = bytes_at(element);
  if (bytes == nullptr) {
    report_.add(Code::wrong_type, span_of(element),
                fmt::format("{} is no text in quotes, with which {} is compared", quote(element),
                            report_.quote(tree_.at(value).span)));
    return std::nullopt;
  }
  if (tree_.type(value) == Type::interface) {
    const Value named = interface_named(*bytes, span_of(element));
    if (!named) return std::nullopt;
    return tree_.compare(ComparisonOp::equal, tree_.as_number(value), tree_.as_number(*named),
                         span);
  }
  const auto read = bytes_for(*bytes, element, value);
  if (!read) return std::nullopt;
  if (!is_number_of_bytes(read->size())) return tree_.slice_equals(value, *read, span);
  std::uint64_t number = 0;
  for (const char byte : *read) number = number << 8 | static_cast<unsigned char>(byte);
  return tree_.compare(ComparisonOp::equal, tree_.as_number(value),
                       tree_.integer(static_cast<std::int64_t>(number), span_of(element)), span);
}

}  // namespace fwc
