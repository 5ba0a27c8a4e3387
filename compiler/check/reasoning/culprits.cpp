// SPDX-License-Identifier: MIT
// One culprit where one suffices; else the last fact that is needed, then the last that is needed
// beside it, and so on.
#include "compiler/check/reasoning/culprits.h"

#include <algorithm>

namespace fwc {

namespace {

constexpr std::size_t kMostTried = 64;
constexpr std::size_t kMostCulprits = 4;

}  // namespace

Packets where(Reasoner& reasoner, Packets packets, const Facts& facts) {
  for (const Fact& fact : facts)
    packets = reasoner.where(std::move(packets), fact.condition, fact.holds);
  return packets;
}

Facts find_culprits(Reasoner& reasoner, const Packets& packets, const Facts& facts,
                    const Fact& impossible) {
  const Packets left = reasoner.where(packets, impossible.condition, impossible.holds);
  if (left.empty()) return {};
  for (std::size_t i = 0; i < std::min(facts.size(), kMostTried); ++i)
    if (!reasoner.is_possible(left, facts[i].condition, facts[i].holds)) return {facts[i]};
  std::vector<std::size_t> needed;
  while (needed.size() < kMostCulprits) {
    Packets rest = left;
    for (const std::size_t i : needed)
      rest = reasoner.where(std::move(rest), facts[i].condition, facts[i].holds);
    if (rest.empty()) break;
    std::size_t i = 0;
    for (; i < facts.size(); ++i) {
      rest = reasoner.where(std::move(rest), facts[i].condition, facts[i].holds);
      if (rest.empty()) break;
    }
    if (i == facts.size()) return {};
    needed.push_back(i);
  }
  std::ranges::sort(needed);
  Facts culprits;
  for (const std::size_t i : needed) culprits.push_back(facts[i]);
  return culprits;
}

}  // namespace fwc
