// SPDX-License-Identifier: MIT
// For warnings: which classes of packets a condition can be true of, and which have a value. A
// class is a family and a transport protocol; fields are present or absent class by class. Later
// fragments, which have a protocol but no ports, are no class of their own: no guard that people
// write tells them apart, so a warning about them could not be heeded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/check/checked_filter.h"

namespace fwc {

/// A set of classes, one bit each.
using PacketClasses = std::uint64_t;

PacketClasses all_classes();
/// Those of IP packets: what cgroup hooks see, so the absence of an IP header is no cause to warn.
PacketClasses ip_classes();

/// Where the field is present.
PacketClasses presence(const FieldRow& field);

/// Never too few classes, maybe too many.
struct Reach {
  PacketClasses if_true = 0;   ///< where the bool can be true; where the int or address is present
  PacketClasses if_false = 0;  ///< where the bool can be false
  friend bool operator==(const Reach&, const Reach&) = default;
};

/// Of every node, by id.
std::vector<Reach> find_reach(const CheckedFilter& filter);

}  // namespace fwc
