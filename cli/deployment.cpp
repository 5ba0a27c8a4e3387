// SPDX-License-Identifier: MIT
// A filter put into the kernel; see deployment.h.
#include "cli/deployment.h"

#include <optional>

#include "fwc/runtime/attachments.h"
#include "fwc/runtime/environment.h"
#include "fwc/runtime/pins.h"

namespace fwc::cli {

namespace {

using runtime::Attachment;
using runtime::Cgroup;
using runtime::Error;
using runtime::Expected;
using runtime::FileDescriptor;
using runtime::LoadedObject;

// The steps in the kernel; undoes those that are done where one fails.
class Deployment {
 public:
  Deployment(const DeploymentPlan& request, Terminal& terminal)
      : request_(request), terminal_(terminal) {}

  Expected<void> run(const Object& object) {
    auto result = steps(object);
    if (!result) undo();
    return result;
  }

  void report() {
    if (request_.dry_run) return report_plan();
    for (const std::string& path : pins_) terminal_.out("loaded {}\n", path);
    for (const Attachment& a : attachments_)
      terminal_.out("{} {} to {}\n", a.replaced ? "updated" : "attached",
                    runtime::to_string(a.direction), a.cgroup);
  }

  void report_plan() {
    if (!request_.pin.empty()) terminal_.out("would load {}\n", request_.pin);
    if (request_.cgroup.empty()) return;
    for (const runtime::Direction direction : request_.directions.given()) {
      const bool there = runtime::open_attached(cgroup_, direction, attach_options()).has_value();
      terminal_.out("would {} {} to {}\n", there ? "update" : "attach",
                    runtime::to_string(direction), cgroup_.path);
    }
  }

 private:
  runtime::AttachOptions attach_options() const { return {.name = request_.name, .bpffs = {}}; }

  Expected<void> steps(const Object& object) {
    if (auto ready = prepare(); !ready) return ready;
    auto variables = parse_assignments(request_.variables);
    if (!variables) return std::move(variables).error();
    if (auto found = find_before(); !found) return found;
    const FileDescriptor flows =
        request_.cgroup.empty() ? FileDescriptor() : attached_flows(cgroup_, request_.name);
    runtime::LoadOptions options{
        .variables = *std::move(variables), .predecessors = {}, .flows = flows.get()};
    if (before_) options.predecessors = {&*before_};
    const auto loaded = runtime::load(object, options);
    if (!loaded) return loaded.error();
    if (auto whole = check_directions(*loaded); !whole) return whole;
    if (auto free = check_pin(*loaded); !free) return free;
    if (request_.dry_run) return {};
    return request_.pin.empty() || is_bare() ? attach_and_pin(*loaded) : pin_and_attach(*loaded);
  }

  Expected<void> attach_and_pin(const LoadedObject& loaded) {
    if (auto attached = attach_all(loaded); !attached) return attached;
    return pin(loaded);
  }

  // What is attached is the slot, so that the cgroup follows the pin from then on.
  Expected<void> pin_and_attach(const LoadedObject& loaded) {
    if (auto pinned = pin(loaded); !pinned || request_.cgroup.empty()) return pinned;
    const auto in_slot = runtime::open_pin(request_.pin);
    return in_slot ? attach_all(*in_slot) : in_slot.error();
  }

  // What is pinned there already.
  Expected<void> find_before() {
    if (request_.pin.empty()) return {};
    auto pinned = runtime::open_pin(request_.pin);
    const bool none = !pinned && (pinned.error().kind == Error::Kind::no_input ||
                                  pinned.error().kind == Error::Kind::data);
    if (!pinned) return none ? Expected<void>() : std::move(pinned).error();
    before_ = *std::move(pinned);
    return {};
  }

  // A pin that is there stays with a slot or without.
  bool is_bare() const {
    if (!before_) return request_.no_slot || request_.hook.hook() != Hook::cgroup;
    return before_->slot_fd(runtime::Direction::ingress) < 0 &&
           before_->slot_fd(runtime::Direction::egress) < 0;
  }

