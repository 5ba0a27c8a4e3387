// SPDX-License-Identifier: MIT
// The cases, judged by the kernel: each filter compiled, loaded and run on its packets, once as an
// egress and once as an ingress program.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests/harness/corpus.h"
#include "tests/harness/kernel_runner.h"
#include "tests/packets/cases.h"

namespace fwc::test {
namespace {

using Loaded = std::variant<KernelProgram, std::string>;

Loaded compile_and_load(const std::string& filter, Direction direction) {
  const CompileResult compiled = compile(filter, {.direction = direction});
  if (compiled.object) return KernelProgram::load(compiled.object->bytes, direction);
  std::string why = "not compiled: " + filter + "\n";
  for (const Diagnostic& d : compiled.diagnostics) why += render(d, filter, "case");
  return why;
}

class Kernel : public testing::TestWithParam<Direction> {};

/// Cases with one filter share one program.
TEST_P(Kernel, JudgesAsTheCasesSay) {
  FWC_NEEDS_KERNEL();
  std::map<std::string, std::vector<Case>> by_filter;
  for (Case& c : all_cases()) by_filter[c.filter].push_back(std::move(c));
  for (const auto& [filter, cases] : by_filter) {
    const Loaded loaded = compile_and_load(filter, GetParam());
    ASSERT_TRUE(std::holds_alternative<KernelProgram>(loaded)) << filter << "\n"
                                                               << std::get<std::string>(loaded);
    for (const Case& c : cases) {
      if (!is_runnable(c.packet.view()) || c.only.value_or(GetParam()) != GetParam()) continue;
      EXPECT_EQ(std::get<KernelProgram>(loaded).run(c.packet.view()), c.verdict ? 1 : 0)
          << testing::PrintToString(c);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Directions, Kernel, testing::Values(Direction::egress, Direction::ingress),
                         [](const auto& direction) {
                           return direction.param == Direction::egress ? "egress" : "ingress";
                         });

TEST(KernelRunner, KnowsWhichPacketsTheKernelRuns) {
  FWC_NEEDS_KERNEL();
  const Loaded loaded = compile_and_load("true", Direction::egress);
  ASSERT_TRUE(std::holds_alternative<KernelProgram>(loaded)) << std::get<std::string>(loaded);
  std::vector<TestPacket> packets = packet_corpus();
  for (const std::size_t size : {3670, 3671, 3690})
    packets.push_back(Ipv4{} / Udp{} / Payload{size});
  for (const TestPacket& packet : packets)
    EXPECT_EQ(std::get<KernelProgram>(loaded).run(packet.view()) >= 0, is_runnable(packet.view()))
        << testing::PrintToString(packet);
}

}  // namespace
}  // namespace fwc::test
