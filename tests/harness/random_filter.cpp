// SPDX-License-Identifier: MIT
// Random filters, by the types of the language: a function for each type makes an expression of it.
// Fields come from the table and operators from theirs, so that a new row is tested without a
// change here.
#include <algorithm>
#include <array>
#include <bitset>

#include "compiler/language/constants.h"
#include "compiler/language/fields.h"
#include "tests/harness/expression.h"

namespace fwc::test {

namespace {

using Form = Expression::Form;

// --- literals
// -------------------------------------------------------------------------------------

std::string in_base(std::uint64_t value, unsigned base, std::string_view prefix) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[value % base]);
    value /= base;
  } while (value != 0);
  return std::string(prefix) + digits;
}

std::string separated(std::string digits, char separator) {
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, separator);
  return digits;
}

std::string integer_text(Dice& dice, std::uint64_t value) {
  switch (dice.below(8)) {
    case 0: return in_base(value, 16, "0x");
    case 1: return in_base(value, 8, "0o");
    case 2: return in_base(value, 2, "0b");
    case 3: return separated(std::to_string(value), '_');
    case 4: return separated(std::to_string(value), '\'');
    default: return std::to_string(value);
  }
}

std::string ipv4_text(std::uint32_t a) {
  return std::to_string(a >> 24) + "." + std::to_string(a >> 16 & 255) + "." +
         std::to_string(a >> 8 & 255) + "." + std::to_string(a & 255);
}

/// All eight groups, or the first run of zeros as `::` where it reaches the end or the start.
std::string ipv6_text(const Ipv6Address& a) {
  std::string text;
  for (std::size_t i = 0; i < a.size(); ++i) text += (i ? ":" : "") + in_base(a[i], 16, "");
  const std::string zeros = "0:0:0:";
  if (const auto at = text.find(":" + zeros); at != std::string::npos && at + 7 < text.size())
    return text.substr(0, at) + "::" + text.substr(at + 7);
  return text;
}

std::string ipv4_prefix(Dice& dice) {
  static constexpr std::array<unsigned, 8> kLengths = {0, 1, 4, 8, 12, 24, 31, 32};
  const unsigned length = dice.of(kLengths);
  const std::uint32_t mask = length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
  return ipv4_text(dice.of(kIpv4Addresses) & mask) + "/" + std::to_string(length);
}

std::string ipv6_prefix(Dice& dice) {
  static constexpr std::array<unsigned, 9> kLengths = {0, 1, 16, 32, 63, 64, 65, 127, 128};
  const unsigned length = dice.of(kLengths);
  Ipv6Address address = dice.of(kIpv6Addresses);
  for (unsigned bit = length; bit < 128; ++bit)
    address[bit / 16] &= static_cast<std::uint16_t>(~(0x8000u >> bit % 16));
  return ipv6_text(address) + "/" + std::to_string(length);
}

std::string address_range(Dice& dice) {
  if (dice.one_in(2)) {
    const auto [low, high] = std::minmax({dice.of(kIpv4Addresses), dice.of(kIpv4Addresses)});
    return ipv4_text(low) + ".." + ipv4_text(high);
  }
  const Ipv6Address a = dice.of(kIpv6Addresses);
  const Ipv6Address b = dice.of(kIpv6Addresses);
  return ipv6_text(std::min(a, b)) + ".." + ipv6_text(std::max(a, b));
}

std::string address_text(Dice& dice) {
  return dice.one_in(2) ? ipv4_text(dice.of(kIpv4Addresses)) : ipv6_text(dice.of(kIpv6Addresses));
}

std::string prefix_text(Dice& dice) {
  return dice.one_in(2) ? ipv4_prefix(dice) : ipv6_prefix(dice);
}

