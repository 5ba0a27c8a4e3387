// SPDX-License-Identifier: MIT
// Filters on cgroups, judged by real packets.
#include "fwc/runtime/attachments.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwc/runtime/counters.h"
#include "fwc/runtime/pins.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"
#include "tests/runtime/traffic.h"

namespace fwc::test {
namespace {

using runtime::Attachment;
using runtime::Direction;
using runtime::Error;
using runtime::LoadedObject;

class AttachmentsTest : public SandboxTest {
 protected:
  std::vector<std::uint32_t> programs_on(const runtime::Cgroup& cgroup,
                                         Direction direction = Direction::egress) {
    std::vector<std::uint32_t> ids;
    const auto list = runtime::list_attachments(cgroup);
    EXPECT_TRUE(list) << list.error().message;
    for (const Attachment& each : *list) {
      if (each.direction == direction) ids.push_back(each.program_id);
    }
    return ids;
  }

  int load_pass_all() {
    const bpf_insn code[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 1},
        {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
    return ::bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, "other", "GPL", code, 2, nullptr);
  }

  int attach_foreign(const runtime::Cgroup& cgroup, unsigned flags) {
    const int program = load_pass_all();
    const auto folder = runtime::FileDescriptor(::open(cgroup.path.c_str(), O_RDONLY));
    const int failure = ::bpf_prog_attach(program, folder.get(), BPF_CGROUP_INET_EGRESS, flags);
    ::close(program);
    return failure;
  }
};

using Ids = std::vector<std::uint32_t>;

TEST_F(AttachmentsTest, DropsWhatTheFilterDropsOnEgress) {
  EXPECT_EQ(send_from(cgroup_, 9999), 0);
  const LoadedObject object = load_port(Programs::egress, 53);
  const auto attached = runtime::attach(object, cgroup_, Direction::egress);
  ASSERT_TRUE(attached) << attached.error().message;
  EXPECT_EQ(attached->program_id, object.program(Direction::egress)->id());
  EXPECT_EQ(attached->cgroup_id, cgroup_.id);
  EXPECT_FALSE(attached->replaced);
  EXPECT_EQ(send_from(cgroup_, 53), 0);
  EXPECT_EQ(send_from(cgroup_, 9999), EPERM);
  const auto off = runtime::detach(cgroup_, Direction::egress);
  ASSERT_TRUE(off) << off.error().message;
  EXPECT_EQ(send_from(cgroup_, 9999), 0);
  EXPECT_TRUE(names_in(pin_path("fwc")).empty());
  EXPECT_EQ(runtime::detach(cgroup_, Direction::egress).error().kind, Error::Kind::no_input);
}

TEST_F(AttachmentsTest, DropsWhatTheFilterDropsOnIngress) {
  const LoadedObject object = load_port(Programs::ingress, 5353);
  ASSERT_TRUE(runtime::attach(object, cgroup_, Direction::ingress));
  EXPECT_TRUE(receives_in(cgroup_, 5353));
  EXPECT_FALSE(receives_in(cgroup_, 5354));
}

TEST_F(AttachmentsTest, TakesBothDirections) {
  const LoadedObject object = load_port(Programs::both, 5353);
  for (const Direction direction : {Direction::ingress, Direction::egress}) {
    ASSERT_TRUE(runtime::attach(object, cgroup_, direction));
  }
  EXPECT_TRUE(receives_in(cgroup_, 5353));
  EXPECT_FALSE(receives_in(cgroup_, 5354));
  EXPECT_EQ(send_from(cgroup_, 5353), 0);
  EXPECT_EQ(send_from(cgroup_, 5354), EPERM);
}

TEST_F(AttachmentsTest, RefusesADirectionThatTheObjectHasNot) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const auto attached = runtime::attach(object, cgroup_, Direction::ingress);
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().message, "the filter has no program for ingress, only one for egress");
}

TEST_F(AttachmentsTest, ReplacesInOneStep) {
  const LoadedObject first = load_plain(Programs::egress, 53);
  const LoadedObject second = load_plain(Programs::egress, 80);
  const auto before = runtime::attach(first, cgroup_, Direction::egress);
  const auto after = runtime::attach(second, cgroup_, Direction::egress);
  ASSERT_TRUE(before && after);
  EXPECT_TRUE(after->replaced);
  EXPECT_EQ(after->link_id, before->link_id) << "it is the same link";
  EXPECT_EQ(programs_on(cgroup_), Ids{second.program(Direction::egress)->id()});
  EXPECT_EQ(send_from(cgroup_, 53), EPERM);
  EXPECT_EQ(send_from(cgroup_, 80), 0);
  const auto again = runtime::attach(second, cgroup_, Direction::egress);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->replaced);
  EXPECT_EQ(programs_on(cgroup_).size(), 1U);
}

TEST_F(AttachmentsTest, KeepsNamesApart) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  const LoadedObject other = load_plain(Programs::egress, 80);
  ASSERT_TRUE(runtime::attach(object, cgroup_, Direction::egress, {.name = "a_b", .bpffs = {}}));
  ASSERT_TRUE(runtime::attach(other, cgroup_, Direction::egress, {.name = "c", .bpffs = {}}));
  const auto list = runtime::list_attachments();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(list->front().name, "a_b");
  EXPECT_EQ(list->front().cgroup, cgroup_.path);
  EXPECT_EQ(list->front().program, "fwc_egress");
  EXPECT_EQ(runtime::attach(object, cgroup_, Direction::egress, {.name = "a.b", .bpffs = {}})
                .error()
                .kind,
            Error::Kind::usage);
}

