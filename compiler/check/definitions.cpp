// SPDX-License-Identifier: MIT
// `let name = …;`. A definition of a value is checked once, and every use stands for that one node.
// A definition of a set is read where it is used, for only there it is known what is looked up.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "grammar/parse.h"

namespace fwc {

namespace {

constexpr std::array<std::string_view, 8> kWords = {"true",  "false", "allow",   "drop",
                                                    "count", "from",  "default", "let"};

constexpr std::uint32_t kMostLevels = 800;  // every pass recurses

}  // namespace

void Checker::define(const ast::Declaration& declaration) {
  Definition definition{.name = declaration.name,
                        .span = declaration.name_span,
                        .written = declaration.value,
                        .is_set = is_set(declaration.value)};
  const bool first = find_definition(declaration.name) == nullptr;
  check_name(declaration);
  being_defined_ = declaration.name;
  // A set with a name that is not made yet is a value that is wrong: nothing more is said of it.
  const bool is_set = definition.is_set;
  definition.is_set = is_set && stands_on_earlier(declaration.value) &&
                      limit_elements(declaration.value, definition.elements);
  if (!is_set) {
    definition.value = value(declaration.value, kinds_[declaration.value]);
    if (definition.value && !is_bounded(*definition.value, declaration.name_span))
      definition.value = std::nullopt;
  }
  being_defined_ = {};
  if (first) definitions_.push_back(definition);
}

void Checker::check_name(const ast::Declaration& declaration) {
  const bool word = std::ranges::find(kWords, declaration.name) != kWords.end();
  if (word || find_field(declaration.name)) {
    report_.add(Code::shadowed_name, declaration.name_span,
                fmt::format("{} is {} already", quoted(declaration.name),
                            word ? "a word of the language" : "a field"),
                "give the definition another name");
  } else if (find_definition(declaration.name) != nullptr) {
    report_.add(Code::duplicate_name, declaration.name_span,
                fmt::format("{} is defined twice", quoted(declaration.name)));
  }
}

Checker::Definition* Checker::find_definition(std::string_view name) {
  const auto found = std::ranges::find(definitions_, name, &Definition::name);
  return found == definitions_.end() ? nullptr : &*found;
}

const Checker::Definition* Checker::find_definition(std::string_view name) const {
  const auto found = std::ranges::find(definitions_, name, &Definition::name);
  return found == definitions_.end() ? nullptr : &*found;
}

Checker::Value Checker::check_definition(Definition& definition, const Place& place) {
  definition.used = true;
  if (!definition.is_set) return definition.value;
  report_.add(Code::wrong_type, place.span,
              fmt::format("{}, a set, stands where a value is expected", quoted(definition.name)),
              "a set stands after `in` and `not in`");
  return std::nullopt;
}

/// Whether the name is of a definition that is not made yet.
bool Checker::tell_of_later_definition(std::string_view name, Span span) {
  const bool later = std::ranges::any_of(filter_.declarations, [&](const ast::Declaration& d) {
    return d.kind == ast::DeclarationKind::definition && d.name == name;
  });
  if (!later) return false;
  if (name == being_defined_)
    report_.add(Code::recursive_definition, span,
                fmt::format("{} stands in its own definition", quoted(name)));
  else
    report_.add(Code::recursive_definition, span,
                fmt::format("{} stands before its definition", quoted(name)),
                "move its definition up");
  return true;
}

/// The nodes of a tree lie in one row that ends with its root.
template <typename Visit>
void Checker::for_each_node_of(ast::NodeId root, Visit visit) {
  for (ast::NodeId id = root + 1; id-- > 0 && span_of(id).begin >= span_of(root).begin;) visit(id);
}

/// Whether no name in a set is of a definition that is not made yet. The set is read where it is
/// used, when that one is made, and could then hold itself.
bool Checker::stands_on_earlier(ast::NodeId set) {
  bool all = true;
  for_each_node_of(set, [&](ast::NodeId id) {
    const auto* name = std::get_if<ast::Name>(&filter_.at(id).value);
    if (name != nullptr && find_definition(name->text) == nullptr)
      all &= !tell_of_later_definition(name->text, span_of(id));
  });
  return all;
}

/// A set of sets of sets can come to more elements than any text holds.
bool Checker::limit_elements(ast::NodeId set, std::size_t& elements) {
  constexpr std::size_t kMostElements = ParseLimits{}.nodes;
  elements = 0;
  for_each_node_of(set, [&](ast::NodeId id) {
    const auto* name = std::get_if<ast::Name>(&filter_.at(id).value);
    const Definition* definition = name == nullptr ? nullptr : find_definition(name->text);
    elements += definition != nullptr && definition->is_set ? definition->elements : 1;
  });
  if (elements <= kMostElements) return true;
  report_.add(Code::too_complex, span_of(set),
              fmt::format("{} comes to more than {} elements", quote(set), kMostElements),
              "name each set once");
  return false;
}

bool Checker::is_set(ast::NodeId id) const {
  const auto& value = filter_.at(id).value;
  if (const auto* name = std::get_if<ast::Name>(&value)) {
    const Definition* definition = find_definition(name->text);
    return definition != nullptr && definition->is_set;
  }
  return std::holds_alternative<ast::Set>(value) || std::holds_alternative<ast::File>(value) ||
         std::holds_alternative<ast::Range>(value) || std::holds_alternative<ast::Prefix>(value);
}

/// What a name of a set stands for; anything else is itself.
ast::NodeId Checker::set_of(ast::NodeId id) {
  while (const auto* name = std::get_if<ast::Name>(&filter_.at(id).value)) {
    Definition* definition = find_definition(name->text);
    if (definition == nullptr || !definition->is_set) break;
    definition->used = true;
    id = definition->written;
  }
  return id;
}

/// Definitions of definitions can be deeper than any text; how many nodes they come to is looked at
/// where all nodes are made.
bool Checker::is_bounded(NodeId root, Span culprit) {
  for (NodeId id = static_cast<NodeId>(levels_.size()); id < tree_.size(); ++id) {
    std::uint32_t below = 0;
    for (const NodeId child : children(tree_.at(id))) below = std::max(below, levels_[child]);
    levels_.push_back(below + 1);
  }
  if (levels_[root] <= kMostLevels) return true;
  report_.add(
      Code::too_deep, culprit,
      fmt::format("with its definitions this is nested deeper than {} levels", kMostLevels));
  return false;
}

void Checker::warn_of_unused_definitions() {
  for (const Definition& definition : definitions_)
    if (!definition.used)
      report_.add(Code::unused_definition, definition.span,
                  fmt::format("{} is never used", quoted(definition.name)));
}

}  // namespace fwc
