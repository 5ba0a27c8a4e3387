// SPDX-License-Identifier: MIT
// A visitor made of lambdas, one for each alternative of a std::variant.
#pragma once

namespace fwc {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace fwc
