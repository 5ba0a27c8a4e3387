// SPDX-License-Identifier: MIT
// The entry of libFuzzer, compiled once for each property. The time of the processor is limited
// here: libFuzzer's own limit is one of time that passes, which a busy machine exceeds.
#include <cstdint>
#include <ctime>

#include "tests/fuzz/hold.h"
#include "tests/fuzz/properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::clock_t began = std::clock();
  fwc::test::FWC_PROPERTY(input);
  fwc::test::hold(std::clock() - began <= FWC_SECONDS * CLOCKS_PER_SEC,
                  "an input takes no longer than it may", input);
  return 0;
}