/// A value that a field of that kind is likely to have.
std::int64_t likely_value(Dice& dice, ValueKind kind, std::int64_t maximum) {
  if (dice.one_in(8)) return dice.one_in(2) ? 0 : maximum;
  switch (kind) {
    case ValueKind::port: return dice.of(kPorts);
    case ValueKind::protocol: return dice.of(kProtocols);
    case ValueKind::icmp_type: return dice.of(kIcmpTypes);
    case ValueKind::tcp_flags: return dice.of(kFlags);
    case ValueKind::dscp:
    case ValueKind::ecn:
    case ValueKind::icmp_code:
    case ValueKind::address:
    case ValueKind::interface:
    case ValueKind::ethertype:
    case ValueKind::plain: break;
  }
  if (maximum > 255) return 20 + static_cast<std::int64_t>(dice.below(80));
  return std::min<std::int64_t>(dice.of(kBytes), maximum);
}

// --- expressions
// ----------------------------------------------------------------------------------

struct LiveVariable {
  std::string name;
  Type type;
};

class Generator {
 public:
  Generator(Dice& dice, bool with_flows) : dice_(dice), with_flows_(with_flows) {}

  RandomFilter filter() {
    RandomFilter result;
    if (dice_.one_in(4))
      for (std::size_t n = 1 + dice_.below(2); n > 0; --n) result.declarations.push_back(declare());
    if (dice_.one_in(4))
      for (std::size_t n = 1 + dice_.below(3); n > 0; --n) result.declarations.push_back(define());
    if (dice_.one_in(4)) {
      for (std::size_t n = 1 + dice_.below(5); n > 0; --n) result.rules.push_back(rule(n));
      result.otherwise = dice_.one_in(2) ? "default drop;" : "default allow;";
    } else {
      result.expression = boolean(2 + dice_.below(4));
    }
    return result;
  }

 private:
  std::string declare() {
    const std::string name = "$v" + std::to_string(variables_.size());
    if (dice_.one_in(4)) {
      variables_.push_back({name, Type::address});
      return "let " + name + (dice_.one_in(2) ? ": ip = " : " = ") + address_text(dice_) + ";";
    }
    const bool is_bool = dice_.one_in(3);
    variables_.push_back({name, is_bool ? Type::boolean : Type::integer});
    if (is_bool) return "let " + name + ": bool = " + (dice_.one_in(2) ? "true;" : "false;");
    const std::string value = std::to_string(dice_.of(kPorts));
    switch (dice_.below(3)) {
      case 0: return "let " + name + " = " + value + ";";
      case 1: return "let " + name + ": int = " + value + ";";
      default: return "let " + name + ": int = " + value + " in 0..65535;";
    }
  }

  RandomRule rule(std::size_t number) {
    static constexpr std::array<const char*, 5> kActions = {"allow", "allow", "drop", "drop",
                                                            "count"};
    std::string head = dice_.of(kActions);
    if (dice_.one_in(2)) head += " r" + std::to_string(number) + ":";
    return {.head = std::move(head), .condition = condition(1 + dice_.below(3))};
  }

  /// A definition or a live set, which later parts of the filter use.
  std::string define() {
    const std::string number = std::to_string(definitions_++);
    switch (dice_.below(6)) {
      case 0: return "let " + remember(port_sets_, "p" + number) + " = " + port_set() + ";";
      case 1: return "let " + remember(address_sets_, "a" + number) + " = " + address_set() + ";";
      case 2: return "let " + remember(port_sets_, "@p" + number) + ": port = " + port_set() + ";";
      case 3:
        return "let " + remember(address_sets_, "@a" + number) + ": ip = " + address_set() + ";";
      case 4:
        return "let " + remember(pair_sets_, "@q" + number) + ": (ip, port) = " + pair_set() + ";";
      default: {
        const std::string text = boolean(1 + dice_.below(2)).text();
        return "let " + remember(booleans_, "b" + number) + " = " + text + ";";
      }
    }
  }

  static const std::string& remember(std::vector<std::string>& names, std::string name) {
    return names.emplace_back(std::move(name));
  }

  std::string port_element() {
    if (dice_.one_in(3)) return integer_range(ValueKind::port, 65535);
    return std::to_string(dice_.of(kPorts));
  }

  template <typename Element>
  std::string set_of(const Element& element) {
    std::string text = "{" + element();
    for (std::size_t n = dice_.below(4); n > 0; --n) text += ", " + element();
    return text + "}";
  }

