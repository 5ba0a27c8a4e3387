// SPDX-License-Identifier: MIT
// The filters that the tests of the runtime load, compiled by fwc itself.
#include "tests/runtime/objects.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "fwc/compile.h"

namespace fwc::test {
namespace {

Direction direction_of(Programs programs) {
  switch (programs) {
    case Programs::ingress: return Direction::ingress;
    case Programs::egress: return Direction::egress;
    case Programs::both: return Direction::both;
  }
  return Direction::both;
}

Object compiled(const std::string& text, const CompileOptions& options) {
  CompileResult result = compile(text, options);
  if (result.object) return *std::move(result.object);
  for (const Diagnostic& diagnostic : result.diagnostics) ADD_FAILURE() << diagnostic.message;
  return {};
}

runtime::LoadedObject loaded(const Object& object, const runtime::LoadOptions& options) {
  runtime::Expected<runtime::LoadedObject> result = runtime::load(object, options);
  if (result) return *std::move(result);
  ADD_FAILURE() << result.error().message << "\n" << result.error().details;
  return {};
}

}  // namespace

Object port_object(Programs programs, int port) {
  return compiled(fmt::format("let $limit: int = 1500 in 0..65535; let $open: bool = true;"
                              "(!udp || dst_port == {}) && len <= $limit && $open",
                              port),
                  {.direction = direction_of(programs), .counters = true});
}

Object plain_object(Programs programs, int port) {
  return compiled(fmt::format("!udp || dst_port == {}", port),
                  {.direction = direction_of(programs)});
}

runtime::LoadedObject load_port(Programs programs, int port, const runtime::LoadOptions& options) {
  return loaded(port_object(programs, port), options);
}

runtime::LoadedObject load_plain(Programs programs, int port) {
  return loaded(plain_object(programs, port), {});
}

runtime::LoadedObject load_filter(const std::string& text, const CompileOptions& options) {
  return loaded(compiled(text, options), {});
}

}  // namespace fwc::test