TEST_F(AttachmentsTest, ListsProgramsOfOthers) {
  ASSERT_EQ(attach_foreign(cgroup_, BPF_F_ALLOW_MULTI), 0);
  ASSERT_TRUE(runtime::attach(load_plain(Programs::egress, 53), cgroup_, Direction::egress));
  const auto list = runtime::list_attachments(cgroup_);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(list->front().name, "filter");
  EXPECT_EQ(list->back().program, "other");
  EXPECT_TRUE(list->back().name.empty());
}

TEST_F(AttachmentsTest, AttachesAPinnedProgram) {
  ASSERT_TRUE(runtime::pin(load_plain(Programs::egress, 53), pin_path("web")));
  const auto pinned = runtime::open_pin(pin_path("web"));
  ASSERT_TRUE(pinned);
  ASSERT_TRUE(runtime::attach(*pinned, cgroup_, Direction::egress));
  ASSERT_TRUE(runtime::remove(pin_path("web")));
  EXPECT_EQ(send_from(cgroup_, 9999), EPERM);
}

TEST_F(AttachmentsTest, RemovesPinsOfDeadCgroups) {
  const runtime::Cgroup gone = make_cgroup("gone");
  ASSERT_TRUE(runtime::attach(load_plain(Programs::egress, 53), gone, Direction::egress));
  EXPECT_EQ(names_in(pin_path("fwc")).size(), 1U);
  ASSERT_EQ(::rmdir(gone.path.c_str()), 0);
  for (int i = 0; i < 100 && !runtime::list_attachments()->empty(); ++i) ::usleep(10'000);
  EXPECT_TRUE(names_in(pin_path("fwc")).empty());
  const auto late = runtime::attach(load_plain(Programs::egress, 53), gone, Direction::egress);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, "cgroup `" + gone.path + "` is gone");
}

TEST_F(AttachmentsTest, SaysWhichParentForbids) {
  const runtime::Cgroup child = make_cgroup("child");
  ASSERT_EQ(attach_foreign(cgroup_, 0), 0);
  const auto attached = runtime::attach(load_plain(Programs::egress, 53), child, Direction::egress);
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().kind, Error::Kind::unavailable);
  EXPECT_EQ(attached.error().message, "cannot attach to `" + child.path + "`: a program on `" +
                                          cgroup_.path + "` forbids others");
  EXPECT_TRUE(programs_on(child).empty());
  EXPECT_TRUE(names_in(pin_path("fwc")).empty());
}

TEST_F(AttachmentsTest, SaysThatACapabilityIsMissing) {
  const LoadedObject object = load_plain(Programs::egress, 53);
  EXPECT_EQ(in_child([&] {
              drop_capability(CAP_NET_ADMIN);
              const auto attached = runtime::attach(object, cgroup_, Direction::egress);
              EXPECT_FALSE(attached);
              EXPECT_EQ(attached.error().kind, Error::Kind::no_permission);
              EXPECT_EQ(attached.error().message,
                        "no permission to attach a program to a cgroup: CAP_NET_ADMIN is missing");
              return 0;
            }),
            0);
  EXPECT_TRUE(programs_on(cgroup_).empty());
}

TEST_F(AttachmentsTest, SaysThatTheCgroupIsFull) {
  for (int i = 0; i < 64; ++i) ASSERT_EQ(attach_foreign(cgroup_, BPF_F_ALLOW_MULTI), 0) << i;
  const auto attached =
      runtime::attach(load_plain(Programs::egress, 53), cgroup_, Direction::egress);
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().message,
            "cannot attach to `" + cgroup_.path + "`: it has 64 programs already");
}

TEST_F(AttachmentsTest, CountsWhatItJudged) {
  const LoadedObject object = load_port(Programs::egress, 53);
  ASSERT_TRUE(runtime::attach(object, cgroup_, Direction::egress));
  EXPECT_EQ(send_from(cgroup_, 53, 7, 20), 0);
  EXPECT_EQ(send_from(cgroup_, 80, 5, 30), EPERM);
  const auto attached = runtime::open_attached(cgroup_, Direction::egress);
  ASSERT_TRUE(attached) << attached.error().message;
  const auto reading = runtime::read_counters(*attached);
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(reading->total.egress.passed, (runtime::Tally{7, 7 * 48}));
  EXPECT_EQ(reading->total.egress.dropped, (runtime::Tally{5, 5 * 58}));
  EXPECT_EQ(reading->total.ingress, runtime::DirectionCounters{});
  runtime::Tally passed;
  for (const runtime::Counts& cpu : reading->by_cpu) passed.packets += cpu.egress.passed.packets;
  EXPECT_EQ(passed.packets, 7U);
  EXPECT_EQ(runtime::read_counters(load_plain(Programs::egress, 53)).error().message,
            "the filter does not count");
}

}  // namespace
}  // namespace fwc::test
