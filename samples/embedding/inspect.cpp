// SPDX-License-Identifier: MIT
// The loader as a library, without the compiler: `inspect OBJECT [CGROUP]` checks a compiled
// object, and attaches it to what the cgroup sends where one is given.
#include <cstdio>

#include <fwc/runtime/attachments.h>
#include <fwc/runtime/environment.h>
#include <fwc/runtime/program.h>

namespace {

using fwc::runtime::Direction;
using fwc::runtime::Expected;

Expected<void> attach(const fwc::Object& object, const char* target) {
  const auto cgroup = fwc::runtime::find_cgroup(target);
  if (!cgroup) return cgroup.error();
  const auto loaded = fwc::runtime::load(object);
  if (!loaded) return loaded.error();
  const auto attachment = fwc::runtime::attach(*loaded, *cgroup, Direction::egress);
  if (!attachment) return attachment.error();
  std::printf("attached to %s\n", attachment->cgroup.c_str());
  return {};
}

Expected<void> inspect(const char* path, const char* target) {
  const auto object = fwc::runtime::read_object_file(path);
  if (!object) return object.error();
  if (auto checked = fwc::runtime::check_object(*object); !checked) return checked;
  std::printf("%s is an object of fwc\n", path);
  return target != nullptr ? attach(*object, target) : Expected<void>();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 64;
  const auto done = inspect(argv[1], argc == 3 ? argv[2] : nullptr);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
