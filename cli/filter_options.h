// SPDX-License-Identifier: MIT
// Options and steps that several commands share: reading a filter, compiling it, its direction, its
// live variables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/source.h"
#include "fwc/compile.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/file_descriptor.h"
#include "fwc/runtime/program.h"
#include "fwc/runtime/value.h"

namespace fwc::cli {

/// `--ingress` and `--egress` as flags.
struct DirectionFlags {
  bool ingress = false;
  bool egress = false;

  void add_to(CommandLine& line);
  bool any() const { return ingress || egress; }
  /// The same for packets, which are sent or received.
  void add_for_packets(CommandLine& line);
  /// The status of a command that was given both for packets.
  std::optional<int> refuse_both(const CommandLine& line) const;
  /// Of packets: what was said, or what the filter is for.
  bool is_ingress(const Filter& filter) const;
  /// The directions that were given, ingress first.
  std::vector<runtime::Direction> given() const;
};

/// `--hook HOOK`.
struct HookOption {
  std::string name;

  void add_to(CommandLine& line);
  /// Nothing where there is no such hook.
  std::optional<Hook> hook() const;
  /// A status where there is no such hook.
  std::optional<int> refuse(const CommandLine& line) const;
  /// The same, and of a hook that sees nothing sent where packets are to be taken for sent ones.
  std::optional<int> refuse_for_packets(const CommandLine& line, const DirectionFlags& directions,
                                        const std::string& local) const;
};

/// `--ingress FILTER` and `--egress FILTER`: a filter for each direction.
class DirectionTexts {
 public:
  /// `who` sends and receives, as in "what the unit sends".
  void add_to(CommandLine& line, std::string_view who);
  /// A status where none was given, or `--refuse` has no filter of what is sent.
  std::optional<int> refuse(const CommandLine& line, bool refuses_calls) const;
  /// Null where none was given.
  const std::string* of(runtime::Direction direction) const;
  /// Whether the two need one map of flows: both were given, and one asks for flows.
  bool share_flows(const SourceLoader& load_source) const;

 private:
  struct Text {
    std::string text;
    const CLI::Option* option = nullptr;
  };

  Text ingress_;
  Text egress_;
};

inline constexpr std::string_view kRefuseMeaning =
    "refuse connect(2) and sendmsg(2) at once where no packet could pass";

struct Compiled {
  std::optional<Object> object;
  int status = 0;  ///< of the command where there is no object
};

/// Compiles and shows what the compiler says. Where it found an error and the text came from the
/// command line, a likely mix-up with a command or a file is told.
Compiled compile_source(Terminal& terminal, const FilterText& source,
                        const CompileOptions& options);

/// The same by way of the cache of objects, for a filter that is to be loaded at once.
Compiled compile_to_load(Terminal& terminal, const FilterText& source,
                         const CompileOptions& options);

/// The same without the object: the filter, read and checked.
std::optional<Filter> check_source(Terminal& terminal, const FilterText& source, bool strict,
                                   Hook hook = Hook::cgroup);

/// `NAME=VALUE` words to assignments.
runtime::Expected<std::vector<runtime::Assignment>> parse_assignments(
    const std::vector<std::string>& words);

/// Whether `target` means a pin: it is in a folder of a bpf file system, and so no cgroup.
bool is_pin_path(const std::string& target);

/// The flows that fwc's filter of that name knows on a cgroup, for one that comes to its side or in
/// its place; empty where there are none.
runtime::FileDescriptor attached_flows(const runtime::Cgroup& cgroup, const std::string& name);

/// A loaded filter by its pin, or, where a direction is given, by the cgroup that it is attached
/// to.
runtime::Expected<runtime::LoadedObject> open_filter(const std::string& target,
                                                     const DirectionFlags& directions,
                                                     const std::string& name);

}  // namespace fwc::cli
