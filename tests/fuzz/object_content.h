// SPDX-License-Identifier: MIT
// What of an object decides how it judges packets.
#pragma once

#include <map>
#include <string>

#include "fwc/object.h"

struct bpf_object;

namespace fwc::test {

/// By what it is: instructions, their relocations, data, types, where each symbol lies, and the
/// maps as libbpf has them. Not what else stands in an object: headers, padding, the names of
/// variables, the texts of the filter, lines, the license.
using Content = std::map<std::string, std::string>;

/// Of an object whose shape the runtime has found right.
Content content_of(const Object& object, const bpf_object* opened);

}  // namespace fwc::test
