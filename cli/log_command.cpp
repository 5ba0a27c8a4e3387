// SPDX-License-Identifier: MIT
// `fwc log`: the packets that a filter dropped or passed, as they come.
#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>

#include "cli/known_filters.h"
#include "cli/log_lines.h"
#include "cli/numbers.h"
#include "cli/wake.h"

namespace fwc::cli {

namespace {

using runtime::Error;
using runtime::Expected;
using runtime::LogEvent;
using runtime::LogReader;

constexpr auto kLookAgain = std::chrono::seconds(1);
constexpr std::int64_t kSecond = 1'000'000'000;

struct Request {
  FilterChoice choice;
  bool json = false;
  std::string pcap;   ///< `-`, a file, or empty
  std::string count;  ///< of packets; empty: no end
  std::string rate;   ///< records a second; empty: as it is
};

std::int64_t nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

/// Where the lines or packets go; each is flushed, for a reader at the end of a pipe waits for it.
class Output {
 public:
  Output(Terminal& terminal, const Request& request) : terminal_(terminal), request_(request) {}

  Expected<void> open() {
    if (request_.pcap.empty()) return {};
    if (request_.pcap != "-") {
      // Whoever put a link there would choose what is overwritten.
      const int fd = ::open(request_.pcap.c_str(),
                            O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0666);
      file_.reset(fd < 0 ? nullptr : fdopen(fd, "w"));
      if (!file_) return failure();
    }
    return write(pcap_head());
  }

  Expected<void> show(const ShownEvent& shown) {
    if (!request_.pcap.empty()) return write(pcap_packet(shown));
    return write(request_.json ? log_json(shown) : log_line(shown));
  }

  Expected<void> show(const runtime::LogLosses& losses) {
    if (request_.pcap.empty())
      return write(request_.json ? losses_json(losses) : losses_line(losses));
    terminal_.warn(losses_line(losses).substr(3));
    return {};
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  Expected<void> write(const std::string& bytes) {
    if (!file_) {
      terminal_.write(bytes);
      return terminal_.finish(0) == 0 ? Expected<void>{} : Error{.kind = Error::Kind::os};
    }
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size();
    return written && std::fflush(file_.get()) == 0 ? Expected<void>{} : failure();
  }

  Error failure() const {
    const int code = errno;
    return {.kind = Error::Kind::cant_create,
            .message = fmt::format("cannot write `{}`: {}", request_.pcap, std::strerror(code)),
            .code = code};
  }

  Terminal& terminal_;
  const Request& request_;
  std::unique_ptr<std::FILE, Close> file_;
};

/// One filter, which may be replaced by another while it is read: then the reading goes on there.
class Follower {
 public:
  Follower(const Request& request, Output& output, std::uint64_t count)
      : request_(request), output_(output), left_(count) {}

  Expected<void> open() {
    auto filter = find_filter(request_.choice);
    if (!filter) return filter.error();
    auto reader = LogReader::open(filter->object);
    if (!reader) return reader.error();
    if (!request_.rate.empty()) {
      const auto set = runtime::set_log_rate(filter->object, *parse_count(request_.rate));
      if (!set) return set;
    }
    const auto losses = runtime::log_losses(filter->object);
    if (!losses) return losses.error();
    if (!filter_) losses_ = *losses;
    filter_.emplace(*std::move(filter));
    reader_.emplace(*std::move(reader));
    clauses_.emplace(filter_->object);
    return {};
  }

  Expected<void> follow() {
    const Waiter waiter;
    for (auto next = Waiter::Clock::now() + kLookAgain;;) {
      if (auto read = take(); !read || left_ == 0) return read ? tell_losses() : read;
      const auto wake = waiter.wait(next, reader_->fd());
      if (wake == Waiter::Wake::end) return tell_losses();
      if (wake != Waiter::Wake::time) continue;
      next = Waiter::Clock::now() + kLookAgain;
      if (auto told = tell_losses(); !told) return told;
      if (auto same = look_again(); !same) return same;
    }
  }

 private:
  Expected<void> take() {
    Expected<void> shown;
    const std::int64_t since = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_BOOTTIME);
    const auto read = reader_->read([&](const LogEvent& event) {
      shown = output_.show({.event = event,
                            .realtime = since + static_cast<std::int64_t>(event.time),
                            .cgroup = names_.of(event.cgroup),
                            .clause = clauses_->find(event)});
      return shown && --left_ != 0;
    });
    return shown ? read : shown;
  }

  Expected<void> tell_losses() {
    const auto losses = runtime::log_losses(filter_->object);
    if (!losses) return losses.error();
    // A filter that took the place of this one may have begun at 0.
    if (losses->total() < losses_.total()) losses_ = {};
    const runtime::LogLosses since{.over_rate = losses->over_rate - losses_.over_rate,
                                   .without_room = losses->without_room - losses_.without_room};
    losses_ = *losses;
    return since.total() == 0 ? Expected<void>{} : output_.show(since);
  }

  /// A filter that is gone, or was replaced by one that does not log, ends the reading.
  Expected<void> look_again() {
    auto now = find_filter(request_.choice);
    if (!now) return now.error();
    const auto id = [](const KnownFilter& filter) {
      return filter.object.programs().front()->id();
    };
    if (id(*now) == id(*filter_)) return {};
    if (auto rest = take(); !rest || left_ == 0) return rest;
    return open();
  }

  const Request& request_;
  Output& output_;
  std::uint64_t left_;
  std::optional<KnownFilter> filter_;
  std::optional<LogReader> reader_;
  std::optional<ClauseFinder> clauses_;
  runtime::LogLosses losses_;
  CgroupNames names_;
};

int run(Terminal& terminal, const Request& request) {
  Output output(terminal, request);
  Follower follower(request, output,
                    request.count.empty() ? UINT64_MAX : *parse_count(request.count));
  for (const auto& step : {std::function<Expected<void>()>([&] { return follower.open(); }),
                           std::function<Expected<void>()>([&] { return output.open(); }),
                           std::function<Expected<void>()>([&] { return follower.follow(); })}) {
    const auto done = step();
    if (done) continue;
    // What could not be written to standard output was told already.
    return done.error().message.empty() ? static_cast<int>(ExitCode::os_error)
                                        : terminal.fail(done.error());
  }
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int log_command(const Invocation& call) {
  Request request;
  CommandLine line(call);
  request.choice.add_to(line);
  line.flag("--json", request.json, "print one JSON object a line");
  line.option("--pcap", request.pcap, "write a capture file to FILE, `-` is stdout", "FILE");
  line.option("--count", request.count, "end after so many packets", "N");
  line.option("--rate", request.rate, "log up to N packets a second from now on", "N");
  if (const auto done = line.parse(1, 1)) return *done;
  request.choice.targets = line.words();
  if (request.json && !request.pcap.empty())
    return line.usage_error("`--json` and `--pcap` are two forms, and one is needed");
  for (const auto& [option, value] :
       {std::pair{"--count", request.count}, std::pair{"--rate", request.rate}})
    if (!value.empty() && parse_count(value).value_or(0) == 0)
      return line.usage_error(fmt::format("`{}` cannot be `{}`", option, value),
                              "say a number above 0");
  return run(call.terminal, request);
}

}  // namespace fwc::cli
