// SPDX-License-Identifier: MIT
// Reads the two files; see corpus_filters.h.
#include "tests/corpus/corpus_filters.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "cli/packet_description.h"

namespace fwc::test {

namespace {

std::map<std::string, NamedPacket> read_packets() {
  std::map<std::string, NamedPacket> packets;
  std::ifstream in(FWC_CORPUS "/packets.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::string name = line.substr(0, line.find(' '));
    auto packet = cli::describe_packet(line.substr(name.size() + 1));
    if (!packet) {
      ADD_FAILURE() << line << ": " << packet.error().message;
      continue;
    }
    packets[name] = {.name = name, .ethertype = packet->ethertype, .bytes = packet->bytes};
  }
  return packets;
}

}  // namespace

std::vector<CorpusFilter> corpus_filters() {
  constexpr std::string_view kExpected = "  ## ";
  const auto packets = read_packets();
  std::vector<CorpusFilter> filters;
  std::ifstream in(FWC_CORPUS "/filters.txt");
  for (std::string line; std::getline(in, line);) {
    const std::size_t end = line.find(kExpected);
    if (end == std::string::npos) continue;
    CorpusFilter filter{.text = line.substr(0, end), .passes = {}, .drops = {}};
    std::istringstream words(line.substr(end + kExpected.size()));
    for (std::string word; words >> word;) {
      const auto packet = packets.find(word.substr(1));
      if (packet == packets.end()) {
        ADD_FAILURE() << "no packet is called " << word.substr(1);
        continue;
      }
      (word.front() == '+' ? filter.passes : filter.drops).push_back(packet->second);
    }
    filters.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace fwc::test
