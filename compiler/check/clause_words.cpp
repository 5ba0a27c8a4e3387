// SPDX-License-Identifier: MIT
// Words of warnings; see clause_words.h.
#include "compiler/check/clause_words.h"

#include <algorithm>

#include <fmt/format.h>

namespace fwc {

std::vector<std::uint32_t> count_uses(const CheckedFilter& filter) {
  std::vector<std::uint32_t> uses(filter.nodes.size());
  for (const Node& node : filter.nodes)
    for (const NodeId part : children(node)) ++uses[part];
  for (const NodeId condition : filter.conditions()) ++uses[condition];
  return uses;
}

std::string ClauseWords::list(const std::vector<NodeId>& ids, std::string_view last) const {
  std::string out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i != 0) out += i + 1 == ids.size() ? fmt::format(" {} ", last) : ", ";
    out += quote(ids[i]);
  }
  return out;
}

std::string ClauseWords::beside_text(const Facts& culprits) const {
  std::vector<NodeId> ids;
  for (const Fact& fact : culprits) ids.push_back(fact.condition);
  return ids.empty() ? "beside the other clauses" : "beside " + list(ids, "and");
}

std::string ClauseWords::where_text(const Facts& culprits) const {
  std::string out = "where ";
  for (const Fact& fact : culprits) {
    if (&fact != &culprits.front()) out += " and ";
    out += fmt::format("{} is{}", quote(fact.condition), fact.holds ? "" : " not");
  }
  return out;
}

std::vector<Span> ClauseWords::spans(const Facts& facts) const {
  std::vector<Span> out;
  for (const Fact& fact : facts) out.push_back(filter_.at(fact.condition).span);
  return out;
}

bool ClauseWords::are_alternatives(const std::vector<NodeId>& ids) const {
  return std::ranges::all_of(ids, [&](NodeId id) {
    return field_of(id) == field_of(ids[0]) &&
           filter_.at(id).value.index() == filter_.at(ids[0]).value.index();
  });
}

/// The field that a comparison is about.
std::optional<FieldIndex> ClauseWords::field_of(NodeId id) const {
  for (const NodeId part : children(filter_.at(id))) {
    if (const auto* n = std::get_if<FieldValue>(&filter_.at(part).value)) return n->field;
    if (const auto below = field_of(part)) return below;
  }
  return std::nullopt;
}

}  // namespace fwc
