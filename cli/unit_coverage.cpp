// SPDX-License-Identifier: MIT
// What a filter on the cgroup of a unit does not hold; see unit_coverage.h.
#include "cli/unit_coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

namespace fwc::cli {

namespace {

constexpr std::string_view kService = "Service";

bool is_true(std::string_view value) {
  return value == "yes" || value == "true" || value == "on" || value == "1";
}

std::string last_value(const Unit& unit, std::string_view key) {
  const auto values = unit.values(kService, key);
  return values.empty() ? std::string() : values.back();
}

// systemd.exec(5), RestrictAddressFamilies=: the first list tells whether families are allowed or
// denied; those after it add to it or take away from it.
bool may_open_packet_sockets(const Unit& unit) {
  std::optional<bool> denies;
  std::set<std::string> families;
  for (const std::string& value : unit.values(kService, "RestrictAddressFamilies")) {
    const bool inverted = value.starts_with('~');
    if (!denies) denies = inverted;
    std::istringstream words(value.substr(inverted ? 1 : 0));
    for (std::string family; words >> family;) {
      if (family == "none") continue;
      if (inverted == *denies)
        families.insert(family);
      else
        families.erase(family);
    }
  }
  return denies ? families.contains("AF_PACKET") != *denies : true;
}

// A process of root's moves to another cgroup by writing to its file.
bool may_leave_cgroup(const Unit& unit) {
  const std::string user = last_value(unit, "User");
  const bool root =
      (user.empty() || user == "root" || user == "0") && !is_true(last_value(unit, "DynamicUser"));
  const std::string protection = last_value(unit, "ProtectControlGroups");
  return root && !is_true(protection) && protection != "strict" && protection != "private";
}

// Lines of the unit's own that run before those of a drop-in.
bool runs_before_the_filter(const Unit& unit) {
  if (!unit.values(kService, "ExecCondition").empty()) return true;
  const auto lines = unit.values(kService, "ExecStartPre");
  return !lines.empty() && lines.front().find(" attach --self --") == std::string::npos;
}

}  // namespace

std::vector<Gap> gaps_of(const Unit& unit, const std::vector<std::string>& unfiltered_sockets,
                         const std::vector<std::string>& of_users) {
  std::vector<Gap> gaps;
  const bool service = section_of(unit.name) == kService;
  if (service && may_open_packet_sockets(unit))
    gaps.push_back({.code = "packet-sockets",
                    .message = "it may open packet sockets, which pass below every filter",
                    .hint = "add `RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6`"});
  if (service && may_leave_cgroup(unit))
    gaps.push_back({.code = "other-cgroup",
                    .message = "it runs as root and may move to another cgroup",
                    .hint = "add `ProtectControlGroups=yes`, or give it a `User=`"});
  if (service && runs_before_the_filter(unit))
    gaps.push_back({.code = "earlier-commands",
                    .message = "other commands of the unit run before the filter is there",
                    .hint = "move them to `ExecStart=` of a unit that this one requires"});
  for (const std::string& socket : unfiltered_sockets)
    gaps.push_back({.code = "inherited-sockets",
                    .message = fmt::format("the sockets of `{}` have no filter", socket),
                    .hint = fmt::format("`fwc enable {}` writes one for them too", unit.name)});
  for (const std::string& path : of_users)
    gaps.push_back({.code = "user-manager",
                    .message = fmt::format("`{}` is a unit of a user's manager", path),
                    .hint = "a user's units are held by a filter on `user@.service`"});
  return gaps;
}

}  // namespace fwc::cli
