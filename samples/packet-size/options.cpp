// SPDX-License-Identifier: MIT
// Command line of the sample; see options.h.
#include "samples/packet-size/options.h"

#include <getopt.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace packet_size {

namespace {

using fwc::runtime::Direction;

constexpr const char* kUsage =
    "Usage: fwc-packet-size [--max N] -c CGROUP -t ingress|egress [-n READINGS] [--detach] [PIN]\n"
    "\n"
    "Drops packets of more than N bytes (1500) and shows once a second what passed and what was\n"
    "dropped. `+` and `-` change N by 50 while it runs, `q` quits. The filter stays attached at "
    "the\n"
    "end, unless --detach is given.\n";

constexpr option kLongOptions[] = {
    {"max", required_argument, nullptr, 'm'},  {"cgroup", required_argument, nullptr, 'c'},
    {"type", required_argument, nullptr, 't'}, {"readings", required_argument, nullptr, 'n'},
    {"detach", no_argument, nullptr, 'd'},     {nullptr, 0, nullptr, 0},
};

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool set_limit(Options& options, std::string_view text) {
  const auto number = parse_number<std::int64_t>(text);
  if (!number || *number < kLeastLimit || *number > kGreatestLimit) return false;
  options.limit = *number;
  return true;
}

bool set_direction(Options& options, std::string_view text) {
  if (text != "ingress" && text != "egress") return false;
  options.direction = text == "ingress" ? Direction::ingress : Direction::egress;
  return true;
}

bool set_readings(Options& options, std::string_view text) {
  options.readings = parse_number<std::uint64_t>(text);
  return options.readings.has_value();
}

bool set(Options& options, int letter) {
  switch (letter) {
    case 'm': return set_limit(options, optarg);
    case 'c': options.cgroup = optarg; return true;
    case 't': return set_direction(options, optarg);
    case 'n': return set_readings(options, optarg);
    case 'd': options.detach = true; return true;
    default: return false;
  }
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  bool has_direction = false;
  for (int letter; (letter = getopt_long(argc, argv, "m:c:t:n:d", kLongOptions, nullptr)) != -1;) {
    has_direction = has_direction || letter == 't';
    if (set(options, letter)) continue;
    std::fputs(kUsage, stderr);
    return std::nullopt;
  }
  if (optind + 1 == argc) options.pin = argv[optind++];
  if (optind == argc && !options.cgroup.empty() && has_direction) return options;
  std::fputs(kUsage, stderr);
  return std::nullopt;
}

}  // namespace packet_size
