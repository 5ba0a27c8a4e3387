// SPDX-License-Identifier: MIT
// The compiler as a library: from one line of text to a BPF object. No exceptions and no exits
// cross these functions, there is no global state, and several threads may call them at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fwc/diagnostic.h"
#include "fwc/export.h"
#include "fwc/hook.h"
#include "fwc/object.h"

namespace fwc {

/// The programs that an object holds.
enum class Direction : std::uint8_t { ingress, egress, both };

/// The text of a file that a filter names, `from "blocklist.txt"`, or why there is none.
struct LoadedSource {
  std::optional<std::string> text;
  std::string problem;  ///< as in "cannot read `blocklist.txt`: {problem}"
};

/// Reads such a file. The library opens none itself: without a loader, a filter that names a file
/// is an error.
using SourceLoader = std::function<LoadedSource(const std::string& path)>;

/// Which packets a program writes to the map `log`.
enum class Logged : std::uint8_t { nothing, dropped, passed, everything };

struct ParseOptions {
  /// Treat warnings as errors.
  bool strict = false;
  /// Which fields there are.
  Hook hook = Hook::cgroup;
  SourceLoader load_source = {};
};

struct CompileOptions {
  /// Without one: those that the filter has parts for; where it has no parts, both if it asks for
  /// flows, else egress. Of the hook `xdp`, which sees nothing that is sent, ingress.
  std::optional<Direction> direction = {};
  /// Where in the kernel the programs are for.
  Hook hook = Hook::cgroup;
  /// Count packets and bytes by rule in the map `counters`.
  bool counters = false;
  /// A program that logs nothing holds no code for it.
  Logged log = Logged::nothing;
  /// Give the programs a switch, on at first: while it is on they drop nothing, and tell what they
  /// would have dropped.
  bool audit = false;
  /// Treat warnings as errors.
  bool strict = false;
  SourceLoader load_source = {};
  /// Keep the map `flows` also where the filter does not ask for it, for two objects of one
  /// direction each that share the map when they are loaded (LoadOptions::flows).
  bool share_flows = false;
  /// Add programs that refuse calls whose packets the egress filter would drop (fwc/object.h).
  bool refuse_calls = false;
};

struct CheckedFilter;

/// A filter that was read and found right. Cheap to copy; copies share one immutable tree.
class FWC_API Filter {
 public:
  explicit Filter(std::shared_ptr<const CheckedFilter> checked) : checked_(std::move(checked)) {}

  /// The verdict on a packet, without the kernel: true forwards it. `packet` starts at the network
  /// header; `ethertype` is in host order, 0x0800 or 0x86dd for IP packets. A filter that has no
  /// part for the direction forwards the packet.
  bool judge(std::span<const std::byte> packet, std::uint16_t ethertype,
             bool ingress = false) const;

  /// The verdict on a frame with its Ethernet header, as the hooks `tc` and `xdp` see it.
  bool judge_frame(std::span<const std::byte> frame, bool ingress = true) const;

  /// What compile() makes programs for where no direction is asked for.
  Direction direction() const;

  /// Whether it is written as parts, `ingress {…}` and `egress {…}`, and so says itself what it is
  /// for.
  bool has_parts() const;

  /// Whether it asks for `established` or `reply`, which need to see both directions.
  bool asks_for_flows() const;

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
FWC_API ParseResult parse_filter(std::string_view text, const ParseOptions& options);

/// Compiles a filter. The same text, options and version give the same bytes.
FWC_API CompileResult compile(std::string_view text, const CompileOptions& options = {});

/// The version of the library, `major.minor.patch`.
FWC_API std::string_view version();

}  // namespace fwc
