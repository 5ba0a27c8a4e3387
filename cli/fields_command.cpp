// SPDX-License-Identifier: MIT
// `fwc fields`: what can stand in a filter, for people, for programs, and for the reference page.
#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "cli/command_line.h"
#include "cli/json_output.h"
#include "cli/language_tables.h"
#include "cli/text_table.h"
#include "compiler/language/constants.h"
#include "compiler/language/fields.h"
#include "grammar/operators.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;

// --- for people ---

void show_text(Terminal& terminal, const TextTable& table) {
  terminal.write(text_of(table));
}

// --- for the reference page ---

// A bar ends a cell of Markdown, even in code.
std::string cell(const std::string& text, bool code) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return code && !out.empty() ? "`" + out + "`" : out;
}

void show_markdown(Terminal& terminal, const TextTable& table) {
  std::string head = "|";
  std::string rule = "|";
  for (const Column& column : table.columns) {
    head += fmt::format(" {} |", column.heading);
    rule += " --- |";
  }
  terminal.out("<!-- table: {} -->\n{}\n{}\n", table.name, head, rule);
  for (const auto& row : table.rows) {
    terminal.write("|");
    for (std::size_t i = 0; i < row.size(); ++i)
      terminal.out(" {} |", cell(row[i], table.columns[i].code));
    terminal.write("\n");
  }
  terminal.write("<!-- end -->\n");
}

// --- for programs ---

ordered_json to_json(const FieldRow& field) {
  ordered_json json = {{"name", field.name}, {"type", name(field.type)}};
  if (field.type == Type::integer) {
    json["minimum"] = 0;
    json["maximum"] = field.maximum;
  }
  if (!constants_of(field.kind).empty()) json["constants"] = constants_of(field.kind);
  json["hooks"] = hook_names(field.hooks);
  json["present_on"] = field.present;
  json["meaning"] = field.doc;
  return json;
}

ordered_json to_json(const LayerRow& layer) {
  ordered_json families = ordered_json::array();
  for (const Family family : {Family::ipv4, Family::ipv6})
    if ((layer.families & family_bit(family)) != 0)
      families.push_back(family == Family::ipv4 ? "ipv4" : "ipv6");
  return {{"name", layer.name},
          {"number", layer.protocol},
          {"over", families},
          {"header_bytes", layer.header_bytes},
          {"defined_in", layer.reference}};
}

ordered_json to_json(const OperatorRow& op) {
  ordered_json json = {{"symbol", op.symbol}};
  if (!op.word.empty()) json["word"] = op.word;
  json["precedence"] = op.precedence;
  json["operands"] = op.unary ? 1 : 2;
  return json;
}

// Where the families differ there are two values, of which one can be missing.
ordered_json to_json(std::string_view name, const NamedValue& value) {
  if (value.ipv4 == value.ipv6) return {{"name", name}, {"value", *value.ipv4}};
  ordered_json json = {{"name", name}};
  if (value.ipv4) json["ipv4"] = *value.ipv4;
  if (value.ipv6) json["ipv6"] = *value.ipv6;
  return json;
}

ordered_json networks_json() {
  ordered_json networks = ordered_json::array();
  for (const NetworkRow& network : kNetworks) {
    ordered_json prefixes = ordered_json::array();
    for (std::size_t i = 0; i < network.count; ++i)
      prefixes.push_back(prefix_text(network.prefixes[i]));
    networks.push_back({{"name", network.name}, {"prefixes", std::move(prefixes)}});
  }
  return networks;
}

ordered_json constants_json() {
  ordered_json kinds = ordered_json::array();
  for (const ValueKind kind : kConstantKinds) {
    ordered_json values = kind == ValueKind::address ? networks_json() : ordered_json::array();
    for (const std::string_view name : constant_names(kind))
      if (const auto value = find_constant(kind, name)) values.push_back(to_json(name, *value));
    kinds.push_back({{"kind", constants_of(kind)}, {"values", std::move(values)}});
  }
  return kinds;
}

ordered_json language_json() {
  ordered_json fields = ordered_json::array();
  for (const FieldRow& field : kFields) fields.push_back(to_json(field));
  ordered_json protocols = ordered_json::array();
  for (const LayerRow& layer : kLayers)
    if (!is_network(layer.layer)) protocols.push_back(to_json(layer));
  ordered_json operators = ordered_json::array();
  operators.push_back({{"symbol", "? :"}, {"precedence", kConditionalPrecedence}, {"operands", 3}});
  for (const OperatorRow& op : kOperators) operators.push_back(to_json(op));
  return {{"fields", std::move(fields)},
          {"protocols", std::move(protocols)},
          {"operators", std::move(operators)},
          {"constants", constants_json()}};
}

void show_names(Terminal& terminal) {
  for (const FieldRow& field : kFields) terminal.out("{}\n", field.name);
}

void show_tables(Terminal& terminal, void (*show)(Terminal&, const TextTable&)) {
  bool first = true;
  for (const TextTable& table : language_tables()) {
    if (!first) terminal.write("\n");
    first = false;
    show(terminal, table);
  }
}

}  // namespace

int fields_command(const Invocation& call) {
  bool json = false;
  bool names = false;
  bool markdown = false;
  CommandLine line(call);
  line.flag("--json", json, "print one JSON object");
  line.flag("--names", names, "print the names of the fields, one a line");
  line.flag("--markdown", markdown, "print the tables of the reference page");
  if (const auto done = line.parse(0, 0)) return *done;
  if (int{json} + int{names} + int{markdown} > 1)
    return line.usage_error("`--json`, `--names` and `--markdown` exclude each other");

  if (json)
    show_json(call.terminal, language_json());
  else if (names)
    show_names(call.terminal);
  else
    show_tables(call.terminal, markdown ? show_markdown : show_text);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
