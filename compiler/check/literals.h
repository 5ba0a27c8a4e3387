// SPDX-License-Identifier: MIT
// Literals as written to values, with the reason where one is not right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "compiler/diagnostics/codes.h"
#include "compiler/language/types.h"
#include "grammar/span.h"

namespace fwc {

/// What is wrong with a literal; the span is relative to its first character.
struct LiteralError {
  Code code;
  Span span;
  std::string message;
  std::string hint;
};

template <typename T>
using Literal = std::variant<T, LiteralError>;

/// `53`, `0x1f`, `0o17`, `0b101`, with `_` or `'` between digits; 0 to INT64_MAX.
Literal<std::int64_t> read_integer(std::string_view text);

Literal<Address> read_address(std::string_view text);

/// The bytes of `"GET "` and `hex"0d 0a"`, at least one. `\n`, `\r`, `\t`, `\0`, `\\`, `\"` and
/// `\xHH` are escapes; a character outside of ASCII stands for its bytes in UTF-8.
Literal<std::string> read_bytes(std::string_view text);

/// An Ethernet address, which the grammar has found right, as a number in network order.
std::int64_t read_mac(std::string_view text);

/// The Ethernet addresses of `00:1b:21:00:00:00/24`; the length is 0 to 48, and host bits are an
/// error.
Literal<std::pair<std::int64_t, std::int64_t>> read_mac_prefix(std::string_view address,
                                                               std::string_view length);

/// Whether the address of a prefix is an Ethernet address.
bool is_mac(std::string_view address);

/// Host bits are an error too.
Literal<AddressPrefix> read_prefix(std::string_view address, std::string_view length);

}  // namespace fwc