  std::string port_set() {
    return set_of([&] { return port_element(); });
  }
  std::string address_set() {
    return set_of([&] { return address_element(); });
  }
  std::string pair_set() {
    return set_of([&] {
      const std::string address = dice_.one_in(2) ? address_text(dice_) : prefix_text(dice_);
      return "(" + address + ", " + port_element() + ")";
    });
  }

  /// Membership of a field in a set by name, or of a pair.
  Expression named_membership() {
    static constexpr std::array<const char*, 2> kPortFields = {"src_port", "dst_port"};
    static constexpr std::array<const char*, 2> kAddressFields = {"src_ip", "dst_ip"};
    const std::string port = dice_.of(kPortFields);
    const std::string address = dice_.of(kAddressFields);
    switch (dice_.below(4)) {
      case 0:
        if (!port_sets_.empty()) return in_set(port, dice_.of(port_sets_));
        [[fallthrough]];
      case 1:
        if (!address_sets_.empty()) return in_set(address, dice_.of(address_sets_));
        [[fallthrough]];
      case 2:
        if (!pair_sets_.empty())
          return in_set("(" + address + ", " + port + ")", dice_.of(pair_sets_));
        [[fallthrough]];
      default: return in_set("(" + address + ", " + port + ")", pair_set());
    }
  }

  Expression in_set(const std::string& value, const std::string& set) {
    return membership(leaf(Type::integer, value), {set}, true);
  }

  std::string gap() {
    switch (dice_.below(24)) {
      case 0: return "\n";
      case 1: return " /* a || b */ ";
      case 2: return " # to the end\n";
      case 3: return " // of the line\n";
      case 4: return "\t";
      default: return " ";
    }
  }

  Expression leaf(Type type, std::string text) {
    Expression e;
    e.type = type;
    e.head = std::move(text);
    return e;
  }

  /// C's spelling or the word.
  std::string spelling(Operator op) {
    const OperatorRow& r = row(op);
    return std::string(!r.word.empty() && dice_.one_in(2) ? r.word : r.symbol);
  }

  Expression prefix(Operator op, Type type, Expression operand) {
    Expression e = leaf(type, spelling(op));
    e.form = Form::prefix;
    e.precedence = kUnaryPrecedence;
    e.children = {std::move(operand)};
    return e;
  }

  Expression infix(Operator op, Type type, std::vector<Expression> operands) {
    Expression e = leaf(type, spelling(op));
    e.form = Form::infix;
    e.precedence = row(op).precedence;
    e.gap = gap();
    e.children = std::move(operands);
    return e;
  }

  Expression conditional(Type type, Expression condition, Expression yes, Expression no) {
    Expression e = leaf(type, "?:");
    e.form = Form::conditional;
    e.precedence = kConditionalPrecedence;
    e.gap = gap();
    e.children = {std::move(condition), std::move(yes), std::move(no)};
    return e;
  }

  /// A field that the kernel test can predict: nobody knows the cookie of its socket.
  const FieldRow& field_of(Type type) {
    for (;;) {
      const FieldRow& f = dice_.of(kFields);
      const auto* fact = std::get_if<SocketFact>(&f.source);
      if (std::holds_alternative<FlowFact>(f.source) && !with_flows_) continue;
      if ((f.hooks & hook_bit(Hook::cgroup)) == 0) continue;
      if (f.type == type && (fact == nullptr || *fact != SocketFact::cookie)) return f;
    }
  }

  /// One that has a value: `port` is the ports of both ends, and can only be compared.
  const FieldRow& value_of(Type type) {
    for (;;)
      if (const FieldRow& f = field_of(type); !std::holds_alternative<EitherOf>(f.source)) return f;
  }

  Expression field(Type type) { return leaf(type, std::string(value_of(type).name)); }

  Operator binary_of(OperatorKind kind) {
    for (;;)
      if (const OperatorRow& r = dice_.of(kOperators); r.kind == kind && !r.unary) return r.op;
  }

  Operator comparison() {
    return binary_of(dice_.one_in(2) ? OperatorKind::equality : OperatorKind::ordering);
  }

