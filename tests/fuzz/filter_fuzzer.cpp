// SPDX-License-Identifier: MIT
// The entry of libFuzzer: parser, checker and evaluator on whatever it thinks of.
#include <cstdint>

#include "tests/fuzz/properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fwc::test::hold_properties_of_input({reinterpret_cast<const char*>(data), size});
  return 0;
}
