// SPDX-License-Identifier: MIT
// The property of files that hold sets.
#include "compiler/check/set_file.h"

#include <array>

#include "compiler/diagnostics/utf8.h"
#include "tests/fuzz/hold.h"
#include "tests/fuzz/properties.h"

namespace fwc::test {

namespace {

/// A filter that reads the file, and what its entries are then.
struct Reader {
  std::string_view filter;
  std::array<WantedEntry, 2> wanted;
  std::size_t parts;
};

const WantedEntry kAddress = {.address = true, .looked_up = "dst_ip"};
const WantedEntry kPort = {.address = false,
                           .minimum = 0,
                           .maximum = 65535,
                           .kind = ValueKind::port,
                           .looked_up = "dst_port"};
const WantedEntry kNumber = {.address = false, .minimum = 0, .looked_up = "len"};

const std::array kReaders = {
    Reader{"dst_ip in from \"set\"", {kAddress}, 1},
    Reader{"dst_port in from \"set\"", {kPort}, 1},
    Reader{"let @s: int = from \"set\"; len in @s", {kNumber}, 1},
    Reader{"(dst_ip, dst_port) in from \"set\"", {kAddress, kPort}, 2},
};

template <typename T, typename Text>
void write(std::string& out, const std::vector<Interval<T>>& intervals, Text text) {
  for (const Interval<T>& each : intervals)
    out += text(each.low) + ".." + text(each.high) + " # both ends\n";
}

std::string written(const ValueSet& set) {
  std::string out;
  write(out, set.ipv4,
        [](std::uint32_t low) { return to_string(Address{Family::ipv4, {0, low}}); });
  write(out, set.ipv6, [](const U128& bits) { return to_string(Address{Family::ipv6, bits}); });
  write(out, set.integers, [](std::int64_t number) { return std::to_string(number); });
  return out;
}

void hold_of_entries(std::string_view file, std::span<const WantedEntry> wanted) {
  const SetFileEntries read = read_set_file(file, wanted);
  for (const Issue& issue : read.issues)
    hold(issue.span.begin <= issue.span.end && issue.span.end <= file.size(),
         "an issue lies in the file", file);
  if (!read.tuples.empty() || !read.issues.empty()) return;
  const SetFileEntries again = read_set_file(written(read.values), wanted);
  hold(again.issues.empty() && again.values == read.values, "the set that is written is the same",
       file);
}

/// As the command has it: an excerpt of the file in place of the file.
void hold_of_filter(std::string_view filter, std::string_view file) {
  const SourceLoader loader = [&](const std::string&) {
    return LoadedSource{.text = std::string(file), .problem = {}};
  };
  const ParseResult result = parse_filter(filter, ParseOptions{.load_source = loader});
  hold_of_diagnostics(result.diagnostics, result.filter.has_value(), filter);
  for (const Diagnostic& d : result.diagnostics) {
    if (d.file.empty()) continue;
    hold(std::uint64_t{d.offset} + d.length <= file.size(), "a span lies in the file", file);
    hold(d.excerpt_offset <= d.excerpt.size(), "an excerpt holds its span", file);
  }
  hold_of_showing(result.diagnostics, filter);
  if (result.filter) result.filter->judge({}, 0);
}

}  // namespace

void hold_set_file(std::string_view input) {
  if (input.empty()) return;
  const Reader& reader = kReaders[static_cast<unsigned char>(input[0]) % kReaders.size()];
  const std::string_view file = input.substr(1);
  hold_of_entries(file, std::span(reader.wanted).first(reader.parts));
  hold_of_filter(reader.filter, file);
}

}  // namespace fwc::test
