// SPDX-License-Identifier: MIT
// How warnings speak of conditions: quoted, listed, and with what makes something so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/reasoning/culprits.h"
#include "compiler/check/report.h"

namespace fwc {

/// How often each node stands in others or is the condition of a rule. A definition that is used in
/// several places is one node.
std::vector<std::uint32_t> count_uses(const CheckedFilter& filter);

class ClauseWords {
 public:
  ClauseWords(const CheckedFilter& filter, const Report& report)
      : filter_(filter), report_(report) {}

  std::string quote(NodeId id) const { return report_.quote(filter_.at(id).span); }
  /// `a`, `b` and `c`
  std::string list(const std::vector<NodeId>& ids, std::string_view last) const;
  /// beside `a` and `b`
  std::string beside_text(const Facts& culprits) const;
  /// where `a` is and `b` is not
  std::string where_text(const Facts& culprits) const;
  std::vector<Span> spans(const Facts& facts) const;

  /// Whether all are about one field or all about none, so that the other operator was likely
  /// meant.
  bool are_alternatives(const std::vector<NodeId>& ids) const;

 private:
  std::optional<FieldIndex> field_of(NodeId id) const;

  const CheckedFilter& filter_;
  const Report& report_;
};

}  // namespace fwc
