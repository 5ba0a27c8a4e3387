// SPDX-License-Identifier: MIT
// What can be said about packets before there is one: a socket that connects or sends names a
// protocol, an address and a port, and nothing else.
#pragma once

#include "compiler/check/checked_filter.h"

namespace fwc {

/// The filter of what is sent as an expression about protocol, destination address and destination
/// port alone. True wherever some packet with these may pass: of whatever else the filter asks,
/// both answers are taken as possible. `transport` is TCP or UDP, of packets that are no fragments.
/// The filter must have a part for what is sent.
CheckedFilter may_pass(const CheckedFilter& filter, Layer transport);

}  // namespace fwc
