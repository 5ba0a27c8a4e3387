// SPDX-License-Identifier: MIT
// Makes a failing pair of filter and packet small before it is shown to a person.
#pragma once

#include <functional>
#include <string>

#include "tests/harness/expression.h"
#include "tests/harness/packet_builder.h"

namespace fwc::test {

/// Whether the pair still fails.
using Fails = std::function<bool(const std::string& filter, const TestPacket& packet)>;

struct FailingPair {
  RandomFilter filter;
  TestPacket packet;
};

/// The smallest failing pair that greedy steps reach; at most `attempts` calls of `fails`.
FailingPair shrink(FailingPair pair, const Fails& fails, unsigned attempts = 2000);

/// A row for the declarative cases, ready to paste; `verdict` is the right one.
std::string as_case(const FailingPair& pair, bool verdict);

}  // namespace fwc::test
