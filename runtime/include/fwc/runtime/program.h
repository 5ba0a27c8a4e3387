// SPDX-License-Identifier: MIT
// A compiled object in the kernel: its programs and maps, held by file descriptors. First stage of
// the runtime; pins, attachments, variables and counters work on what comes from here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fwc/export.h"
#include "fwc/hook.h"
#include "fwc/object.h"
#include "fwc/runtime/error.h"
#include "fwc/runtime/file_descriptor.h"
#include "fwc/runtime/value.h"

namespace fwc::runtime {

/// Which packets of a cgroup a program sees: those it receives or those it sends.
enum class Direction : std::uint8_t { ingress, egress };

/// `ingress` or `egress`.
FWC_API std::string_view to_string(Direction direction);

/// One program in the kernel.
class Program {
 public:
  Program() = default;
  Program(FileDescriptor fd, Direction direction, std::uint32_t id, Hook hook)
      : fd_(std::move(fd)), direction_(direction), hook_(hook), id_(id) {}

  explicit operator bool() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  /// What it was compiled for.
  Direction direction() const { return direction_; }
  Hook hook() const { return hook_; }
  std::uint32_t id() const { return id_; }

 private:
  FileDescriptor fd_;
  Direction direction_ = Direction::egress;
  Hook hook_ = Hook::cgroup;
  std::uint32_t id_ = 0;
};

/// A call on a socket that a program can refuse: connect(2), and sendmsg(2) and its like with an
/// address, of IPv4 and of IPv6.
enum class Call : std::uint8_t { connect4, connect6, sendmsg4, sendmsg6 };
inline constexpr std::array kCalls = {Call::connect4, Call::connect6, Call::sendmsg4,
                                      Call::sendmsg6};

/// `connect4`, …
FWC_API std::string_view to_string(Call call);

/// A program that refuses a call whose packets the filter of what is sent would drop.
struct Refusal {
  Call call;
  FileDescriptor fd;
  std::uint32_t id = 0;
};

/// A filter in the kernel. The kernel forgets it with the last descriptor, pin or attachment.
class FWC_API LoadedObject {
 public:
  /// Null where the object has no program for that direction.
  const Program* program(Direction direction) const;
  /// Where in the kernel its programs are for; they have one hook.
  Hook hook() const { return egress_ ? egress_.hook() : ingress_.hook(); }
  /// Those that are there, ingress first.
  std::vector<const Program*> programs() const;
  /// The program that is pinned and attached in place of the filter's own, where the filter lies in
  /// a slot (see pins.h); null where it does not.
  const Program* dispatcher(Direction direction) const;
  /// The map that has this slot, -1 where there is none.
  int slot_fd(Direction direction) const;
  /// Map of the live variables, -1 where the filter has none.
  int live_fd() const { return live_.get(); }
  /// Map of the counters, -1 where the filter does not count.
  int counters_fd() const { return counters_.get(); }
  /// Map of what log and audit are told (WatchControl), -1 where the filter has neither.
  int control_fd() const { return control_.get(); }
  /// Map of what log and audit left out (WatchTally), -1 where the filter has neither.
  int tallies_fd() const { return tallies_.get(); }
  /// Ring buffer of the log, -1 where the filter does not log.
  int log_fd() const { return log_.get(); }
  /// Map of the flows that both directions share, -1 where the filter does not ask for flows.
  int flows_fd() const { return flows_.get(); }
  /// The programs that refuse calls; empty where the object was compiled without.
  const std::vector<Refusal>& refusals() const { return refusals_; }
  /// Maps of the live sets by the names that the kernel knows them by.
  const std::vector<std::pair<std::string, FileDescriptor>>& set_maps() const { return sets_; }
  /// Names of the live variables that were given a value at load: a pin that is replaced does not
  /// hand its own value on to these.
  const std::vector<std::string>& given_variables() const { return given_variables_; }

 private:
  friend class LoadedObjectBuilder;

  struct Slot {
    Program dispatcher;
    FileDescriptor map;
  };

  Program ingress_;
  Program egress_;
  Slot ingress_slot_;
  Slot egress_slot_;
  FileDescriptor live_;
  FileDescriptor counters_;
  FileDescriptor control_;
  FileDescriptor tallies_;
  FileDescriptor log_;
  FileDescriptor flows_;
  std::vector<Refusal> refusals_;
  std::vector<std::pair<std::string, FileDescriptor>> sets_;
  std::vector<std::string> given_variables_;
};

struct LoadOptions {
  /// Values of live variables instead of the defaults written in the filter.
  std::vector<Assignment> variables;
  /// Filters that this one is to replace. It uses their maps where these mean the same to it, and
  /// begins with a copy of what they hold where not: live values, live sets and counters go on. To
  /// be kept until load() returns.
  std::vector<const LoadedObject*> predecessors;
  /// The map of flows of another object, to go on with instead of an empty one; -1 for none. Of no
  /// meaning where the object has no flows.
  int flows = -1;
};

/// Loads an object; the kernel verifies it. An object that does not have the exact shape that fwc
/// writes is refused before libbpf sees it (Kind::data). A refusal by the verifier is
/// Kind::unavailable with the verifier's log in `details`.
FWC_API Expected<LoadedObject> load(const Object& object, const LoadOptions& options = {});

/// The shape check alone, without any privilege.
FWC_API Expected<void> check_object(const Object& object);

/// Reads an object from a file, which must be a regular file of root's or of the caller's and must
/// not be writable by group or others: what it holds runs in the kernel.
FWC_API Expected<Object> read_object_file(const std::string& path);

}  // namespace fwc::runtime
