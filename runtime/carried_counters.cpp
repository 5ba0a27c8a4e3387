// SPDX-License-Identifier: MIT
// Counters that go on where one filter takes another's place.
#include "runtime/carried_counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "runtime/errors.h"
#include "runtime/kernel_objects.h"
#include "runtime/libbpf_log.h"

namespace fwc::runtime {
namespace {

// The deciders by what makes them the same in another filter, in the order of the map's entries
// (see fwc/object.h).
void add_deciders(std::string_view direction, const std::optional<PolicyInfo>& policy,
                  std::vector<std::string>& deciders) {
  if (!policy) return;
  const auto add = [&](std::string_view action, std::string_view what) {
    deciders.push_back(fmt::format("{} {} {}", direction, action, what));
  };
  const std::string_view otherwise = to_string(policy->default_action);
  add("drop", "malformed");
  add(otherwise, "by default");
  add(otherwise, "fragment by default");
  for (const RuleInfo& rule : policy->rules) {
    const bool only = policy->rules.size() == 1;
    add(to_string(rule.action), !rule.name.empty() ? fmt::format("rule {}", rule.name)
                                : only             ? "the rule"
                                                   : fmt::format("rule: {}", rule.condition));
  }
}

std::vector<std::string> deciders_of(const Policies& all) {
  std::vector<std::string> deciders;
  add_deciders("ingress", all.ingress, deciders);
  add_deciders("egress", all.egress, deciders);
  return deciders;
}

Expected<void> copy_entry(int from, std::uint32_t old_entry, int to, std::uint32_t new_entry,
                          std::vector<std::uint64_t>& words) {
  if (::bpf_map_lookup_elem(from, &old_entry, words.data()) != 0)
    return system_error(errno, "cannot read the counters of the filter that is replaced");
  if (::bpf_map_update_elem(to, &new_entry, words.data(), BPF_ANY) != 0)
    return system_error(errno, "cannot write the counters");
  return {};
}

}  // namespace

bool count_the_same(const Policies& old, const Policies& fresh) {
  return deciders_of(old) == deciders_of(fresh);
}

Expected<void> copy_counters(const LoadedObject& old, const LoadedObject& fresh) {
  const int from = old.counters_fd(), to = fresh.counters_fd();
  if (from < 0 || to < 0 || is_same_map(from, to)) return {};
  const Expected<MapInfo> info = map_info(from, "the counters");
  const Expected<MapInfo> fresh_info = map_info(to, "the counters");
  if (info && fresh_info && info->value_size != fresh_info->value_size) return {};
  const Expected<Policies> before = policies(old), after = policies(fresh);
  if (!info || !before || !after)
    return !info ? info.error() : !before ? before.error() : after.error();
  const LibbpfLog silent;
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus <= 0) return system_error(-cpus, "cannot count the CPUs");
  std::vector<std::uint64_t> words(cpus * ((info->value_size + 7) / 8));
  const std::vector<std::string> known = deciders_of(*before), wanted = deciders_of(*after);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto same = std::find(known.begin(), known.end(), wanted[i]);
    if (same == known.end()) continue;
    const auto entry = static_cast<std::uint32_t>(same - known.begin());
    Expected<void> copied = copy_entry(from, entry, to, static_cast<std::uint32_t>(i), words);
    if (!copied) return copied;
  }
  return {};
}

}  // namespace fwc::runtime
