// SPDX-License-Identifier: MIT
// Filters at work that others take the place of: found, replaced, confirmed, taken back.
#include "fwc/runtime/replacement.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "fwc/runtime/counters.h"
#include "fwc/runtime/pins.h"
#include "fwc/runtime/variables.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"
#include "tests/runtime/traffic.h"

namespace fwc::test {
namespace {

using runtime::Direction;
using runtime::Error;
using runtime::LoadedObject;
using runtime::WorkingFilter;
using Names = std::vector<std::string>;
using std::chrono::milliseconds;

class ChangeTest : public SandboxTest {
 protected:
  std::string path() const { return pin_path("web"); }
  std::string links() const { return pin_path("fwc"); }

  void pin_in_slot(Programs programs, int port) {
    const auto made = runtime::pin(load_port(programs, port), path(), {.slot = true});
    ASSERT_TRUE(made) << made.error().message;
  }

  void attach_pin(const std::string& pin, bpf_attach_type type) {
    const runtime::FileDescriptor program(::bpf_obj_get(pin.c_str()));
    const runtime::FileDescriptor folder(::open(cgroup_.path.c_str(), O_RDONLY));
    ASSERT_EQ(::bpf_prog_attach(program.get(), folder.get(), type, BPF_F_ALLOW_MULTI), 0);
  }

  void attach_links(Programs programs, int port) {
    const LoadedObject object = load_port(programs, port);
    for (const runtime::Program* program : object.programs()) {
      const auto done = runtime::attach(object, cgroup_, program->direction());
      ASSERT_TRUE(done) << done.error().message;
    }
  }

  WorkingFilter found(const std::vector<Direction>& directions = {}) {
    auto filter = runtime::find_working(cgroup_, directions);
    EXPECT_TRUE(filter) << filter.error().message;
    return filter ? *std::move(filter) : WorkingFilter();
  }

  void replace(const WorkingFilter& filter, Programs programs, int port,
               const runtime::ReplaceOptions& options = {}) {
    const auto done = runtime::replace(filter, port_object(programs, port), options);
    ASSERT_TRUE(done) << done.error().message << done.error().details;
  }

  bool sends(int port) { return send_from(cgroup_, port) == 0; }

  bool sends_soon(int port) {
    for (int i = 0; i < 200 && !sends(port); ++i) std::this_thread::sleep_for(milliseconds(10));
    return sends(port);
  }
};

TEST_F(ChangeTest, InLinksOfBothDirections) {
  attach_links(Programs::both, 5353);
  EXPECT_TRUE(sends(5353));
  const WorkingFilter filter = found();
  EXPECT_TRUE(filter.pin.empty());
  EXPECT_EQ(filter.directions.size(), 2U);
  EXPECT_TRUE(filter.counts);
  replace(filter, Programs::both, 5354);
  EXPECT_FALSE(sends(5353));
  EXPECT_TRUE(sends(5354));
  EXPECT_TRUE(receives_in(cgroup_, 5354));
  EXPECT_FALSE(receives_in(cgroup_, 5353));
  EXPECT_EQ(names_in(links()).size(), 2U) << "no journal is left";
  const auto counts = runtime::read_counters(*runtime::open_attached(cgroup_, Direction::egress));
  EXPECT_EQ(counts->total.egress.passed.packets, 2U) << "counted on";
}

TEST_F(ChangeTest, InASlotThatAnotherAttached) {
  pin_in_slot(Programs::egress, 53);
  attach_pin(path(), BPF_CGROUP_INET_EGRESS);
  EXPECT_TRUE(sends(53));
  const WorkingFilter filter = found();
  EXPECT_EQ(filter.pin, path());
  replace(filter, Programs::egress, 80, {.variables = {{.name = "limit", .value = 700L}}});
  EXPECT_FALSE(sends(53));
  EXPECT_TRUE(sends(80));
  EXPECT_EQ(names_in(bpffs_), (Names{"web", "web_counters", "web_live", "web_slot"}));
  const auto pinned = runtime::open_pin(path());
  EXPECT_EQ(runtime::to_string(runtime::variables(*pinned)->front().value), "700");
  EXPECT_EQ(runtime::read_counters(*pinned)->total.egress.passed.packets, 2U);
}

TEST_F(ChangeTest, BothSlotsOfAPin) {
  pin_in_slot(Programs::both, 5353);
  attach_pin(path() + "_ingress", BPF_CGROUP_INET_INGRESS);
  attach_pin(path() + "_egress", BPF_CGROUP_INET_EGRESS);
  const WorkingFilter filter = found();
  EXPECT_EQ(filter.pin, path());
  replace(filter, Programs::both, 5354);
  EXPECT_TRUE(sends(5354));
  EXPECT_TRUE(receives_in(cgroup_, 5354));
  const auto half = runtime::find_working(cgroup_, {Direction::egress});
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().message,
            "`" + path() + "` is for both directions and is replaced as a whole");
  EXPECT_EQ(runtime::find_working_pin(path() + "_egress")->pin, path());
  EXPECT_FALSE(runtime::replace(filter, port_object(Programs::egress, 53)));
  EXPECT_TRUE(sends(5354));
}

TEST_F(ChangeTest, IsRefusedWhereItCannotBeSeen) {
  EXPECT_EQ(runtime::find_working(cgroup_, {}).error().kind, Error::Kind::no_input);
  EXPECT_EQ(runtime::find_working_pin(path()).error().kind, Error::Kind::no_input);
  ASSERT_TRUE(runtime::pin(load_plain(Programs::egress, 53), path()));
  EXPECT_EQ(runtime::find_working_pin(path()).error().message,
            "`" + path() + "` has no slot: what is attached does not follow it");
  ASSERT_TRUE(runtime::remove(path()));
  pin_in_slot(Programs::egress, 53);
  attach_pin(path(), BPF_CGROUP_INET_EGRESS);
  attach_links(Programs::ingress, 53);
  EXPECT_EQ(runtime::find_working(cgroup_, {}).error().message,
            "several filters are at work on `" + cgroup_.path + "`");
  EXPECT_EQ(found({Direction::egress}).pin, path());
  EXPECT_TRUE(found({Direction::ingress}).pin.empty());
}

TEST_F(ChangeTest, AWrongObjectChangesNothing) {
  attach_links(Programs::both, 5353);
  const auto wrong = runtime::replace(found(), port_object(Programs::egress, 5354));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "the filter has no program for ingress, only one for egress");
  EXPECT_TRUE(sends(5353));
  EXPECT_EQ(names_in(links()).size(), 2U);
}

