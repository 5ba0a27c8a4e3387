// SPDX-License-Identifier: MIT
// Drops packets over a size that can be changed while they pass, and shows what happens: the
// libraries of fwc as a program of one's own would use them.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>

#include "samples/packet-size/filter.h"
#include "samples/packet-size/options.h"
#include "samples/packet-size/view.h"

namespace packet_size {

namespace {

using Clock = std::chrono::steady_clock;
using fwc::runtime::Error;
using fwc::runtime::Expected;
using fwc::runtime::FileDescriptor;

constexpr std::int64_t kStep = 50;
constexpr auto kInterval = std::chrono::seconds(1);

// Signals that would end the program are read as data, so that the terminal is always put back.
FileDescriptor open_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&signals, number);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC));
}

enum class Wake { time, key, end };

// Waits for the next reading, a key or the end.
Wake wait(int signals, bool keys, Clock::time_point until) {
  std::array<pollfd, 2> waited = {
      pollfd{.fd = signals, .events = POLLIN, .revents = 0},
      pollfd{.fd = keys ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}};
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
  poll(waited.data(), waited.size(), left > 0 ? static_cast<int>(left) + 1 : 0);
  if (waited[0].revents != 0) return Wake::end;
  if ((waited[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return Wake::end;
  return waited[1].revents != 0 ? Wake::key : Wake::time;
}

// Takes all keys that wait; false where one says to quit.
Expected<bool> take_keys(SizeFilter& filter, View& view) {
  for (Key key = view.key(); key != Key::none; key = view.key()) {
    if (key == Key::quit) return false;
    const auto changed = filter.change_limit(key == Key::more ? kStep : -kStep);
    if (!changed) return changed.error();
  }
  return true;
}

Expected<void> show(const SizeFilter& filter, View& view) {
  const auto reading = filter.read();
  if (!reading) return reading.error();
  view.show(filter, *reading);
  return {};
}

Expected<void> watch(SizeFilter& filter, View& view, int signals, const Options& options,
                     bool keys) {
  auto next = Clock::now();
  for (std::uint64_t shown = 0;;) {
    if (Clock::now() >= next) {
      if (auto done = show(filter, view); !done) return done;
      next += kInterval;
      if (++shown == options.readings) return {};
    }
    const Wake wake = wait(signals, keys, next);
    if (wake == Wake::end) return {};
    if (wake == Wake::time) continue;
    const auto more = take_keys(filter, view);
    if (!more) return more.error();
    if (!*more) return {};
    if (auto done = show(filter, view); !done) return done;
  }
}

// The view is gone, and the terminal in order, when this returns.
Expected<void> watch_on_best_view(SizeFilter& filter, int signals, const Options& options) {
  const bool terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  if (terminal)
    if (const auto screen = make_screen()) return watch(filter, *screen, signals, options, true);
  return watch(filter, *make_plain_lines(), signals, options, false);
}

Expected<void> run(const Options& options) {
  const FileDescriptor signals = open_end_signals();
  auto filter = SizeFilter::start(options);
  if (!filter) return filter.error();
  const auto watched = watch_on_best_view(*filter, signals.get(), options);
  if (!options.detach) return watched;
  const auto detached = filter->detach();
  return watched ? detached : watched;
}

}  // namespace

}  // namespace packet_size

int main(int argc, char** argv) {
  const auto options = packet_size::parse_options(argc, argv);
  if (!options) return 64;
  const auto done = packet_size::run(*options);
  if (done) return 0;
  std::fprintf(stderr, "fwc-packet-size: error: %s\n", done.error().message.c_str());
  if (!done.error().hint.empty()) std::fprintf(stderr, "  hint: %s\n", done.error().hint.c_str());
  return 1;
}
