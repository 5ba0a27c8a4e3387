// SPDX-License-Identifier: MIT
#include "tests/fuzz/inputs.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "compiler/language/constants.h"
#include "compiler/language/fields.h"
#include "grammar/operators.h"
#include "tests/harness/corpus.h"

namespace fwc::test {

std::vector<std::string> words_of_the_language() {
  // What stands in no table: punctuation, comments, literals of each form, declarations.
  std::set<std::string> words = {"true",
                                 "false",
                                 "(",
                                 ")",
                                 "{",
                                 "}",
                                 ",",
                                 "..",
                                 "?",
                                 ":",
                                 ";",
                                 "$a",
                                 "#",
                                 "//",
                                 "/*",
                                 "*/",
                                 "0x",
                                 "0b",
                                 "0o",
                                 "1_0",
                                 "10.0.0.0/8",
                                 "2001:db8::/32",
                                 "::",
                                 "let $a: int = 1 in 0..9;",
                                 "let $b: bool = true;",
                                 "let $c: ip = ::1;",
                                 "let @s: ip;",
                                 "let @t: port = {53};",
                                 "let @u: (ip, port);",
                                 "let d = {1, 2};",
                                 "in @s",
                                 "from",
                                 "allow",
                                 "drop",
                                 "count",
                                 "name:",
                                 "default drop;",
                                 "egress {",
                                 "ingress {"};
  for (const FieldRow& f : kFields) words.emplace(f.name);
  for (const OperatorRow& o : kOperators) {
    words.emplace(o.symbol);
    if (!o.word.empty()) words.emplace(o.word);
  }
  for (const ValueKind kind : kConstantKinds)
    for (const std::string_view name : constant_names(kind)) words.emplace(name);
  return {words.begin(), words.end()};
}

namespace {

enum class Behind { nothing, packet, options };

/// A target with a file of its inputs, and what stands behind each of them.
struct SeedRow {
  std::string_view target;
  std::string_view file;
  Behind behind = Behind::nothing;
};

constexpr std::string_view kFilters = "filters.txt";
constexpr std::string_view kPeoplesFilters = "../../corpus/filters.txt";
constexpr SeedRow kSeeds[] = {
    {.target = "reading", .file = kFilters},
    {.target = "reading", .file = kPeoplesFilters},
    {.target = "layout", .file = kFilters},
    {.target = "layout", .file = kPeoplesFilters},
    {.target = "filter", .file = kFilters, .behind = Behind::packet},
    {.target = "filter", .file = kPeoplesFilters, .behind = Behind::packet},
    {.target = "set_file", .file = "set_files.txt"},
    {.target = "compile", .file = kFilters, .behind = Behind::options},
    {.target = "object", .file = "objects.txt"},
};

std::string_view without_remark(std::string_view line) {
  if (line.starts_with("# ")) return {};
  const std::size_t end = std::min(line.find("##"), line.size());
  return line.substr(0, line.find_last_not_of(' ', end == 0 ? 0 : end - 1) + 1);
}

std::string unescaped(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] != '\\' || at + 1 == line.size()) {
      out.push_back(line[at]);
      continue;
    }
    const char kind = line[++at];
    if (kind == 'x') {
      out.push_back(static_cast<char>(std::stoi(std::string(line.substr(at + 1, 2)), nullptr, 16)));
      at += 2;
    } else {
      out.push_back(kind == 'n' ? '\n' : kind);
    }
  }
  return out;
}

/// In turns: packets by a step without a common factor with most sizes, so that all kinds have a
/// turn, and options likewise.
std::string tail(Behind behind, std::size_t turn) {
  std::string bytes(1, '\0');
  if (behind == Behind::nothing) return {};
  if (behind == Behind::packet) {
    static const std::vector<TestPacket> packets = packet_corpus();
    const Bytes& packet = packets[turn * 101 % packets.size()].bytes;
    bytes.append(reinterpret_cast<const char*>(packet.data()), packet.size());
  } else {
    bytes.push_back(static_cast<char>(turn * 37));
    bytes.push_back(static_cast<char>(turn * 101));
  }
  return bytes;
}

}  // namespace

std::vector<std::string> seeds(std::string_view target, const std::string& folder) {
  std::vector<std::string> all;
  for (const SeedRow& row : kSeeds) {
    if (row.target != target) continue;
    std::ifstream file(folder + "/" + std::string(row.file));
    for (std::string line; std::getline(file, line);) {
      const std::string input = unescaped(without_remark(line));
      if (!input.empty()) all.push_back(input + tail(row.behind, all.size()));
    }
  }
  return all;
}

}  // namespace fwc::test
