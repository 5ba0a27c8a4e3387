// SPDX-License-Identifier: MIT
// What a fuzzer begins with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fwc::test {

/// The words of the language, from its tables, each once.
std::vector<std::string> words_of_the_language();

/// Inputs of the property `hold_TARGET`, from the files of `folder` (tests/fuzz/seeds); empty where
/// there is no such target. A line is an input, in which `\n` is a line break, `\xHH` any byte and
/// `\\` a backslash; `##` begins what is no part of it.
std::vector<std::string> seeds(std::string_view target, const std::string& folder);

}  // namespace fwc::test
