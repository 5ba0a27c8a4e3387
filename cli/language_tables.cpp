// SPDX-License-Identifier: MIT
// The language's tables as rows of text; see language_tables.h.
#include "cli/language_tables.h"

#include <fmt/core.h>
#include <limits>

#include <algorithm>

#include "compiler/language/constants.h"
#include "compiler/language/fields.h"
#include "compiler/language/layers.h"
#include "grammar/operators.h"

namespace fwc::cli {

namespace {

// `a service name` as a heading.
std::string_view noun(ValueKind kind) {
  const std::string_view words = constants_of(kind);
  return words.substr(std::min(words.find(' ') + 1, words.size()));
}

std::string values_of(const FieldRow& field) {
  if (field.type != Type::integer) return {};
  if (field.maximum == std::numeric_limits<std::int64_t>::max()) return "0..2^63-1";
  return fmt::format("0..{}", field.maximum);
}

std::string hooks_text(HookSet hooks) {
  if (hook_names(hooks).size() == kHooks.size()) return "all";
  std::string text;
  for (const std::string_view hook : hook_names(hooks)) {
    if (!text.empty()) text += ", ";
    text += hook;
  }
  return text;
}

TextTable fields() {
  TextTable table{.name = "fields",
                  .columns = {{.heading = "field", .code = true},
                              {.heading = "type"},
                              {.heading = "values"},
                              {.heading = "names"},
                              {.heading = "hooks"},
                              {.heading = "present on"},
                              {.heading = "meaning"}},
                  .rows = {}};
  for (const FieldRow& field : kFields)
    table.rows.push_back({std::string(field.name), std::string(name(field.type)), values_of(field),
                          std::string(noun(field.kind)), hooks_text(field.hooks),
                          std::string(field.present), std::string(field.doc)});
  return table;
}

std::string_view families_of(const LayerRow& layer) {
  if (layer.families == kBothFamilies) return "IPv4, IPv6";
  return layer.families == kIpv4Family ? "IPv4" : "IPv6";
}

TextTable protocols() {
  TextTable table{.name = "protocols",
                  .columns = {{.heading = "protocol", .code = true},
                              {.heading = "number"},
                              {.heading = "over"},
                              {.heading = "least header bytes"},
                              {.heading = "defined in"}},
                  .rows = {}};
  for (const LayerRow& layer : kLayers) {
    if (is_network(layer.layer)) continue;
    table.rows.push_back({std::string(layer.name), std::to_string(layer.protocol),
                          std::string(families_of(layer)), std::to_string(layer.header_bytes),
                          std::string(layer.reference)});
  }
  return table;
}

TextTable extension_headers() {
  TextTable table{.name = "extension headers",
                  .columns = {{.heading = "extension header"},
                              {.heading = "number"},
                              {.heading = "defined in"}},
                  .rows = {}};
  for (const ExtensionRow& extension : kExtensions)
    table.rows.push_back({std::string(extension.name), std::to_string(extension.number),
                          std::string(extension.reference)});
  return table;
}

std::string_view word_of(const OperatorRow& op) {
  return op.word == op.symbol ? std::string_view() : op.word;
}

TextTable operators() {
  TextTable table{.name = "operators",
                  .columns = {{.heading = "operator", .code = true},
                              {.heading = "also", .code = true},
                              {.heading = "precedence"},
                              {.heading = "operands"}},
                  .rows = {{"? :", "", std::to_string(kConditionalPrecedence), "three"}}};
  for (const OperatorRow& op : kOperators)
    table.rows.push_back({std::string(op.symbol), std::string(word_of(op)),
                          std::to_string(op.precedence), op.unary ? "one" : "two"});
  return table;
}

std::string value_text(const NamedValue& value) {
  if (value.ipv4 == value.ipv6) return std::to_string(value.ipv4.value_or(0));
  if (!value.ipv6) return fmt::format("{} (IPv4)", *value.ipv4);
  if (!value.ipv4) return fmt::format("{} (IPv6)", *value.ipv6);
  return fmt::format("{} (IPv4), {} (IPv6)", *value.ipv4, *value.ipv6);
}

TextTable networks() {
  TextTable table{.name = fmt::format("constants: {}", noun(ValueKind::address)),
                  .columns = {{.heading = noun(ValueKind::address), .code = true},
                              {.heading = "value"},
                              {.heading = "defined in"}},
                  .rows = {}};
  for (const NetworkRow& network : kNetworks) {
    std::string prefixes;
    for (std::size_t i = 0; i < network.count; ++i)
      prefixes += (i == 0 ? "" : ", ") + prefix_text(network.prefixes[i]);
    table.rows.push_back(
        {std::string(network.name), std::move(prefixes), std::string(network.reference)});
  }
  return table;
}

TextTable constants(ValueKind kind) {
  if (kind == ValueKind::address) return networks();

  TextTable table{.name = fmt::format("constants: {}", noun(kind)),
                  .columns = {{.heading = noun(kind), .code = true}, {.heading = "value"}},
                  .rows = {}};
  for (const std::string_view name : constant_names(kind))
    if (const auto value = find_constant(kind, name))
      table.rows.push_back({std::string(name), value_text(*value)});
  return table;
}

}  // namespace

std::vector<std::string_view> hook_names(HookSet hooks) {
  std::vector<std::string_view> names;
  for (const Hook hook : kHooks)
    if ((hooks & hook_bit(hook)) != 0) names.push_back(name(hook));
  return names;
}

std::string prefix_text(const AddressPrefix& prefix) {
  return fmt::format("{}/{}", to_string(prefix.address), prefix.length);
}

std::vector<TextTable> language_tables() {
  std::vector<TextTable> tables = {fields(), protocols(), extension_headers(), operators()};
  for (const ValueKind kind : kConstantKinds) tables.push_back(constants(kind));
  return tables;
}

}  // namespace fwc::cli
