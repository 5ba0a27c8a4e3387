// SPDX-License-Identifier: MIT
// `fwc top`: readings become rates, keys become changes; see top.h.
#include <algorithm>

#include "cli/cgroup_names.h"
#include "cli/top.h"

namespace fwc::cli {

namespace {

using runtime::DeciderCounter;
using runtime::Direction;
using runtime::DirectionCounters;
using runtime::Expected;
using runtime::RuleAction;
using runtime::Value;
using runtime::Variable;

double rate_of(std::uint64_t now, std::uint64_t before, double seconds) {
  return seconds > 0 && now > before ? static_cast<double>(now - before) / seconds : 0;
}

double seconds_between(Waiter::Clock::time_point from, Waiter::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string title_of(const FilterReading& reading) {
  if (reading.name.empty()) return reading.target;
  const std::string owner = name_cgroup(reading.target).shown(0);
  return reading.name == "filter" ? owner : owner + " " + reading.name;
}

std::string key_of(const FilterReading& reading) {
  const bool ingress = !reading.directions.empty() && reading.directions[0] == Direction::ingress;
  return reading.target + " " + reading.name + (ingress ? " i" : " e");
}

std::uint64_t packets_of(const DirectionCounters& counters, const DeciderCounter& like) {
  for (const DeciderCounter& each : counters.deciders)
    if (each.decider == like.decider && label(each) == label(like) && each.action == like.action)
      return each.tally.packets;
  return 0;
}

std::int64_t clamp_to(const Variable& variable, std::int64_t value, std::int64_t step) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(value, step, &sum)) sum = step > 0 ? INT64_MAX : INT64_MIN;
  return std::clamp(sum, variable.minimum, variable.maximum);
}

}  // namespace

Value stepped(const Variable& variable, int sign) {
  if (const bool* truth = std::get_if<bool>(&variable.value)) return !*truth;
  const auto* number = std::get_if<std::int64_t>(&variable.value);
  if (number == nullptr) return variable.value;
  std::int64_t step = 1;
  while (step <= INT64_MAX / 100 && (*number / 100 >= step || *number / 100 <= -step)) step *= 10;
  return clamp_to(variable, *number, sign * step);
}

Expected<void> TopModel::read() {
  auto filters = find_filters(choice_);
  if (!filters) return filters.error();
  for (const Sample& sample : samples_) before_.insert_or_assign(key_of(sample.reading), sample);
  filters_.clear();
  samples_.clear();
  for (KnownFilter& filter : *filters) {
    auto reading = read_filter(filter);
    if (!reading) continue;
    samples_.push_back({.reading = *std::move(reading), .when = Waiter::Clock::now()});
    filters_.push_back(std::move(filter));
  }
  view_.rows.clear();
  rows_.clear();
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    const auto before = before_.find(key_of(samples_[i].reading));
    add_rows(i, before == before_.end() ? nullptr : &before->second);
  }
  show_selected();
  return {};
}

void TopModel::add_rows(std::size_t filter, const Sample* before) {
  const Sample& now = samples_[filter];
  const double seconds = before == nullptr ? 0 : seconds_between(before->when, now.when);
  for (const Direction direction : now.reading.directions) {
    const DirectionCounters& counters = of_direction(now.reading.counters.total, direction);
    TopRow row{.title = title_of(now.reading),
               .direction = std::string(runtime::to_string(direction)),
               .audited = now.reading.audited.value_or(false)};
    if (before != nullptr) {
      const DirectionCounters& old = of_direction(before->reading.counters.total, direction);
      row.passed = rate_of(counters.passed.packets, old.passed.packets, seconds);
      row.dropped = rate_of(counters.dropped.packets, old.dropped.packets, seconds);
    }
    view_.rows.push_back(std::move(row));
    rows_.push_back({.filter = filter, .direction = direction});
  }
}

void TopModel::show_selected() {
  view_.drops.clear();
  view_.variables.clear();
  if (rows_.empty()) return;
  view_.row = std::min(view_.row, rows_.size() - 1);
  const Selected& selected = rows_[view_.row];
  const Sample& now = samples_[selected.filter];
  const auto before = before_.find(key_of(now.reading));
  for (const DeciderCounter& counter :
       of_direction(now.reading.counters.total, selected.direction).deciders) {
    if (counter.action != RuleAction::drop) continue;
    TopDrop drop{.by = label(counter), .packets = counter.tally.packets};
    if (before != before_.end())
      drop.rate = rate_of(
          drop.packets,
          packets_of(of_direction(before->second.reading.counters.total, selected.direction),
                     counter),
          seconds_between(before->second.when, now.when));
    view_.drops.push_back(std::move(drop));
  }
  std::ranges::stable_sort(view_.drops, std::greater<>{}, &TopDrop::packets);
  if (auto variables = runtime::variables(filters_[selected.filter].object))
    view_.variables = *std::move(variables);
  if (view_.variable >= view_.variables.size()) view_.variable = 0;
}

void TopModel::press(TopKey key) {
  view_.message.clear();
  switch (key) {
    case TopKey::up: view_.row -= view_.row > 0 ? 1 : 0; break;
    case TopKey::down: ++view_.row; break;
    case TopKey::next_variable: ++view_.variable; break;
    case TopKey::more: change_variable(1); break;
    case TopKey::less: change_variable(-1); break;
    case TopKey::audit: toggle_audit(); break;
    case TopKey::none:
    case TopKey::quit: break;
  }
  show_selected();
}

void TopModel::change_variable(int sign) {
  if (rows_.empty() || view_.variables.empty()) {
    view_.message = "the filter has no live variables";
    return;
  }
  const Variable& variable = view_.variables[view_.variable];
  const auto done =
      runtime::set_variables(filters_[rows_[view_.row].filter].object,
                             {{.name = variable.name, .value = stepped(variable, sign)}});
  if (!done) view_.message = done.error().message;
}

void TopModel::toggle_audit() {
  if (rows_.empty()) return;
  const std::size_t filter = rows_[view_.row].filter;
  const auto audited = runtime::audited(filters_[filter].object);
  const auto done = audited ? runtime::set_audit(filters_[filter].object, !*audited)
                            : Expected<void>(audited.error());
  if (!done) {
    view_.message = done.error().message;
    return;
  }
  samples_[filter].reading.audited = !*audited;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].filter == filter) view_.rows[i].audited = !*audited;
}

}  // namespace fwc::cli
