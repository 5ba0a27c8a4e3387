// SPDX-License-Identifier: MIT
// Rules from the declaration tags of a program (see fwc/object.h). A kernel that knows no tags has
// them as names of integers, so a tag is known by its text alone.
#include "fwc/runtime/rules.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>

#include "fwc/runtime/environment.h"
#include "runtime/errors.h"
#include "runtime/libbpf_log.h"
#include "runtime/policies.h"

namespace fwc::runtime {
namespace {

struct BtfFree {
  void operator()(btf* types) const { ::btf__free(types); }
};
using Types = std::unique_ptr<btf, BtfFree>;

constexpr std::size_t kMostRules = 1 << 20;  // a guard against a number that nobody wrote

std::optional<RuleAction> action_named(std::string_view name) {
  for (const RuleAction action : {RuleAction::allow, RuleAction::drop, RuleAction::count}) {
    if (name == to_string(action)) return action;
  }
  return {};
}

/// Takes what stands before the next colon.
std::string_view take_word(std::string_view& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view word = text.substr(0, colon);
  text.remove_prefix(std::min(colon + 1, text.size()));
  return word;
}

void read_rule(std::string_view rest, PolicyInfo& policy) {
  const std::string_view digits = take_word(rest);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const std::optional<RuleAction> action = action_named(take_word(rest));
  if (error != std::errc{} || end != digits.data() + digits.size() || number >= kMostRules ||
      !action) {
    return;
  }
  const std::string_view name = take_word(rest);
  if (policy.rules.size() <= number) policy.rules.resize(number + 1);
  policy.rules[number] = {
      .action = *action, .name = std::string(name), .condition = std::string(rest)};
}

void read_set(std::string_view rest, Policies& policies) {
  SetTag set{.map = std::string(take_word(rest)),
             .type = std::string(take_word(rest)),
             .name = std::string(rest)};
  const auto same = [&](const SetTag& known) { return known.map == set.map; };
  if (std::none_of(policies.sets.begin(), policies.sets.end(), same))
    policies.sets.push_back(std::move(set));
}

void read_tag(std::string_view tag, Policies& policies) {
  if (take_word(tag) != "fwc") return;
  const std::string_view kind = take_word(tag);
  if (kind != "rule" && kind != "default" && kind != "set") return;
  const bool ingress = take_word(tag) == to_string(Direction::ingress);
  std::optional<PolicyInfo>& policy = ingress ? policies.ingress : policies.egress;
  if (!policy) policy = PolicyInfo{};
  if (kind == "set") return read_set(tag, policies);
  if (kind == "rule") read_rule(tag, *policy);
  if (kind == "default") policy->default_action = action_named(tag).value_or(RuleAction::drop);
}

Expected<Types> types_of(const Program& program) {
  bpf_prog_info info{};
  std::uint32_t length = sizeof info;
  if (::bpf_obj_get_info_by_fd(program.fd(), &info, &length) != 0) {
    return system_error(errno, "cannot read about the program");
  }
  if (Expected<void> allowed = require_capabilities(Operation::look_up); !allowed) {
    return allowed.error();
  }
  const LibbpfLog silent;
  Types types(::btf__load_from_kernel_by_id(info.btf_id));
  if (!types) return system_error(errno, "cannot read the types of the program");
  return types;
}

}  // namespace

std::string_view to_string(RuleAction action) {
  switch (action) {
    case RuleAction::allow: return "allow";
    case RuleAction::drop: return "drop";
    case RuleAction::count: return "count";
  }
  return "";
}

Policies policies_of(const btf* types) {
  Policies all;
  const auto count = ::btf__type_cnt(types);
  for (std::uint32_t id = 1; id < count; ++id) {
    const btf_type* type = ::btf__type_by_id(types, id);
    const char* name = ::btf__name_by_offset(types, type->name_off);
    if (name != nullptr) read_tag(name, all);
  }
  return all;
}

Expected<Policies> policies(const LoadedObject& object) {
  if (object.programs().empty()) {
    Expected<void> allowed = require_capabilities(Operation::look_up);
    return allowed ? internal_error("a filter has no program") : allowed.error();
  }
  const Expected<Types> types = types_of(*object.programs().front());
  if (!types) return types.error();
  return policies_of(types->get());
}

Expected<PolicyInfo> rules(const LoadedObject& object, Direction direction) {
  if (object.program(direction) == nullptr) {
    return make_error(Error::Kind::usage,
                      fmt::format("the filter has no {} program", to_string(direction)));
  }
  Expected<Policies> all = policies(object);
  if (!all) return all.error();
  std::optional<PolicyInfo>& policy = direction == Direction::ingress ? all->ingress : all->egress;
  if (policy) return *std::move(policy);
  return make_error(Error::Kind::data, "the program does not tell its rules",
                    "it is from an older fwc; compile the filter again");
}

}  // namespace fwc::runtime
