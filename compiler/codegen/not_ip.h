// SPDX-License-Identifier: MIT
// What a filter says of packets that are neither IPv4 nor IPv6. Of most filters it is the same for
// all of them, because their fields are absent; then the walk leaves to the verdict at once, and
// nothing behind it has to ask whether the packet is an IP packet.
#pragma once

#include <optional>

#include "compiler/check/checked_filter.h"

namespace fwc::codegen {

/// The value of a condition for every packet that is not IP, where it is the same for all.
std::optional<bool> value_without_ip(const CheckedFilter& filter, NodeId condition, bool ingress);

}  // namespace fwc::codegen
