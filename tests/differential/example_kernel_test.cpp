// SPDX-License-Identifier: MIT
// Filters of 2019 keep their verdicts, by the kernel.
#include <gtest/gtest.h>

#include "tests/differential/example.h"
#include "tests/harness/kernel_runner.h"

namespace fwc::test {
namespace {

TEST(Example, KernelGivesTheVerdictsOf2019) {
  FWC_NEEDS_KERNEL();
  std::vector<TestPacket> packets = packets_read_alike();
  std::erase_if(packets, [](const TestPacket& p) { return !is_runnable(p.view()); });
  for (const ExampleFilter& filter : example_filters()) {
    const CompileResult compiled = compile(filter.text);
    ASSERT_TRUE(compiled.object) << filter.text;
    const auto loaded = KernelProgram::load(compiled.object->bytes, Direction::egress);
    ASSERT_TRUE(std::holds_alternative<KernelProgram>(loaded)) << filter.text << "\n"
                                                               << std::get<std::string>(loaded);
    const auto& program = std::get<KernelProgram>(loaded);
    const Comparison2019 result = compare_with_2019(
        filter, packets, [&](const TestPacket& p) { return program.run(p.view()) == 1; });
    EXPECT_GE(result.compared, kLeastCompared) << filter.text;
    EXPECT_TRUE(result.differing.empty())
        << filter.text << " on " << testing::PrintToString(result.differing.front());
  }
}

}  // namespace
}  // namespace fwc::test
