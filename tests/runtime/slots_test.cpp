// SPDX-License-Identifier: MIT
// Filters in slots: what is attached is the dispatcher, and follows what lies in the slot.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "fwc/runtime/attachments.h"
#include "fwc/runtime/counters.h"
#include "fwc/runtime/pins.h"
#include "fwc/runtime/sets.h"
#include "fwc/runtime/variables.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"
#include "tests/runtime/traffic.h"

namespace fwc::test {
namespace {

using runtime::Direction;
using runtime::Error;
using runtime::LoadedObject;
using Names = std::vector<std::string>;

class SlotsTest : public SandboxTest {
 protected:
  std::string path() const { return pin_path("web"); }

  void pin_in_slot(const LoadedObject& object) {
    const auto made = runtime::pin(object, path(), {.slot = true});
    ASSERT_TRUE(made) << made.error().message;
  }

  /// As systemd does it: by the pin, without a link.
  void attach_pin(const std::string& pin, bpf_attach_type type) {
    const runtime::FileDescriptor program(::bpf_obj_get(pin.c_str()));
    const runtime::FileDescriptor folder(::open(cgroup_.path.c_str(), O_RDONLY));
    ASSERT_EQ(::bpf_prog_attach(program.get(), folder.get(), type, BPF_F_ALLOW_MULTI), 0);
  }

  LoadedObject opened() {
    auto pinned = runtime::open_pin(path());
    EXPECT_TRUE(pinned) << pinned.error().message;
    return pinned ? *std::move(pinned) : LoadedObject();
  }

  std::string value(const std::string& name) {
    const auto list = runtime::variables(opened());
    for (const runtime::Variable& each : *list)
      if (each.name == name) return runtime::to_string(each.value);
    return "none";
  }
};

TEST_F(SlotsTest, WhatIsAttachedFollowsThePin) {
  pin_in_slot(load_plain(Programs::egress, 53));
  EXPECT_EQ(names_in(bpffs_), (Names{"web", "web_slot"}));
  attach_pin(path(), BPF_CGROUP_INET_EGRESS);
  EXPECT_EQ(send_from(cgroup_, 53), 0);
  EXPECT_EQ(send_from(cgroup_, 80), EPERM);
  const LoadedObject second = load_plain(Programs::egress, 80);
  const auto paths = runtime::pin(second, path());
  ASSERT_TRUE(paths) << paths.error().message;
  EXPECT_EQ(*paths, Names{path()});
  EXPECT_EQ(send_from(cgroup_, 53), EPERM);
  EXPECT_EQ(send_from(cgroup_, 80), 0);
  EXPECT_EQ(opened().program(Direction::egress)->id(), second.program(Direction::egress)->id());
  const auto list = runtime::list_pins();
  ASSERT_TRUE(list && list->size() == 1);
  EXPECT_TRUE(list->front().slot);
  EXPECT_EQ(list->front().program_id, second.program(Direction::egress)->id());
  EXPECT_EQ(list->front().pinned_id, opened().dispatcher(Direction::egress)->id());
}

TEST_F(SlotsTest, EachDirectionHasItsOwn) {
  pin_in_slot(load_port(Programs::both, 5353));
  EXPECT_EQ(names_in(bpffs_), (Names{"web_counters", "web_egress", "web_egress_slot", "web_ingress",
                                     "web_ingress_slot", "web_live"}));
  attach_pin(path() + "_ingress", BPF_CGROUP_INET_INGRESS);
  attach_pin(path() + "_egress", BPF_CGROUP_INET_EGRESS);
  EXPECT_TRUE(receives_in(cgroup_, 5353));
  EXPECT_FALSE(receives_in(cgroup_, 5354));
  ASSERT_TRUE(runtime::pin(load_port(Programs::both, 5354), path()));
  EXPECT_FALSE(receives_in(cgroup_, 5353));
  EXPECT_TRUE(receives_in(cgroup_, 5354));
  EXPECT_EQ(send_from(cgroup_, 5354), 0);
  EXPECT_EQ(send_from(cgroup_, 5353), EPERM);
  const auto wrong = runtime::pin(load_port(Programs::egress, 53), path());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "`" + path() + "` holds a filter for other directions");
}

TEST_F(SlotsTest, AnEmptySlotDropsAndIsFilledAgain) {
  pin_in_slot(load_plain(Programs::egress, 53));
  attach_pin(path(), BPF_CGROUP_INET_EGRESS);
  const runtime::FileDescriptor slot(::bpf_obj_get((path() + "_slot").c_str()));
  const std::uint32_t key = 0;
  ASSERT_EQ(::bpf_map_delete_elem(slot.get(), &key), 0);
  EXPECT_EQ(send_from(cgroup_, 53), EPERM);
  EXPECT_EQ(runtime::open_pin(path()).error().message,
            "the slot of `" + path() + "` is empty, so it drops every packet");
  EXPECT_EQ(runtime::list_pins()->size(), 1U);
  ASSERT_EQ(::unlink((path() + "_slot").c_str()), 0);
  ASSERT_TRUE(runtime::pin(load_plain(Programs::egress, 53), path()));
  EXPECT_EQ(names_in(bpffs_), (Names{"web", "web_slot"}));
  EXPECT_EQ(send_from(cgroup_, 53), 0);
}

TEST_F(SlotsTest, IsNotRemovedWhileItWorks) {
  pin_in_slot(load_plain(Programs::egress, 53));
  ASSERT_TRUE(runtime::attach(opened(), cgroup_, Direction::egress));
  const auto removed = runtime::remove(path());
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().message,
            "`" + path() + "` is at work on `" + cgroup_.path + "`, which would lose every packet");
  EXPECT_EQ(send_from(cgroup_, 53), 0);
  ASSERT_TRUE(runtime::detach(cgroup_, Direction::egress));
  const auto idle = runtime::remove(path());
  ASSERT_TRUE(idle) << idle.error().message;
  EXPECT_EQ(*idle, Names{path()});
  EXPECT_EQ(names_in(bpffs_), Names{"fwc"});
}