  std::optional<Expression> variable(Type type) {
    std::vector<std::string> names;
    for (const LiveVariable& v : variables_)
      if (v.type == type) names.push_back(v.name);
    if (names.empty()) return std::nullopt;
    return leaf(type, dice_.of(names));
  }

  // bool

  Expression simple_boolean() {
    if (dice_.one_in(12)) return leaf(Type::boolean, dice_.one_in(2) ? "true" : "false");
    if (!booleans_.empty() && dice_.one_in(3)) return leaf(Type::boolean, dice_.of(booleans_));
    if (dice_.one_in(4))
      if (auto v = variable(Type::boolean)) return *v;
    return field(Type::boolean);
  }

  Expression boolean(std::size_t depth) {
    if (depth == 0) return dice_.one_in(3) ? field_comparison() : simple_boolean();
    switch (dice_.below(13)) {
      case 0: return simple_boolean();
      case 12: return slice_condition();
      case 1: return prefix(Operator::logical_not, Type::boolean, condition(depth - 1));
      case 2:
      case 3:
      case 4: return chain(depth);
      case 5:
      case 6: return field_comparison();
      case 7: return integer_comparison(depth);
      case 8: return address_comparison(depth);
      case 9: return dice_.one_in(3) ? named_membership() : integer_membership(depth);
      case 10: return address_membership(depth);
      default:
        return conditional(Type::boolean, condition(depth - 1), boolean(depth - 1),
                           boolean(depth - 1));
    }
  }

  /// Mostly a bool; an int where C allows it.
  Expression condition(std::size_t depth) {
    return dice_.one_in(6) ? integer(depth) : boolean(depth);
  }

  Expression chain(std::size_t depth) {
    std::vector<Expression> operands;
    for (std::size_t n = 2 + dice_.below(dice_.one_in(10) ? 7 : 2); n > 0; --n)
      operands.push_back(condition(depth - 1));
    return infix(binary_of(OperatorKind::logical), Type::boolean, std::move(operands));
  }

  /// A field against a value it can have, on either side.
  Expression field_comparison() {
    if (dice_.one_in(40))
      return infix(binary_of(OperatorKind::equality), Type::boolean,
                   {leaf(Type::interface, "iface"), leaf(Type::interface, "\"lo\"")});
    const bool is_bool = dice_.one_in(6);
    const FieldRow& f = field_of(is_bool ? Type::boolean : Type::integer);
    Expression name = leaf(f.type, std::string(f.name));
    Expression value = leaf(Type::integer, named_literal_of(f));
    if (dice_.one_in(4)) std::swap(name, value);
    return infix(comparison(), Type::boolean, {std::move(name), std::move(value)});
  }

  /// Anything against anything, but for a bare name against a literal that it cannot have, which
  /// would be an error.
  Expression integer_comparison(std::size_t depth) {
    Expression lhs = integer(depth - 1);
    Expression rhs = integer(depth - 1);
    if (lhs.form == Form::leaf && rhs.form == Form::leaf) return field_comparison();
    return infix(comparison(), Type::boolean, {std::move(lhs), std::move(rhs)});
  }

  /// A number, or a name that stands for one in both families.
  std::string named_literal_of(const FieldRow& f) {
    if (const auto names = constant_names(f.kind); !names.empty() && dice_.one_in(4)) {
      const std::string_view name = dice_.of(names);
      const auto value = find_constant(f.kind, name);
      if (value && value->ipv4 == value->ipv6) return std::string(name);
    }
    return literal_of(f);
  }

  std::string literal_of(const FieldRow& f) {
    const std::int64_t value = likely_value(dice_, f.kind, f.maximum);
    return integer_text(dice_, static_cast<std::uint64_t>(value));
  }

  /// What is compared or looked up: also the addresses of both ends.
  Expression any_address(std::size_t depth) {
    if (dice_.one_in(4))
      if (auto v = variable(Type::address)) return *v;
    if (dice_.one_in(4)) return leaf(Type::address, std::string(field_of(Type::address).name));
    return address(depth);
  }

