// SPDX-License-Identifier: MIT
// The whole text of every kind of diagnostic. Each file under diagnostics/ holds cases: a line with
// the filter, then what is rendered for it, then an empty line.
//
//   >>> filter                  escapes: \n \t \\ \xHH, and \{N:text} for the text N times
//   !!! code message            an issue of that code about the filter in the next line, for codes
//                               that only later stages find
//
// FWC_REBASE=1 in the environment rewrites the files; read the difference before keeping it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "compiler/diagnostics/codes.h"
#include "compiler/diagnostics/render.h"
#include "fwc/compile.h"

namespace fwc {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFilter = ">>> ";
constexpr std::string_view kIssue = "!!! ";

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char c = text.at(++i);
    if (c == 'n')
      out += '\n';
    else if (c == 't')
      out += '\t';
    else if (c == 'x') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else if (c == '{') {
      const std::size_t colon = text.find(':', i);
      const std::size_t close = text.find('}', colon);
      const int count = std::stoi(std::string(text.substr(i + 1, colon - i - 1)));
      for (int n = 0; n < count; ++n) out += text.substr(colon + 1, close - colon - 1);
      i = close;
    } else {
      out += c;
    }
  }
  return out;
}

struct Case {
  std::string issue;   ///< the `!!!` line, empty where there is none
  std::string filter;  ///< the `>>>` line
  std::string expected;
};

std::vector<Case> read_cases(const fs::path& path) {
  std::ifstream in(path);
  std::vector<Case> cases;
  std::string issue;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(kIssue)) {
      issue = line;
    } else if (line.starts_with(kFilter)) {
      cases.push_back({.issue = issue, .filter = line, .expected = {}});
      issue.clear();
    } else if (!line.empty() && !cases.empty()) {
      cases.back().expected += line + '\n';
    }
  }
  return cases;
}

/// The files that filters name stand in the folder beside.
LoadedSource load_file(const std::string& path) {
  const std::ifstream in(fs::path(FWC_GOLDENS).parent_path() / "set_files" / path);
  if (!in) return {.text = std::nullopt, .problem = "No such file or directory"};
  std::ostringstream text;
  text << in.rdbuf();
  return {.text = unescape(text.str()), .problem = {}};
}

std::vector<Diagnostic> diagnose(const Case& c, const std::string& text) {
  if (c.issue.empty())
    return parse_filter(text, ParseOptions{.load_source = load_file}).diagnostics;
  const std::string_view rest = std::string_view(c.issue).substr(kIssue.size());
  const std::string_view name = rest.substr(0, rest.find(' '));
  for (const CodeRow& row : kCodes)
    if (row.name == name)
      return to_diagnostics({{row.code,
                              {0, static_cast<std::uint32_t>(text.size())},
                              std::string(rest.substr(name.size() + 1)),
                              {}}},
                            text, false);
  ADD_FAILURE() << "no such code: " << c.issue;
  return {};
}

std::vector<fs::path> golden_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(FWC_GOLDENS)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool is_rebase() {
  return std::getenv("FWC_REBASE") != nullptr;
}

std::string render_all(const std::vector<Diagnostic>& diagnostics, const std::string& text) {
  std::string out;
  for (const Diagnostic& d : diagnostics) {
    std::istringstream lines(render(d, text, "filter"));
    for (std::string line; std::getline(lines, line);) {
      line.erase(line.find_last_not_of(' ') + 1);  // as editors keep it
      if (!line.empty()) out += line + '\n';
    }
  }
  return out;
}

TEST(DiagnosticsGolden, TextsAreAsWritten) {
  for (const fs::path& file : golden_files()) {
    std::string rewritten;
    for (const Case& c : read_cases(file)) {
      const std::string text = unescape(std::string_view(c.filter).substr(kFilter.size()));
      const std::string actual = render_all(diagnose(c, text), text);
      if (!is_rebase()) {
        EXPECT_EQ(actual, c.expected) << file << ": " << c.filter;
      }
      if (!c.issue.empty()) rewritten += c.issue + '\n';
      rewritten += c.filter + '\n' + actual + '\n';
    }
    if (is_rebase()) std::ofstream(file) << rewritten;
  }
}

TEST(DiagnosticsGolden, EveryCodeIsThere) {
  std::set<std::string> seen;
  for (const fs::path& file : golden_files())
    for (const Case& c : read_cases(file))
      for (const CodeRow& row : kCodes)
        if (c.expected.find("[" + std::string(row.name) + "]") != std::string::npos)
          seen.insert(std::string(row.name));
  for (const CodeRow& row : kCodes) EXPECT_TRUE(seen.contains(std::string(row.name))) << row.name;
}

TEST(DiagnosticsGolden, EveryFileHasCasesAndNoneIsThereTwice) {
  std::map<std::string, fs::path> filters;
  std::size_t wrong = 0;
  std::size_t sensible = 0;
  for (const fs::path& file : golden_files()) {
    EXPECT_EQ(file.extension(), ".txt") << file;
    const std::vector<Case> cases = read_cases(file);
    EXPECT_FALSE(cases.empty()) << file;
    for (const Case& c : cases) {
      const auto [first, added] = filters.emplace(c.filter, file);
      EXPECT_TRUE(added) << c.filter << " stands in " << first->second << " and in " << file;
      const bool has_error = c.expected.find(" error: ") != std::string::npos;
      wrong += has_error ? 1 : 0;
      sensible += c.expected.empty() ? 1 : 0;
      EXPECT_EQ(c.expected.empty(), file.stem() == "sensible") << c.filter;
    }
  }
  EXPECT_GE(wrong, 150U);
  EXPECT_GE(sensible, 150U);
}

TEST(Diagnostics, StrictMakesWarningsErrors) {
  const ParseResult lenient = parse_filter("dst_port != 22");
  ASSERT_EQ(lenient.diagnostics.size(), 1U);
  EXPECT_FALSE(lenient.diagnostics[0].error);
  EXPECT_TRUE(lenient.filter);
  const ParseResult strict = parse_filter("dst_port != 22", true);
  ASSERT_EQ(strict.diagnostics.size(), 1U);
  EXPECT_TRUE(strict.diagnostics[0].error);
  EXPECT_FALSE(strict.filter);
}

}  // namespace
}  // namespace fwc
