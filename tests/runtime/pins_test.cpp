// SPDX-License-Identifier: MIT
// Pins: made, replaced without a gap, refused with the state as it was.
#include "fwc/runtime/pins.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "fwc/runtime/variables.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

using runtime::Direction;
using runtime::Error;
using runtime::LoadedObject;

class PinsTest : public SandboxTest {
 protected:
  std::uint32_t pinned_id(const std::string& path, Direction direction = Direction::egress) {
    const auto pinned = runtime::open_pin(path);
    if (!pinned || pinned->program(direction) == nullptr) return 0;
    return pinned->program(direction)->id();
  }

  // A program that fwc has nothing to do with.
  void pin_foreign(const std::string& path) {
    const bpf_insn code[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 1},
        {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
    const int fd = ::bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, "other", "GPL", code, 2, nullptr);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(::bpf_obj_pin(fd, path.c_str()), 0);
    ::close(fd);
  }
};

using Names = std::vector<std::string>;

TEST_F(PinsTest, MakesListsOpensAndRemoves) {
  const LoadedObject object = load_port(Programs::egress, 53);
  const auto made = runtime::pin(object, pin_path("web"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, (Names{pin_path("web"), pin_path("web_live"), pin_path("web_counters")}));
  EXPECT_EQ(names_in(bpffs_), (Names{"web", "web_counters", "web_live"}));
  const auto list = runtime::list_pins();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1U);
  EXPECT_EQ(list->front().path, pin_path("web"));
  EXPECT_EQ(list->front().direction, Direction::egress);
  EXPECT_EQ(list->front().program_id, object.program(Direction::egress)->id());
  EXPECT_TRUE(list->front().has_live_variables);
  EXPECT_TRUE(list->front().has_counters);
  EXPECT_EQ(list->front().tag.size(), 16U);
  const auto removed = runtime::remove(pin_path("web"));
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(removed->size(), 3U);
  EXPECT_TRUE(names_in(bpffs_).empty());
  EXPECT_EQ(runtime::remove(pin_path("web")).error().kind, Error::Kind::no_input);
  EXPECT_EQ(runtime::open_pin(pin_path("web")).error().message,
            "there is no pin `" + pin_path("web") + "`");
}

TEST_F(PinsTest, PinsBothDirectionsBesideEachOther) {
  const LoadedObject object = load_plain(Programs::both, 53);
  ASSERT_TRUE(runtime::pin(object, pin_path("web")));
  EXPECT_EQ(names_in(bpffs_), (Names{"web_egress", "web_ingress"}));
  EXPECT_EQ(pinned_id(pin_path("web"), Direction::ingress),
            object.program(Direction::ingress)->id());
  EXPECT_EQ(pinned_id(pin_path("web"), Direction::egress), object.program(Direction::egress)->id());
  ASSERT_TRUE(runtime::remove(pin_path("web")));
  EXPECT_TRUE(names_in(bpffs_).empty());
}

TEST_F(PinsTest, ReplacesWithoutAMomentWithout) {
  const LoadedObject first = load_port(Programs::egress, 53);
  const LoadedObject second = load_port(Programs::egress, 80);
  ASSERT_TRUE(runtime::pin(first, pin_path("web")));
  std::atomic<bool> done{false};
  std::atomic<long> polls{0};
  std::atomic<long> absent{0};
  std::thread reader([&] {
    while (!done) {
      const int fd = ::bpf_obj_get(pin_path("web").c_str());
      if (fd < 0) ++absent;
      if (fd >= 0) ::close(fd);
      ++polls;
    }
  });
  for (int i = 0; i < 100; ++i) {
    const auto made = runtime::pin(i % 2 == 0 ? second : first, pin_path("web"));
    EXPECT_TRUE(made) << made.error().message;
  }
  done = true;
  reader.join();
  EXPECT_EQ(absent, 0);
  EXPECT_GT(polls, 100);
  EXPECT_EQ(names_in(bpffs_), (Names{"web", "web_counters", "web_live"}));
}

TEST_F(PinsTest, DropsMapsThatTheNewFilterDoesNotHave) {
  ASSERT_TRUE(runtime::pin(load_port(Programs::egress, 53), pin_path("web")));
  const LoadedObject plain = load_plain(Programs::egress, 80);
  ASSERT_TRUE(runtime::pin(plain, pin_path("web")));
  EXPECT_EQ(names_in(bpffs_), Names{"web"});
  EXPECT_EQ(pinned_id(pin_path("web")), plain.program(Direction::egress)->id());
}

TEST_F(PinsTest, LeavesAnExistingPinWhereToldTo) {
  const LoadedObject first = load_plain(Programs::egress, 53);
  ASSERT_TRUE(runtime::pin(first, pin_path("web")));
  const auto second =
      runtime::pin(load_plain(Programs::egress, 80), pin_path("web"), {.replace = false});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::cant_create);
  EXPECT_EQ(second.error().message, "pin `" + pin_path("web") + "` is there already");
  EXPECT_EQ(pinned_id(pin_path("web")), first.program(Direction::egress)->id());
}