  Expression address_comparison(std::size_t depth) {
    Expression lhs = any_address(depth - 1);
    Expression rhs = dice_.one_in(3)   ? address(depth - 1)
                     : dice_.one_in(2) ? leaf(Type::address, prefix_text(dice_))
                     : dice_.one_in(3) ? leaf(Type::address, network_name())
                                       : leaf(Type::address, address_text(dice_));
    return infix(binary_of(OperatorKind::equality), Type::boolean,
                 {std::move(lhs), std::move(rhs)});
  }

  // sets

  Expression membership(Expression value, std::vector<std::string> elements, bool bare) {
    Expression e = leaf(Type::boolean, dice_.one_in(2) ? "in" : "not in");
    e.form = Form::membership;
    e.precedence = row(Operator::in).precedence;
    e.gap = gap();
    e.children = {std::move(value)};
    e.elements = std::move(elements);
    e.bare = bare;
    return e;
  }

  std::string integer_range(ValueKind kind, std::int64_t maximum) {
    const auto [low, high] =
        std::minmax({likely_value(dice_, kind, maximum), likely_value(dice_, kind, maximum)});
    return std::to_string(low) + ".." + std::to_string(high);
  }

  Expression integer_membership(std::size_t depth) {
    const FieldRow& f = field_of(Type::integer);
    Expression value = integer(depth - 1);
    const bool bare = value.form == Form::leaf;
    if (bare) value = leaf(Type::integer, std::string(f.name));
    if (dice_.one_in(4))
      return membership(std::move(value), {integer_range(f.kind, f.maximum)}, true);
    std::vector<std::string> elements;
    for (std::size_t n = 1 + dice_.below(dice_.one_in(10) ? 40 : 4); n > 0; --n)
      elements.push_back(dice_.one_in(3) ? integer_range(f.kind, f.maximum)
                         : bare          ? named_literal_of(f)
                                         : literal_of(f));
    return membership(std::move(value), std::move(elements), false);
  }

  std::string network_name() { return std::string(dice_.of(kNetworks).name); }

  std::string address_element() {
    switch (dice_.below(4)) {
      case 0: return address_text(dice_);
      case 1: return prefix_text(dice_);
      case 2: return network_name();
      default: return address_range(dice_);
    }
  }

  Expression address_membership(std::size_t depth) {
    Expression value = any_address(depth - 1);
    if (dice_.one_in(3))
      return membership(std::move(value),
                        {dice_.one_in(2) ? prefix_text(dice_) : address_range(dice_)}, true);
    std::vector<std::string> elements;
    for (std::size_t n = 1 + dice_.below(dice_.one_in(10) ? 20 : 3); n > 0; --n)
      elements.push_back(address_element());
    return membership(std::move(value), std::move(elements), false);
  }

  // bytes

  struct Slice {
    std::size_t offset;
    std::size_t length;
  };

  static constexpr std::array<std::size_t, 4> kNumberBytes = {1, 2, 4, 8};
  static constexpr std::array<std::size_t, 6> kOtherBytes = {3, 5, 6, 7, 13, 20};

  Expression slice_leaf(const Slice& s) {
    std::string text = "payload[" + std::to_string(s.offset);
    if (s.length != 1 || dice_.one_in(2)) text += ":" + std::to_string(s.length);
    return leaf(Type::bytes, text + "]");
  }

  /// Bytes that a payload is likely to hold there.
  std::string likely_bytes(const Slice& s) {
    if (dice_.one_in(3)) return std::string(s.length, static_cast<char>(dice_.of(kBytes)));
    std::string bytes(kPayloadText.substr(std::min(s.offset, kPayloadText.size()), s.length));
    bytes.resize(s.length, 'x');
    return bytes;
  }

  std::string byte_string(const Slice& s) {
    const std::string bytes = likely_bytes(s);
    const bool hex = dice_.one_in(3);
    std::string text;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      const std::string digits = {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
      const bool plain = byte >= ' ' && byte < 0x7f && c != '"' && c != '\\';
      text += hex ? digits : plain ? std::string(1, c) : "\\x" + digits;
    }
    return (hex ? "hex\"" : "\"") + text + "\"";
  }

