// SPDX-License-Identifier: MIT
// `fwc explain CODE`: the words come from the table of codes, the message from the compiler itself.
#include <nlohmann/json.hpp>

#include "cli/explain.h"
#include "cli/suggest.h"
#include "compiler/diagnostics/codes.h"
#include "compiler/diagnostics/examples.h"

namespace fwc::cli {

namespace {

using nlohmann::ordered_json;

const CodeRow* find_code(std::string_view name) {
  for (const CodeRow& row : kCodes)
    if (row.name == name) return &row;
  return nullptr;
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
  }
  return {};
}

// Blanks at the end of a line are of no use to anybody who copies it.
std::string without_trailing_blanks(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out.erase(out.find_last_not_of(' ') + 1);
    out += c;
  }
  return out;
}

// What the compiler says of the example, of this code alone.
std::string rendered(std::string_view example, std::string_view code) {
  std::string text;
  for (const Diagnostic& diagnostic : parse_filter(example).diagnostics)
    if (diagnostic.code == code)
      text += without_trailing_blanks(render(diagnostic, example, "filter"));
  return text;
}

std::string indented(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += fmt::format("  {}\n", text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// Words, at most `width` columns of them a line.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const bool fits = column + 1 + word.size() <= width;
    if (column != 0) out += fits ? " " : "\n";
    column = column != 0 && fits ? column + 1 + word.size() : word.size();
    out += word;
  }
  return out + "\n";
}

// An example may hold bytes that are not UTF-8.
std::string dumped(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

ordered_json to_json(const CodeRow& row) {
  ordered_json json = {
      {"code", row.name}, {"severity", to_string(row.severity)}, {"explanation", row.explanation}};
  const std::string_view example = find_example(row.code);
  if (example.empty()) return json;
  json["example"] = example;
  json["message"] = rendered(example, row.name);
  return json;
}

int unknown(Terminal& terminal, const std::string& name) {
  std::vector<std::string_view> known;
  for (const CodeRow& row : kCodes) known.push_back(row.name);
  const std::string_view near = nearest(name, known);
  if (!near.empty())
    return terminal.fail(ExitCode::usage, fmt::format("no code is called `{}`", name),
                         fmt::format("did you mean `{}`?", near));
  return terminal.fail(ExitCode::usage, fmt::format("no code is called `{}`", name),
                       "`fwc explain` lists the codes; to explain a filter, name a packet as well");
}

void add_markdown(const CodeRow& row, std::string& page) {
  constexpr std::size_t kPageWidth = 100;
  page += fmt::format(
      "\n## {}\n\n{}", row.name,
      wrapped(fmt::format("{}: {}", row.severity == Severity::error ? "Error" : "Warning",
                          row.explanation),
              kPageWidth));
  const std::string_view example = find_example(row.code);
  if (!example.empty()) page += fmt::format("\n```text\n{}```\n", rendered(example, row.name));
}

}  // namespace

int messages_page(Terminal& terminal) {
  std::string page =
      "# Messages of the compiler\n\n"
      "What each code in the brackets of a message means, with a filter that shows it. This page "
      "is "
      "the\noutput of `fwc explain --markdown`; `fwc explain CODE` prints one of them, `fwc check "
      "--json` gives\nmessages in the form of [a schema](../schemas/check.json).\n\n"
      "Errors:\n";
  for (const Severity severity : {Severity::error, Severity::warning}) {
    if (severity == Severity::warning) page += "\nWarnings, which `--strict` makes errors:\n";
    for (const CodeRow& row : kCodes)
      if (row.severity == severity) page += fmt::format("[{}](#{})\n", row.name, row.name);
  }
  for (const CodeRow& row : kCodes) add_markdown(row, page);
  terminal.write(page);
  return static_cast<int>(ExitCode::ok);
}

int list_codes(Terminal& terminal, bool json) {
  if (json) {
    ordered_json all = ordered_json::array();
    for (const CodeRow& row : kCodes) all.push_back(to_json(row));
    terminal.write(dumped(all));
    return static_cast<int>(ExitCode::ok);
  }
  std::size_t widest = 0;
  for (const CodeRow& row : kCodes) widest = std::max(widest, row.name.size());
  for (const CodeRow& row : kCodes)
    terminal.out("{:<{}}  {}\n", row.name, widest, to_string(row.severity));
  return static_cast<int>(ExitCode::ok);
}

int explain_code(Terminal& terminal, const std::string& name, bool json) {
  const CodeRow* row = find_code(name);
  if (row == nullptr) return unknown(terminal, name);
  if (json) {
    terminal.write(dumped(to_json(*row)));
    return static_cast<int>(ExitCode::ok);
  }
  constexpr std::size_t kTextWidth = 80;
  terminal.out("{} ({})\n\n{}", row->name, to_string(row->severity),
               wrapped(row->explanation, kTextWidth));
  const std::string_view example = find_example(row->code);
  if (!example.empty())
    terminal.out("\nFor example:\n\n{}", indented(rendered(example, row->name)));
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
