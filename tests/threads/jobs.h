// SPDX-License-Identifier: MIT
// What the tests of threads and of growth compile: filters that reach every part of the compiler.
#pragma once

#include <string>
#include <vector>

#include "fwc/compile.h"

namespace fwc::test {

struct Job {
  std::string text;
  CompileOptions options;
};

/// Wrong filters, filters with warnings, policies, large sets and sets from a file among them.
std::vector<Job> compile_jobs();
/// Of them those that give an object.
inline constexpr std::size_t kGoodJobs = 12;

/// What compile() gives, as bytes: the object, or what is wrong with the filter.
std::string outcome(const Job& job);

}  // namespace fwc::test
