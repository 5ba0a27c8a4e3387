// SPDX-License-Identifier: MIT
// The entry of libFuzzer, compiled once for each property.
#include <cstdint>

#include "tests/fuzz/properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fwc::test::FWC_PROPERTY({reinterpret_cast<const char*>(data), size});
  return 0;
}
