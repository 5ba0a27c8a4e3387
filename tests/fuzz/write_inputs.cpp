// SPDX-License-Identifier: MIT
// write_inputs TARGET SEEDS FOLDER: writes FOLDER/dictionary and FOLDER/seeds/*, for libFuzzer.
#include <filesystem>
#include <fstream>

#include "tests/fuzz/inputs.h"

int main(int count, char** words) {
  if (count != 4) return 64;
  const std::filesystem::path folder = words[3];
  std::filesystem::remove_all(folder / "seeds");
  std::filesystem::create_directories(folder / "seeds");

  std::ofstream dictionary(folder / "dictionary");
  for (const std::string& word : fwc::test::words_of_the_language())
    dictionary << '"' << word << "\"\n";

  std::size_t number = 0;
  for (const std::string& seed : fwc::test::seeds(words[1], words[2]))
    std::ofstream(folder / "seeds" / std::to_string(number++), std::ios::binary) << seed;
  return dictionary.flush() && number != 0 ? 0 : 74;
}
