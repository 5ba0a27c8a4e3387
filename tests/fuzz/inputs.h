// SPDX-License-Identifier: MIT
// What a fuzzer begins with.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace fwc::test {

/// The words of the language, from its tables, each once.
std::vector<std::string> words_of_the_language();

/// Inputs as hold_properties_of_input() reads them: one for each line of a file of filters, with
/// packets in turn.
std::vector<std::string> seeds(std::istream& filters);

}  // namespace fwc::test
