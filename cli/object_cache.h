// SPDX-License-Identifier: MIT
// Objects that were compiled before, so that a service starts without the compiler.
#pragma once

#include <string>

#include "fwc/compile.h"

namespace fwc::cli {

/// compile(), where an object that the same fwc made of the same text with the same options is
/// taken from the cache. What has warnings or names files is compiled each time.
///
/// The cache is /var/cache/fwc, or the folder that FWC_CACHE names; there is none where that is
/// empty, and none for callers that are not root. The folder and each entry have to be the caller's
/// own and not writable by others, and an entry that is damaged counts as missing: the worst that
/// can happen is that the filter is compiled.
CompileResult compile_by_cache(const std::string& text, const CompileOptions& options);

}  // namespace fwc::cli
