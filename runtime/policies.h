// SPDX-License-Identifier: MIT
// The rules of all programs of an object, of which a LoadedObject may hold one alone. Private to
// the runtime.
#pragma once

#include <optional>

#include "fwc/runtime/rules.h"

struct btf;

namespace fwc::runtime {

/// A live set as a program tells of it.
struct SetTag {
  std::string map;
  std::string type;  ///< as the filter writes it: `ip`, `(ip, port)`
  std::string name;
};

struct Policies {
  std::optional<PolicyInfo> ingress;  ///< empty where the object has no such program
  std::optional<PolicyInfo> egress;
  std::vector<SetTag> sets;  ///< each once
};

/// What the types of an object tell, be it loaded or not.
Policies policies_of(const btf* types);

/// By the types of one of the programs, which all programs of an object share.
Expected<Policies> policies(const LoadedObject& object);

}  // namespace fwc::runtime
