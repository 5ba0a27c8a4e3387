// SPDX-License-Identifier: MIT
// Units of systemd as their files say, read without asking the manager: systemd.unit(5) tells where
// they lie and how drop-ins add to them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fwc/runtime/error.h"

namespace fwc::cli {

struct UnitSetting {
  std::string section;
  std::string key;
  std::string value;
  std::string file;
};

struct Unit {
  std::string name;      ///< with its suffix, and not an alias
  std::string fragment;  ///< the unit's own file
  /// Those of its own file, then those of its drop-ins, in the order in which systemd reads them.
  std::vector<UnitSetting> settings;

  /// The values of a setting that takes a list: an empty one clears those before it.
  std::vector<std::string> values(std::string_view section, std::string_view key) const;
};

/// Where the units of a machine lie.
class UnitFiles {
 public:
  /// `root` is the folder of the machine's files, empty for this machine, as of `systemctl --root`.
  explicit UnitFiles(std::string root) : root_(std::move(root)) {}

  const std::string& root() const { return root_; }

  /// The unit of that name; without a suffix it is a service. Kind::usage where this is no name of
  /// a service or a socket, Kind::no_input where there is none, or it is masked.
  runtime::Expected<Unit> read(std::string_view name) const;

  /// The socket units that start a service: their sockets are opened in their cgroups, not in that
  /// of the service.
  std::vector<std::string> sockets_of(const Unit& service) const;

 private:
  std::string find_fragment(const std::string& name) const;
  std::vector<std::string> find_drop_ins(const std::string& name) const;

  std::string root_;
};

/// Whether systemd takes this for the name of a service or a socket.
bool is_unit_name(std::string_view name);

/// The kind of a unit, as its section is called: `Service` or `Socket`.
std::string_view section_of(std::string_view unit);

/// `foo@.service` of `foo@bar.service`; empty where it is no instance.
std::string template_of(std::string_view unit);

/// A word of a command line in a unit file, so that systemd changes nothing in it.
std::string unit_word(std::string_view word);

}  // namespace fwc::cli
