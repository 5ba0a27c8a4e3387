// SPDX-License-Identifier: MIT
// Files that filters and commands name as sets.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"
#include "fwc/compile.h"
#include "fwc/runtime/sets.h"

namespace fwc::cli {

/// Reads files for a filter: a relative path is looked up from the folder of the filter's own file,
/// or from the current one where the filter is no file.
SourceLoader set_file_loader(const std::string& filter_name);

/// The entries of a file for a live set. Where something is wrong with it, that is shown, and the
/// status is not 0.
struct EntriesFromFile {
  std::vector<runtime::SetEntry> entries;
  int status = 0;
};
EntriesFromFile read_entries(Terminal& terminal, const std::string& path,
                             const runtime::LiveSet& set);

}  // namespace fwc::cli
