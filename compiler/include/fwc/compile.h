// SPDX-License-Identifier: MIT
// The compiler as a library: from one line of text to a BPF object. No exceptions and no exits
// cross these functions, there is no global state, and several threads may call them at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/diagnostic.h"
#include "fwc/export.h"
#include "fwc/object.h"

namespace fwc {

/// The programs that an object holds.
enum class Direction : std::uint8_t { ingress, egress, both };

struct CompileOptions {
  Direction direction = Direction::egress;
  /// Count packets and bytes by verdict in the map `counters`.
  bool counters = false;
  /// Treat warnings as errors.
  bool strict = false;
};

struct CheckedFilter;

/// A filter that was read and found right. Cheap to copy; copies share one immutable tree.
class FWC_API Filter {
 public:
  explicit Filter(std::shared_ptr<const CheckedFilter> checked) : checked_(std::move(checked)) {}

  /// The verdict on a packet, without the kernel: true forwards it. `packet` starts at the network
  /// header; `ethertype` is in host order, 0x0800 or 0x86dd for IP packets.
  bool judge(std::span<const std::byte> packet, std::uint16_t ethertype) const;

  /// For the passes of the compiler.
  const CheckedFilter& checked() const { return *checked_; }

 private:
  std::shared_ptr<const CheckedFilter> checked_;
};

struct ParseResult {
  std::optional<Filter> filter;         ///< empty where a diagnostic is an error
  std::vector<Diagnostic> diagnostics;  ///< warnings also where there is a filter
};

struct CompileResult {
  std::optional<Object> object;         ///< empty where a diagnostic is an error
  std::vector<Diagnostic> diagnostics;  ///< warnings also where there is an object
};

/// Reads and checks a filter. `strict` makes warnings errors.
FWC_API ParseResult parse_filter(std::string_view text, bool strict = false);

/// Compiles a filter. The same text, options and version give the same bytes.
FWC_API CompileResult compile(std::string_view text, const CompileOptions& options = {});

/// The version of the library, `major.minor.patch`.
FWC_API std::string_view version();

}  // namespace fwc
