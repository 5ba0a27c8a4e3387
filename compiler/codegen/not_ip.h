// SPDX-License-Identifier: MIT
// What a filter says of packets that are neither IPv4 nor IPv6. Of most filters it is the same for
// all of them, because their fields are absent; then the walk leaves to the verdict at once, and
// nothing behind it has to ask whether the packet is an IP packet.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc::codegen {

/// The value of each condition for every packet that is not IP, where it is the same for all. The
/// filter is looked at once, however many conditions there are.
std::vector<std::optional<bool>> values_without_ip(const CheckedFilter& filter,
                                                   std::span<const NodeId> conditions,
                                                   bool ingress);

}  // namespace fwc::codegen
