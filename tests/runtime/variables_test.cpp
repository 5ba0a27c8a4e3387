// SPDX-License-Identifier: MIT
// Live variables: listed, given at load, changed while packets pass, refused as a whole.
#include "fwc/runtime/variables.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "fwc/runtime/attachments.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"
#include "tests/runtime/traffic.h"

namespace fwc::test {
namespace {

using runtime::Direction;
using runtime::Error;
using runtime::LoadedObject;
using runtime::Value;
using runtime::Variable;

class VariablesTest : public SandboxTest {
 protected:
  static Value value_of(const LoadedObject& object, std::string_view name) {
    const auto list = runtime::variables(object);
    EXPECT_TRUE(list) << list.error().message;
    for (const Variable& each : *list) {
      if (each.name == name) return each.value;
    }
    ADD_FAILURE() << name;
    return false;
  }
};

constexpr auto kInt = [](std::int64_t number) { return Value(number); };

TEST_F(VariablesTest, ListsNameTypeValueAndBounds) {
  const auto list = runtime::variables(load_port(Programs::egress, 53));
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->size(), 2U);
  const Variable& limit = list->front().name == "limit" ? list->front() : list->back();
  const Variable& open = list->front().name == "limit" ? list->back() : list->front();
  EXPECT_EQ(limit.type, Variable::Type::integer);
  EXPECT_EQ(limit.value, kInt(1500));
  EXPECT_EQ(limit.minimum, 0);
  EXPECT_EQ(limit.maximum, 65535);
  EXPECT_EQ(open.name, "open");
  EXPECT_EQ(open.type, Variable::Type::boolean);
  EXPECT_EQ(open.value, Value(true));
  EXPECT_TRUE(runtime::variables(load_plain(Programs::egress, 53))->empty());
}

TEST_F(VariablesTest, TakesValuesAtLoad) {
  const LoadedObject object =
      load_port(Programs::egress, 53, {.variables = {{.name = "limit", .value = kInt(48)}}});
  EXPECT_EQ(value_of(object, "limit"), kInt(48));
  EXPECT_EQ(value_of(object, "open"), Value(true));
  const auto wrong = runtime::load(port_object(Programs::egress, 53),
                                   {.variables = {{.name = "limit", .value = kInt(65536)}}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "65536 is out of the range of `$limit`");
  const auto none = runtime::load(plain_object(Programs::egress, 53),
                                  {.variables = {{.name = "limit", .value = kInt(1)}}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "the filter has no live variables");
}

TEST_F(VariablesTest, ChangesTheVerdictWhileItRuns) {
  const LoadedObject object = load_port(Programs::egress, 53);
  ASSERT_TRUE(runtime::attach(object, cgroup_, Direction::egress));
  EXPECT_EQ(send_from(cgroup_, 53, 1, 100), 0);
  ASSERT_TRUE(runtime::set_variables(object, {{.name = "limit", .value = kInt(127)}}));
  EXPECT_EQ(send_from(cgroup_, 53, 1, 100), EPERM);
  ASSERT_TRUE(runtime::set_variables(object, {{.name = "limit", .value = kInt(128)}}));
  EXPECT_EQ(send_from(cgroup_, 53, 1, 100), 0);
  ASSERT_TRUE(runtime::set_variables(object, {{.name = "open", .value = false}}));
  EXPECT_EQ(send_from(cgroup_, 53, 1, 100), EPERM);
}

TEST_F(VariablesTest, RefusesAllWhereOneIsWrong) {
  const LoadedObject object = load_port(Programs::egress, 53);
  const auto refusal = [&](const std::string& name, const Value& value) {
    const auto set = runtime::set_variables(
        object, {{.name = "limit", .value = kInt(7)}, {.name = name, .value = value}});
    EXPECT_FALSE(set);
    EXPECT_EQ(value_of(object, "limit"), kInt(1500)) << "nothing may have been written";
    return set ? Error{} : set.error();
  };
  EXPECT_EQ(refusal("limt", kInt(1)).message, "the filter has no live variable `$limt`");
  EXPECT_EQ(refusal("limt", kInt(1)).hint, "it has `$limit`, `$open`");
  EXPECT_EQ(refusal("open", kInt(1)).message, "`$open` is a bool, but `1` is an int");
  EXPECT_EQ(refusal("limit", true).message, "`$limit` is an int, but `true` is a bool");
  EXPECT_EQ(refusal("limit", kInt(-1)).message, "-1 is out of the range of `$limit`");
  EXPECT_EQ(refusal("limit", kInt(-1)).hint, "it takes 0 to 65535");
  EXPECT_EQ(refusal("limit", kInt(65536)).kind, Error::Kind::usage);
}

}  // namespace
}  // namespace fwc::test