TEST_F(ChangeTest, IsTakenBackInTime) {
  pin_in_slot(Programs::both, 5353);
  attach_pin(path() + "_egress", BPF_CGROUP_INET_EGRESS);
  const WorkingFilter filter = found();
  replace(filter, Programs::both, 5354, {.variables = {}, .confirm_within = milliseconds(300)});
  EXPECT_TRUE(sends(5354));
  ASSERT_TRUE(runtime::time_to_confirm(filter));
  const auto second = runtime::replace(filter, port_object(Programs::both, 5355));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::temporary);
  ASSERT_TRUE(runtime::settle(filter));
  EXPECT_TRUE(sends(5354)) << "there is time left";
  std::this_thread::sleep_for(milliseconds(310));
  EXPECT_EQ(runtime::time_to_confirm(filter)->count(), 0);
  ASSERT_TRUE(runtime::settle(filter));
  EXPECT_TRUE(sends(5353));
  EXPECT_FALSE(sends(5354));
  EXPECT_FALSE(runtime::time_to_confirm(filter));
  EXPECT_EQ(runtime::confirm(filter).error().kind, Error::Kind::no_input);
  EXPECT_EQ(names_in(bpffs_), (Names{"web_counters", "web_egress", "web_egress_slot", "web_ingress",
                                     "web_ingress_slot", "web_live"}));
}

TEST_F(ChangeTest, LinksAreTakenBackByTheNextChange) {
  attach_links(Programs::egress, 5353);
  const WorkingFilter filter = found();
  replace(filter, Programs::egress, 5354, {.variables = {}, .confirm_within = milliseconds(1)});
  EXPECT_TRUE(sends(5354));
  std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(runtime::confirm(filter).error().kind, Error::Kind::no_input);
  EXPECT_TRUE(sends(5353));
  EXPECT_EQ(names_in(links()).size(), 1U);
}

TEST_F(ChangeTest, StandsWhereItIsConfirmed) {
  attach_links(Programs::both, 5353);
  const WorkingFilter filter = found();
  replace(filter, Programs::both, 5354, {.variables = {}, .confirm_within = milliseconds(2000)});
  ASSERT_TRUE(runtime::confirm(filter));
  EXPECT_EQ(names_in(links()).size(), 2U);
  EXPECT_FALSE(runtime::time_to_confirm(filter));
  EXPECT_TRUE(sends(5354));
}

TEST_F(ChangeTest, AnotherFilterStaysWhenTheTimeIsOver) {
  pin_in_slot(Programs::egress, 53);
  attach_pin(path(), BPF_CGROUP_INET_EGRESS);
  const WorkingFilter filter = found();
  replace(filter, Programs::egress, 80, {.variables = {}, .confirm_within = milliseconds(200)});
  ASSERT_TRUE(runtime::pin(load_port(Programs::egress, 99), path()));
  std::this_thread::sleep_for(milliseconds(210));
  ASSERT_TRUE(runtime::settle(filter));
  EXPECT_TRUE(sends(99));
  EXPECT_EQ(names_in(bpffs_), (Names{"web", "web_counters", "web_live", "web_slot"}));
}

TEST_F(ChangeTest, SeveralAtOnceEndInOneOfThem) {
  attach_links(Programs::both, 5000);
  const WorkingFilter filter = found();
  std::vector<pid_t> children;
  for (int i = 1; i <= 4; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      const Object object = port_object(Programs::both, 5000 + i);
      int failures = 0;
      for (int turn = 0; turn < 10; ++turn) failures += !runtime::replace(filter, object);
      ::_exit(failures);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  int sent = 0, received = 0;
  for (int i = 1; i <= 4; ++i) {
    if (!sends(5000 + i)) continue;
    sent = i;
    received += receives_in(cgroup_, 5000 + i) ? 1 : 0;
  }
  EXPECT_GT(sent, 0);
  EXPECT_EQ(received, 1) << "both directions are of one request";
}

}  // namespace
}  // namespace fwc::test
