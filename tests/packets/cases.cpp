// SPDX-License-Identifier: MIT
// All cases, each with the name of its topic before its own.
#include "tests/packets/cases.h"

#include <ostream>

namespace fwc::test {

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name << ": `" << c.filter << "` on ";
  PrintTo(c.packet, out);
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  const auto add = [&all](const std::string& topic, std::vector<Case> cases) {
    for (Case& c : cases) {
      c.name = topic + "_" + c.name;
      all.push_back(std::move(c));
    }
  };
  add("field", field_cases());
  add("malformed", malformed_cases());
  add("walk", walk_cases());
  add("fragment", fragment_cases());
  add("operator", operator_cases());
  add("policy", policy_cases());
  add("example", example_cases());
  return all;
}

}  // namespace fwc::test