TEST_F(PinsTest, RefusesWhatOthersPinned) {
  pin_foreign(pin_path("web"));
  const LoadedObject object = load_port(Programs::egress, 53);
  const auto made = runtime::pin(object, pin_path("web"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, Error::Kind::cant_create);
  EXPECT_EQ(made.error().message,
            "`" + pin_path("web") + "` is there already and is not a program of fwc");
  EXPECT_FALSE(runtime::remove(pin_path("web")));
  EXPECT_FALSE(runtime::open_pin(pin_path("web")));
  EXPECT_EQ(names_in(bpffs_), Names{"web"});
  EXPECT_TRUE(runtime::list_pins()->empty());
}

TEST_F(PinsTest, LeavesEverythingWhereAMapsPlaceIsTaken) {
  const LoadedObject old = load_plain(Programs::egress, 53);
  ASSERT_TRUE(runtime::pin(old, pin_path("web")));
  pin_foreign(pin_path("web_live"));
  EXPECT_FALSE(runtime::pin(load_port(Programs::egress, 80), pin_path("web")));
  EXPECT_EQ(names_in(bpffs_), (Names{"web", "web_live"}));
  EXPECT_EQ(pinned_id(pin_path("web")), old.program(Direction::egress)->id());
}

TEST_F(PinsTest, RefusesAFolderInThePlace) {
  ASSERT_EQ(::mkdir(pin_path("web").c_str(), 0700), 0);
  const auto made = runtime::pin(load_plain(Programs::egress, 53), pin_path("web"));
  ASSERT_FALSE(made);
  EXPECT_EQ(names_in(bpffs_), Names{"web"});
}

TEST_F(PinsTest, SaysWhatIsWrongWithAPath) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const auto error_at = [&](const std::string& path) {
    const auto made = runtime::pin(object, path);
    return made ? Error{} : made.error();
  };
  EXPECT_EQ(error_at(pin_path("foo.service")).message,
            "`foo.service` has a dot, which the bpf file system refuses");
  EXPECT_EQ(error_at(pin_path("foo.service")).hint, "call it `foo_service`");
  EXPECT_EQ(error_at(folder_ + "/web").message, "`" + folder_ + "` is not on a bpf file system");
  EXPECT_EQ(error_at(folder_ + "/web").hint, "choose a path below `" + bpffs_ + "`");
  EXPECT_EQ(error_at(pin_path("no/web")).message,
            "directory `" + pin_path("no") + "`: no such file or directory");
  EXPECT_EQ(error_at(pin_path("")).kind, Error::Kind::usage);
  EXPECT_EQ(error_at(pin_path(std::string(250, 'x'))).message, "the pin's name has 250 characters");
  EXPECT_TRUE(names_in(bpffs_).empty());
  ASSERT_EQ(::mount(nullptr, bpffs_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  EXPECT_EQ(error_at(pin_path("web")).message,
            "the bpf file system at `" + bpffs_ + "` is mounted read-only");
  ASSERT_EQ(::umount2(bpffs_.c_str(), MNT_DETACH), 0);
  EXPECT_EQ(error_at(pin_path("web")).message, "no bpf file system is mounted");
}

TEST_F(PinsTest, RemovesWhatAKilledFwcLeft) {
  pin_foreign(pin_path("fwc_tmp_1_0"));
  ASSERT_TRUE(runtime::pin(load_plain(Programs::egress, 53), pin_path("web")));
  EXPECT_EQ(names_in(bpffs_), Names{"web"});
}

TEST_F(PinsTest, CarriesLiveValuesOver) {
  const LoadedObject first = load_port(Programs::egress, 53);
  ASSERT_TRUE(runtime::pin(first, pin_path("web")));
  ASSERT_TRUE(runtime::set_variables(
      first, {{.name = "limit", .value = std::int64_t{100}}, {.name = "open", .value = false}}));
  const LoadedObject second =
      load_port(Programs::egress, 80, {.variables = {{.name = "open", .value = true}}});
  ASSERT_TRUE(runtime::pin(second, pin_path("web")));
  const auto pinned = runtime::open_pin(pin_path("web"));
  ASSERT_TRUE(pinned);
  const auto list = runtime::variables(*pinned);
  ASSERT_TRUE(list);
  for (const runtime::Variable& each : *list) {
    EXPECT_EQ(runtime::to_string(each.value), each.name == "limit" ? "100" : "true") << each.name;
  }
}

TEST_F(PinsTest, SaysThatACapabilityIsMissing) {
  const Object object = plain_object(Programs::egress, 53);
  EXPECT_EQ(in_child([&] {
              drop_capabilities();
              const auto loaded = runtime::load(object);
              EXPECT_FALSE(loaded);
              EXPECT_EQ(loaded.error().kind, Error::Kind::no_permission);
              EXPECT_EQ(loaded.error().message,
                        "no permission to load a program: CAP_BPF is missing");
              return 0;
            }),
            0);
}

TEST_F(PinsTest, SeveralWritersLeaveOneWhole) {
  const LoadedObject object = load_port(Programs::egress, 53);
  std::vector<std::thread> writers;
  std::atomic<int> failures{0};
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        if (!runtime::pin(object, pin_path("web"))) ++failures;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(names_in(bpffs_), (Names{"web", "web_counters", "web_live"}));
}

}  // namespace
}  // namespace fwc::test
