// SPDX-License-Identifier: MIT
#include "tests/threads/jobs.h"

namespace fwc::test {
namespace {

/// More prefixes than a program compares one by one, so that they become tables.
std::string many_prefixes(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += "10." + std::to_string(i / 200 % 256) + "." + std::to_string(i % 200) + ".0/" +
             std::to_string(24 + i % 5) + "\n2001:db8:" + std::to_string(i % 9000) + "::/48\n";
  return lines;
}

LoadedSource load(const std::string& path) {
  if (path != "blocklist.txt") return {.text = std::nullopt, .problem = "there is none"};
  return {.text = many_prefixes(400), .problem = ""};
}

constexpr const char* kPolicy =
    "let $limit = 1500 in 68..65535; let @blocked: ip = {10.0.0.0/8, ::1}; let web = {80, 443};"
    "ingress { drop blocked: src_ip in @blocked; allow web: tcp && dst_port in web;"
    "          count pings: icmp; default drop; }"
    "egress { drop large: len > $limit; allow answers: reply; default allow; }";

}  // namespace

std::vector<Job> compile_jobs() {
  return {
      {"icmp || (udp && dst_port == 53)", {}},
      {"true", {.direction = Direction::both, .counters = true, .audit = true}},
      {"tcp && tcp.syn && !tcp.ack && dst_port in {22, 80, 8000..8999}", {.counters = true}},
      {"dst_ip in {10.0.0.0/8, 2001:db8::/32, ::1} ? len <= 1500 : ttl > 1", {}},
      {"(src_port * 3 + len / 7) % 11 == 4 || (mark & 0xff) >> 2 == 5", {}},
      {"payload[0:4] == \"GET \" && payload.len > 16", {.log = Logged::dropped}},
      {"established || udp && dst_port == 53", {.direction = Direction::both}},
      {"udp && dst_port == 53", {.refuse_calls = true}},
      {"!ip || dst_ip not in from \"blocklist.txt\"", {.load_source = load}},
      {"src_ip in from \"missing.txt\"", {.load_source = load}},
      {kPolicy, {.direction = Direction::both, .counters = true, .log = Logged::everything}},
      {"vlan == 100 && src_mac == 02:00:00:00:00:01 || ethertype == 0x0806", {.hook = Hook::tc}},
      {"udp && dst_port != 4789", {.hook = Hook::xdp}},
      {"dst_port = 53", {}},
      {"tcpp && dst_port == htp", {}},
      {"dst_port != 22", {.strict = true}},
      {"(((((icmp", {}},
  };
}

std::string outcome(const Job& job) {
  const CompileResult result = compile(job.text, job.options);
  std::string bytes;
  if (result.object)
    bytes.assign(reinterpret_cast<const char*>(result.object->bytes.data()),
                 result.object->bytes.size());
  for (const Diagnostic& d : result.diagnostics) bytes += render(d, job.text, "filter");
  return bytes;
}

}  // namespace fwc::test
