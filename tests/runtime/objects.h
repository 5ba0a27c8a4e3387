// SPDX-License-Identifier: MIT
// The filters that the tests of the runtime load.
#pragma once

#include <string>

#include "fwc/compile.h"
#include "fwc/object.h"
#include "fwc/runtime/program.h"

namespace fwc::test {

enum class Programs { ingress, egress, both };

/// Passes UDP to `port` and everything that is not UDP, up to `$limit` (1500, 0 to 65535) bytes and
/// while `$open` (true); counts.
Object port_object(Programs programs, int port);

/// The same as port_object, without live variables and counters.
Object plain_object(Programs programs, int port);

/// The same as port_object, loaded; the test fails where it does not load.
runtime::LoadedObject load_port(Programs programs, int port,
                                const runtime::LoadOptions& options = {});
runtime::LoadedObject load_plain(Programs programs, int port);

/// Any filter, compiled and loaded.
runtime::LoadedObject load_filter(const std::string& text, const CompileOptions& options = {});

}  // namespace fwc::test
