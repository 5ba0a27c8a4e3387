// SPDX-License-Identifier: MIT
// A text in its words.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace fwc {

/// What stands between the characters of `between`, without what is empty.
inline std::vector<std::string_view> words_of(std::string_view text, std::string_view between) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(between); at < text.size();
       at = text.find_first_not_of(between, at)) {
    const std::size_t end = std::min(text.find_first_of(between, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace fwc
