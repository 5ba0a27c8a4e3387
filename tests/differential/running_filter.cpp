// SPDX-License-Identifier: MIT
// The changes by the calls behind `fwc set`: assignments all at once, sets replaced or emptied and
// filled by turns.
#include "tests/differential/running_filter.h"

#include <algorithm>
#include <optional>

#include "fwc/runtime/counters.h"
#include "fwc/runtime/sets.h"
#include "fwc/runtime/variables.h"

namespace fwc::test {
namespace {

using runtime::Expected;
using runtime::LoadedObject;
using runtime::SetEntry;

runtime::IpAddress to_runtime(const Address& address) {
  return runtime::parse_ip_address(to_string(address)).value();
}

template <typename T>
SetEntry addresses(Family family, const Interval<T>& interval) {
  const auto address = [&](const T& bits) {
    if constexpr (std::is_same_v<T, U128>)
      return to_runtime({family, bits});
    else
      return to_runtime({family, {0, bits}});
  };
  return {.addresses = runtime::AddressRange{address(interval.low), address(interval.high)},
          .numbers = {}};
}

std::vector<SetEntry> entries(const ValueSet& set) {
  std::vector<SetEntry> out;
  for (const auto& each : set.integers)
    out.push_back({.addresses = {}, .numbers = runtime::NumberRange{each.low, each.high}});
  for (const auto& each : set.ipv4) out.push_back(addresses(Family::ipv4, each));
  for (const auto& each : set.ipv6) out.push_back(addresses(Family::ipv6, each));
  return out;
}

std::vector<SetEntry> entries(const LiveSetDeclaration& set) {
  std::vector<SetEntry> out = entries(set.values);
  for (const AddressPorts& pair : set.pairs)
    for (const SetEntry& address : entries(pair.addresses))
      for (const SetEntry& port : entries(pair.ports))
        out.push_back({.addresses = address.addresses, .numbers = port.numbers});
  return out;
}

runtime::Assignment assignment(const VariableDeclaration& variable) {
  switch (variable.type) {
    case Type::boolean: return {.name = variable.name, .value = variable.initial != 0};
    case Type::address: return {.name = variable.name, .value = to_runtime(variable.address)};
    default: return {.name = variable.name, .value = variable.initial};
  }
}

Expected<void> change_set(const LoadedObject& object, const LiveSetDeclaration& set, bool by_turns) {
  if (!by_turns) return runtime::replace_set(object, set.name, entries(set));
  const auto before = runtime::set_entries(object, set.name);
  if (!before) return before.error();
  if (!before->empty())
    if (auto done = runtime::delete_from_set(object, set.name, *before); !done) return done;
  return runtime::add_to_set(object, set.name, entries(set));
}

/// What only the other direction asks for is not in the object.
Expected<void> change(const LoadedObject& object, const CheckedFilter& to) {
  const auto variables = runtime::variables(object);
  if (!variables) return variables.error();
  std::vector<runtime::Assignment> assignments;
  for (const VariableDeclaration& variable : to.variables)
    for (const runtime::Variable& known : *variables)
      if (known.name == variable.name) assignments.push_back(assignment(variable));
  if (!assignments.empty())
    if (auto done = runtime::set_variables(object, assignments); !done) return done;
  const auto sets = runtime::live_sets(object);
  if (!sets) return sets.error();
  bool by_turns = false;
  for (const LiveSetDeclaration& set : to.live_sets)
    for (const runtime::LiveSet& known : *sets)
      if (known.name == set.name)
        if (auto done = change_set(object, set, by_turns = !by_turns); !done) return done;
  return {};
}

std::string text_of(const runtime::Error& error) {
  return error.message + "\n" + error.details;
}

}  // namespace

std::variant<RunningFilter, std::string> RunningFilter::make(const std::string& text,
                                                             const CheckedFilter& changed,
                                                             const CompileOptions& options) {
  const CompileResult compiled = compile(text, options);
  if (!compiled.object) {
    const auto error = std::ranges::find_if(compiled.diagnostics, &Diagnostic::error);
    return "no object: " + error->message;
  }
  auto object = runtime::load(*compiled.object);
  if (!object) return text_of(object.error());
  if (const auto done = change(*object, changed); !done) return text_of(done.error());
  return RunningFilter(*std::move(object), options.direction == Direction::ingress
                                               ? runtime::Direction::ingress
                                               : runtime::Direction::egress);
}

int RunningFilter::program_fd() const {
  return object_.program(direction_)->fd();
}

std::vector<std::uint64_t> RunningFilter::counts() const {
  std::vector<std::uint64_t> out;
  const auto reading = runtime::read_counters(object_);
  if (!reading) return out;
  const auto& counted = direction_ == runtime::Direction::ingress ? reading->total.ingress
                                                                  : reading->total.egress;
  for (const runtime::DeciderCounter& decider : counted.deciders)
    out.push_back(decider.tally.packets);
  return out;
}

}  // namespace fwc::test