  /// Eight bytes are a signed number.
  std::string number_text(const Slice& s) {
    std::uint64_t value = 0;
    for (const char c : likely_bytes(s)) value = value << 8 | static_cast<unsigned char>(c);
    const auto number = static_cast<std::int64_t>(value);
    return number < 0 ? "-" + std::to_string(0 - value) : integer_text(dice_, value);
  }

  Expression slice_condition() {
    const bool number = !dice_.one_in(3);
    const Slice s = {.offset = dice_.below(dice_.one_in(3) ? 24 : 3),
                     .length = number ? dice_.of(kNumberBytes) : dice_.of(kOtherBytes)};
    if (dice_.one_in(4)) {
      std::vector<std::string> elements;
      for (std::size_t n = 1 + dice_.below(3); n > 0; --n)
        elements.push_back(number && dice_.one_in(2) ? number_text(s) : byte_string(s));
      return membership(slice_leaf(s), std::move(elements), false);
    }
    const bool string = !number || dice_.one_in(2);
    const Operator op = string ? binary_of(OperatorKind::equality) : comparison();
    const std::string value = string ? byte_string(s) : number_text(s);
    Expression other = leaf(Type::bytes, value);
    if (number && dice_.one_in(6)) other = slice_leaf({dice_.below(8), s.length});
    return infix(op, Type::boolean, {slice_leaf(s), std::move(other)});
  }

  // ip

  Expression address(std::size_t depth) {
    if (depth == 0 || !dice_.one_in(4)) return field(Type::address);
    return conditional(
        Type::address, condition(depth - 1), field(Type::address),
        dice_.one_in(2) ? leaf(Type::address, address_text(dice_)) : address(depth - 1));
  }

  // int

  Expression simple_integer() {
    if (dice_.one_in(4)) return leaf(Type::integer, literal_of(field_of(Type::integer)));
    if (dice_.one_in(4))
      if (auto v = variable(Type::integer)) return *v;
    if (dice_.one_in(6)) return field(Type::boolean);
    return field(Type::integer);
  }

  Expression integer(std::size_t depth) {
    if (depth == 0) return simple_integer();
    switch (dice_.below(8)) {
      case 0: return simple_integer();
      case 1:
        return prefix(dice_.one_in(3)   ? Operator::plus
                      : dice_.one_in(2) ? Operator::negate
                                        : Operator::complement,
                      Type::integer, integer(depth - 1));
      case 2:
        return conditional(Type::integer, condition(depth - 1), integer(depth - 1),
                           dice_.one_in(4) ? boolean(depth - 1) : integer(depth - 1));
      case 3: return boolean(depth - 1);
      default: return arithmetic(depth);
    }
  }

  Expression arithmetic(std::size_t depth) {
    const Operator op = binary_of(OperatorKind::arithmetic);
    return infix(op, Type::integer, {integer(depth - 1), right_operand(op, depth - 1)});
  }

  /// What may stand to the right: a constant 0 divisor and a constant shift past 63 are errors, so
  /// there only a literal that is neither, or a field, which can be anything at run time.
  Expression right_operand(Operator op, std::size_t depth) {
    const bool shift = op == Operator::shift_left || op == Operator::shift_right;
    const bool division = op == Operator::divide || op == Operator::modulo;
    if (!shift && !division) return integer(depth);
    if (dice_.one_in(2)) return field(dice_.one_in(4) ? Type::boolean : Type::integer);
    const std::uint64_t value = shift ? dice_.below(64) : 1 + dice_.below(100);
    return leaf(Type::integer, integer_text(dice_, value));
  }

  Dice& dice_;
  bool with_flows_;
  std::vector<LiveVariable> variables_;
  std::size_t definitions_ = 0;
  std::vector<std::string> port_sets_;
  std::vector<std::string> address_sets_;
  std::vector<std::string> pair_sets_;
  std::vector<std::string> booleans_;
};

}  // namespace

RandomFilter random_filter(Dice& dice, bool with_flows) {
  return Generator(dice, with_flows).filter();
}

}  // namespace fwc::test
