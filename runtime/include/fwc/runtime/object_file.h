// SPDX-License-Identifier: MIT
// Objects from files that are open already, as standard input is.
#pragma once

#include <string>

#include "fwc/export.h"
#include "fwc/object.h"
#include "fwc/runtime/error.h"

namespace fwc::runtime {

/// The same as read_object_file() of program.h, of an open file, which stays the caller's and is
/// read from its beginning; messages call it `name`.
FWC_API Expected<Object> read_object_file(int file, const std::string& name);

}  // namespace fwc::runtime
