// SPDX-License-Identifier: MIT
#include "tests/fuzz/inputs.h"

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

std::vector<std::string> seeds(std::istream& filters) {
  const std::vector<TestPacket> packets = packet_corpus();
  std::vector<std::string> all;
  for (std::string line; std::getline(filters, line);) {
    // A step without a common factor with most sizes, so that packets of all kinds have a turn.
    const Bytes& bytes = packets[all.size() * 101 % packets.size()].bytes;
    line.push_back('\0');
    line.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    all.push_back(std::move(line));
  }
  return all;
}

}  // namespace fwc::test