  // Whatever can be refused before the kernel is touched.
  Expected<void> prepare() {
    if (!request_.pin.empty()) {
      if (auto possible = runtime::require_pin_path(request_.pin); !possible) return possible;
    }
    if (request_.cgroup.empty()) return {};
    auto found = runtime::find_cgroup(request_.cgroup, {.force = request_.force});
    if (!found) return std::move(found).error();
    cgroup_ = *std::move(found);
    return runtime::require_capabilities(runtime::Operation::attach);
  }

  // Half of the programs would see half of each flow.
  Expected<void> check_directions(const LoadedObject& loaded) const {
    const bool halved = !request_.cgroup.empty() && directions_of(loaded).size() == 1;
    if (loaded.flows_fd() < 0 || !halved || request_.share_flows) return {};
    return Error{.kind = Error::Kind::usage,
                 .message = "the filter asks for flows, which are known from both directions",
                 .hint = "give `--ingress` and `--egress`"};
  }

  // The same for what cannot be known without the programs, before anything is attached.
  Expected<void> check_pin(const LoadedObject& loaded) {
    if (request_.pin.empty()) return {};
    return runtime::check_pin(loaded, request_.pin);
  }

  Expected<void> pin(const LoadedObject& loaded) {
    if (request_.pin.empty()) return {};
    auto paths = runtime::pin(loaded, request_.pin, {.slot = !request_.no_slot});
    if (!paths) return std::move(paths).error();
    pins_ = *std::move(paths);
    return {};
  }

  Expected<void> attach_all(const LoadedObject& loaded) {
    if (request_.cgroup.empty()) return {};
    const runtime::AttachOptions options = attach_options();
    const auto directions = directions_of(loaded);
    for (const runtime::Direction direction : directions) {
      auto before = runtime::open_attached(cgroup_, direction, options);
      replaced_.push_back(before ? std::optional(*std::move(before)) : std::nullopt);
    }
    auto attached = runtime::attach(loaded, cgroup_, directions, options);
    if (!attached) return std::move(attached).error();
    attachments_ = *std::move(attached);
    return {};
  }

  // Those that were asked for, or all that the filter has programs for.
  std::vector<runtime::Direction> directions_of(const LoadedObject& loaded) const {
    if (request_.directions.any()) return request_.directions.given();
    std::vector<runtime::Direction> directions;
    for (const runtime::Program* program : loaded.programs())
      directions.push_back(program->direction());
    return directions;
  }

  // What cannot be undone is said, so that nobody believes otherwise.
  void undo() {
    undo_attachments();
    if (!pins_.empty() && !undo_pin())
      terminal_.warn(fmt::format("the new filter stays pinned at `{}`", request_.pin));
  }

  bool undo_pin() {
    if (before_) return bool(runtime::pin(*before_, request_.pin, {.carry = false}));
    return bool(runtime::remove(request_.pin, {.force = true}));
  }

  void undo_attachments() {
    for (std::size_t i = 0; i < attachments_.size(); ++i) {
      const Attachment& a = attachments_[i];
      if (!undo(a, replaced_[i]))
        terminal_.warn(fmt::format("the new {} filter stays attached to `{}`",
                                   runtime::to_string(a.direction), a.cgroup));
    }
  }

  bool undo(const Attachment& attachment, const std::optional<LoadedObject>& before) {
    const runtime::AttachOptions options{.name = attachment.name, .bpffs = {}};
    if (!attachment.replaced) return bool(runtime::detach(cgroup_, attachment.direction, options));
    return before && runtime::attach(*before, cgroup_, attachment.direction, options);
  }

  const DeploymentPlan& request_;
  Terminal& terminal_;
  Cgroup cgroup_;
  std::optional<LoadedObject> before_;  // at the pin
  std::vector<std::string> pins_;
  std::vector<Attachment> attachments_;
  std::vector<std::optional<LoadedObject>> replaced_;  // beside attachments_: what was there before
};

}  // namespace

int deploy(const DeploymentPlan& plan, Terminal& terminal, const Object& object) {
  if (!plan.loads()) return static_cast<int>(ExitCode::ok);
  Deployment deployment(plan, terminal);
  if (auto done = deployment.run(object); !done) return terminal.fail(done.error());
  deployment.report();
  return static_cast<int>(ExitCode::ok);
}

}  // namespace fwc::cli
