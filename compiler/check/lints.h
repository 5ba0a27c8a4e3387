// SPDX-License-Identifier: MIT
// Warnings that need more than one node: about the tree as written, and about the checked filter.
#pragma once

#include <string>
#include <vector>

#include "compiler/check/checked_filter.h"
#include "compiler/check/report.h"
#include "grammar/ast.h"

namespace fwc {

class Reasoner;

/// `a & b == c`, `a < b < c` and `!a == b`, read as C reads them.
void lint_precedence(const ast::Filter& filter, Report& report);

/// Clauses that hold for no packet or for every one, `tcp && udp`, `x != 1 || x != 2`, and those
/// that others make superfluous: `tcp || tcp && dst_port == 80`.
void lint_clauses(const CheckedFilter& filter, Reasoner& reasoner, Report& report);

/// Rules that no packet reaches, `allow tcp; drop tcp && dst_port == 22;`, and those without which
/// every packet would come to the same.
void lint_rules(const CheckedFilter& filter, Reasoner& reasoner, Report& report);

/// Negated conditions that packets without the field meet: `dst_port != 22`.
void lint_presence(const CheckedFilter& filter, Report& report);

/// An element of a set as it was written.
struct SetElement {
  Span span;
  ValueSet values;
  bool is_one = true;  ///< one value, range or prefix
};

/// Elements that another one holds already: `{53, 1..100}`.
void lint_elements(const std::vector<SetElement>& elements, Report& report);

/// A filter that is constant although it was not written as one.
void lint_whole(const ast::Filter& written, const CheckedFilter& filter, Reasoner& reasoner,
                Report& report);

/// A condition that the packets with the field meet, `tcp || udp`; empty where all IP packets have
/// it.
std::string guard_for(const FieldRow& field);

}  // namespace fwc
