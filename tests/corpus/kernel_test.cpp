// SPDX-License-Identifier: MIT
// The filters of the corpus load, and the kernel judges as their writers expect.
#include <gtest/gtest.h>

#include "fwc/compile.h"
#include "tests/corpus/corpus_filters.h"
#include "tests/harness/kernel_runner.h"

namespace fwc::test {
namespace {

TEST(CorpusInTheKernel, EveryFilterLoadsAndJudgesAsItsWriterExpects) {
  FWC_NEEDS_KERNEL();
  for (const CorpusFilter& filter : corpus_filters()) {
    const CompileResult compiled = compile(filter.text, {.direction = Direction::egress});
    ASSERT_TRUE(compiled.object) << filter.text;
    const auto loaded = KernelProgram::load(compiled.object->bytes, Direction::egress);
    const auto* program = std::get_if<KernelProgram>(&loaded);
    ASSERT_NE(program, nullptr) << filter.text << "\n" << std::get<std::string>(loaded);
    for (const auto& [packets, verdict] : {std::pair{&filter.passes, 1}, {&filter.drops, 0}})
      for (const NamedPacket& packet : *packets) {
        if (!is_runnable(packet.view())) continue;  // more than a page
        EXPECT_EQ(program->run(packet.view()), verdict) << filter.text << ": " << packet.name;
      }
  }
}

}  // namespace
}  // namespace fwc::test