TEST_F(SlotsTest, OfANeighbourIsLeftAlone) {
  pin_in_slot(load_plain(Programs::egress, 53));
  ASSERT_TRUE(runtime::pin(load_plain(Programs::egress, 80), path() + "_egress", {.slot = true}));
  ASSERT_TRUE(runtime::remove(path()));
  EXPECT_EQ(names_in(bpffs_), (Names{"web_egress", "web_egress_slot"}));
}

TEST_F(SlotsTest, AttachedByLinkIsOpenedThrough) {
  pin_in_slot(load_port(Programs::egress, 53));
  const auto attached = runtime::attach(opened(), cgroup_, Direction::egress);
  ASSERT_TRUE(attached) << attached.error().message;
  EXPECT_EQ(attached->program, "fwc_egress_via");
  EXPECT_EQ(send_from(cgroup_, 53, 3), 0);
  const auto filter = runtime::open_attached(cgroup_, Direction::egress);
  ASSERT_TRUE(filter) << filter.error().message;
  EXPECT_EQ(runtime::read_counters(*filter)->total.egress.passed.packets, 3U);
}

TEST_F(SlotsTest, SharesItsMapsWithTheNextFilter) {
  const LoadedObject first = load_port(Programs::egress, 53);
  pin_in_slot(first);
  ASSERT_TRUE(runtime::attach(opened(), cgroup_, Direction::egress));
  EXPECT_EQ(send_from(cgroup_, 53, 3), 0);
  const LoadedObject second =
      load_port(Programs::egress, 80, {.variables = {}, .predecessors = {&first}});
  ASSERT_TRUE(runtime::set_variables(first, {{.name = "limit", .value = std::int64_t{777}}}));
  ASSERT_TRUE(runtime::pin(second, path()));
  EXPECT_EQ(value("limit"), "777") << "changed after the second was loaded";
  EXPECT_EQ(send_from(cgroup_, 80, 4), 0);
  EXPECT_EQ(runtime::read_counters(opened())->total.egress.passed.packets, 7U);
  EXPECT_EQ(runtime::read_counters(first)->total.egress.passed.packets, 7U) << "it is one map";
}

TEST_F(SlotsTest, GivenValuesAreNotSeenByTheOldFilter) {
  const LoadedObject first = load_port(Programs::egress, 53);
  ASSERT_TRUE(runtime::set_variables(first, {{.name = "limit", .value = std::int64_t{777}}}));
  const LoadedObject second =
      load_port(Programs::egress, 80,
                {.variables = {{.name = "open", .value = false}}, .predecessors = {&first}});
  const auto before = runtime::variables(first), after = runtime::variables(second);
  ASSERT_TRUE(before && after);
  for (const runtime::Variable& each : *before)
    EXPECT_EQ(runtime::to_string(each.value), each.name == "open" ? "true" : "777");
  for (const runtime::Variable& each : *after)
    EXPECT_EQ(runtime::to_string(each.value), each.name == "open" ? "false" : "777");
}

TEST_F(SlotsTest, CopiesWhatHasAnotherShape) {
  const LoadedObject first = load_filter(
      "let $limit: int = 9 in 0..99; let @blocked: ip; allow dns: udp && dst_port == 53;"
      "drop size: len > 60 || $limit == 0 || dst_ip in @blocked; default allow;",
      {.counters = true});
  pin_in_slot(first);
  ASSERT_TRUE(runtime::attach(opened(), cgroup_, Direction::egress));
  EXPECT_EQ(send_from(cgroup_, 53, 3), 0);
  EXPECT_EQ(send_from(cgroup_, 80, 2), 0);
  ASSERT_TRUE(runtime::set_variables(first, {{.name = "limit", .value = std::int64_t{7}}}));
  ASSERT_TRUE(runtime::add_to_set(first, "blocked", {*runtime::parse_set_entry("192.0.2.1")}));
  auto object = compile(
      "let $more: int = 1 in 0..9; let $limit: int = 5 in 0..99; let @blocked: ip;"
      "allow web: tcp && $more == 1; allow dns: udp && dst_port == 53 && $limit > 1;"
      "drop dst_ip in @blocked; default allow;",
      {.counters = true});
  ASSERT_TRUE(object.object);
  const auto second = runtime::load(*object.object, {.variables = {}, .predecessors = {&first}});
  ASSERT_TRUE(second) << second.error().message << second.error().details;
  ASSERT_TRUE(runtime::pin(*second, path()));
  EXPECT_EQ(value("limit"), "7");
  EXPECT_EQ(value("more"), "1");
  EXPECT_EQ(runtime::set_entries(opened(), "blocked")->size(), 1U);
  const auto reading = runtime::read_counters(opened());
  ASSERT_TRUE(reading) << reading.error().message;
  const auto& deciders = reading->total.egress.deciders;
  EXPECT_EQ(deciders[1].tally.packets, 2U) << "by default";
  EXPECT_EQ(deciders[3].tally.packets, 0U) << deciders[3].name;
  EXPECT_EQ(deciders[4].tally.packets, 3U) << deciders[4].name;
}

}  // namespace
}  // namespace fwc::test
