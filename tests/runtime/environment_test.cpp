// SPDX-License-Identifier: MIT
// Finding cgroups and bpf file systems.
#include "fwc/runtime/environment.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "fwc/runtime/value.h"
#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

using runtime::Error;
using runtime::find_cgroup;

class EnvironmentTest : public SandboxTest {};

TEST_F(EnvironmentTest, FindsTheOnlyBpffs) {
  const auto mount = runtime::default_bpffs();
  ASSERT_TRUE(mount) << mount.error().message;
  EXPECT_EQ(mount->path, bpffs_);
  EXPECT_TRUE(runtime::require_bpffs(bpffs_));
}

TEST_F(EnvironmentTest, ReadsBlanksInMountPaths) {
  const std::string odd = folder_ + "/a b\\c";
  ASSERT_EQ(::mkdir(odd.c_str(), 0755), 0);
  ASSERT_EQ(::mount("bpf", odd.c_str(), "bpf", 0, nullptr), 0);
  const auto mounts = runtime::bpffs_mounts();
  ::umount2(odd.c_str(), MNT_DETACH);
  ASSERT_TRUE(mounts);
  ASSERT_EQ(mounts->size(), 2U);
  EXPECT_EQ(mounts->back().path, odd);
}

TEST_F(EnvironmentTest, SaysThatNoBpffsIsMounted) {
  ASSERT_EQ(::umount2(bpffs_.c_str(), MNT_DETACH), 0);
  const auto none = runtime::default_bpffs();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Error::Kind::config);
  EXPECT_EQ(none.error().message, "no bpf file system is mounted");
  EXPECT_EQ(none.error().hint, "mount one: `mount -t bpf bpf /sys/fs/bpf`");
}

TEST_F(EnvironmentTest, FindsACgroupByEveryNameItHas) {
  const runtime::Cgroup unit = make_cgroup("fwc-test-unit.service");
  const std::string below = unit.path.substr(cgroup2_.size());
  const std::string from_root = unit.path.substr(1);
  ASSERT_EQ(::chdir("/"), 0);
  for (const std::string& target : {unit.path, below, below.substr(1), from_root, unit.path + "/",
                                    std::string("fwc-test-unit.service")}) {
    const auto found = find_cgroup(target);
    ASSERT_TRUE(found) << target << ": " << found.error().message;
    EXPECT_EQ(found->path, unit.path) << target;
    EXPECT_EQ(found->id, unit.id) << target;
  }
  EXPECT_EQ(runtime::cgroup_path_of(unit.id), unit.path);
}

TEST_F(EnvironmentTest, FindsItselfAndAProcess) {
  const runtime::Cgroup unit = make_cgroup("unit");
  const runtime::Cgroup control = make_cgroup("unit/.control");
  EXPECT_EQ(in_child([&] {
              join(unit);
              const auto self = find_cgroup("self");
              const auto process = find_cgroup(std::to_string(::getpid()));
              return self && process && self->id == unit.id && process->id == unit.id ? 0 : 1;
            }),
            0);
  EXPECT_EQ(in_child([&] {
              join(control);
              const auto self = find_cgroup("self");
              return self && self->id == unit.id ? 0 : 1;
            }),
            0);
}

TEST_F(EnvironmentTest, RefusesTheRootUnlessForced) {
  for (const std::string& target : {cgroup2_, std::string("/"), cgroup2_ + "/."}) {
    const auto found = find_cgroup(target);
    ASSERT_FALSE(found) << target;
    EXPECT_NE(found.error().message.empty(), true);
  }
  EXPECT_EQ(find_cgroup(cgroup2_).error().message,
            "`" + cgroup2_ + "` is the root cgroup, which holds every process");
  EXPECT_TRUE(find_cgroup(cgroup2_, {.force = true}));
}

TEST_F(EnvironmentTest, RefusesEmptyAndParentSteps) {
  EXPECT_EQ(find_cgroup("").error().message, "the name of the cgroup is empty");
  const auto step = find_cgroup(cgroup_.path + "/../" + cgroup_.path.substr(cgroup2_.size() + 1));
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().kind, Error::Kind::usage);
  EXPECT_EQ(find_cgroup("/no/such/cgroup").error().kind, Error::Kind::no_input);
  EXPECT_EQ(find_cgroup("no-such-unit.service").error().message,
            "unit `no-such-unit.service` has no cgroup");
  EXPECT_EQ(find_cgroup("4194303").error().message, "there is no process 4194303");
  EXPECT_EQ(find_cgroup(folder_).error().message, "`" + folder_ + "` is not a cgroup");
}

TEST_F(EnvironmentTest, ListsAmbiguousUnits) {
  make_cgroup("a");
  make_cgroup("b");
  const std::string first = make_cgroup("a/fwc-twice.scope").path;
  const std::string second = make_cgroup("b/fwc-twice.scope").path;
  const auto found = find_cgroup("fwc-twice.scope");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "unit `fwc-twice.scope` has 2 cgroups: `" + first + "`, `" + second + "`");
}

TEST_F(EnvironmentTest, SaysThatACgroupIsOfVersionOne) {
  const std::string path = folder_ + "/v1";
  ASSERT_EQ(::mkdir(path.c_str(), 0755), 0);
  if (::mount("cgroup", path.c_str(), "cgroup", 0, "none,name=fwc-test") != 0) {
    GTEST_SKIP() << "SKIP: this kernel has no cgroups of version 1";
  }
  const auto found = find_cgroup(path);
  ::umount2(path.c_str(), MNT_DETACH);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, Error::Kind::unavailable);
  EXPECT_EQ(found.error().message,
            "`" + path + "` is a cgroup of version 1, which takes no programs");
}

TEST(Value, ReadsAssignments) {
  const auto value_of = [](std::string_view text) {
    const auto read = runtime::parse_assignment(text);
    return read ? read->name + " " + runtime::to_string(read->value) : read.error().message;
  };
  EXPECT_EQ(value_of("limit=1500"), "limit 1500");
  EXPECT_EQ(value_of("$limit=0x5dc"), "limit 1500");
  EXPECT_EQ(value_of("n=-9223372036854775808"), "n -9223372036854775808");
  EXPECT_EQ(value_of("n=0b1_0"), "n 2");
  EXPECT_EQ(value_of("n=0"), "n 0");
  EXPECT_EQ(value_of("open=false"), "open false");
  EXPECT_EQ(value_of("n=010"), "`010` is neither a 64-bit integer nor `true` or `false`");
  EXPECT_EQ(value_of("n=9223372036854775808"),
            "`9223372036854775808` is neither a 64-bit integer nor `true` or `false`");
  EXPECT_EQ(value_of("n=--1"), "`--1` is neither a 64-bit integer nor `true` or `false`");
  EXPECT_EQ(value_of("n="), "`` is neither a 64-bit integer nor `true` or `false`");
  EXPECT_EQ(value_of("limit"), "`limit` has no `=`");
  EXPECT_EQ(value_of("$=1"), "`$=1` has no name before `=`");
}

}  // namespace
}  // namespace fwc::test
