// SPDX-License-Identifier: MIT
// PEGTL's own proof that no rule loops without reading.
#include <gtest/gtest.h>

#include <tao/pegtl/contrib/analyze.hpp>

#include "grammar/rules.h"

namespace tao::pegtl {

// Rules that match by the table read at least one byte.
template <typename Name, bool Membership, std::uint8_t Loosest>
struct analyze_traits<Name, fwc::grammar::infix_operator<Membership, Loosest>>
    : analyze_any_traits<> {};
template <typename Name>
struct analyze_traits<Name, fwc::grammar::unary_operator> : analyze_any_traits<> {};
template <typename Name>
struct analyze_traits<Name, fwc::grammar::reserved> : analyze_any_traits<> {};
template <typename Name>
struct analyze_traits<Name, fwc::grammar::symbol> : analyze_any_traits<> {};

}  // namespace tao::pegtl

namespace fwc {
namespace {

TEST(Analysis, TheGrammarHasNoProblems) {
  EXPECT_EQ(tao::pegtl::analyze<grammar::filter>(1), 0U);
  EXPECT_EQ(tao::pegtl::analyze<grammar::piece>(1), 0U);
}

struct loops : tao::pegtl::star<grammar::blanks> {};

TEST(Analysis, WouldSeeALoop) {
  EXPECT_NE(tao::pegtl::analyze<loops>(-1), 0U);
}

}  // namespace
}  // namespace fwc
