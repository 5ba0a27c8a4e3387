// SPDX-License-Identifier: MIT
// Elements of a set that another one holds already: `{53, 1..100}`, `{10.1.0.0/16, 10.0.0.0/8}`.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/lints.h"

namespace fwc {

namespace {

template <typename T>
struct Entry {
  Interval<T> interval;
  std::size_t element;
};

template <typename T>
void look_at(const std::vector<SetElement>& elements, std::vector<Interval<T>> ValueSet::* kind,
             Report& report) {
  std::vector<Entry<T>> entries;
  for (std::size_t i = 0; i < elements.size(); ++i)
    for (const Interval<T>& interval : elements[i].values.*kind) entries.push_back({interval, i});
  // Whatever holds another interval stands before it.
  std::ranges::sort(entries, [](const Entry<T>& a, const Entry<T>& b) {
    if (a.interval.low != b.interval.low) return a.interval.low < b.interval.low;
    if (a.interval.high != b.interval.high) return a.interval.high > b.interval.high;
    return a.element < b.element;
  });
  const Entry<T>* widest = nullptr;
  for (const Entry<T>& entry : entries) {
    if (widest == nullptr || widest->interval.high < entry.interval.high) {
      widest = &entry;
      continue;
    }
    // A name of several networks is not superfluous where one of them is.
    const SetElement& extra = elements[entry.element];
    if (entry.element == widest->element || !extra.is_one || report.full()) continue;
    const Span holder = elements[widest->element].span;
    report.add(
        Code::covered_clause, extra.span,
        fmt::format("{} adds nothing beside {}", report.quote(extra.span), report.quote(holder)),
        "leave it out", {holder});
  }
}

}  // namespace

void lint_elements(const std::vector<SetElement>& elements, Report& report) {
  look_at(elements, &ValueSet::integers, report);
  look_at(elements, &ValueSet::ipv4, report);
  look_at(elements, &ValueSet::ipv6, report);
}

}  // namespace fwc
