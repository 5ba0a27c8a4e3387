// SPDX-License-Identifier: MIT
// Filters replaced while packets flow and readers look: no moment without one, and none with both.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <new>

#include "fwc/compile.h"
#include "fwc/runtime/attachments.h"
#include "fwc/runtime/counters.h"
#include "fwc/runtime/pins.h"
#include "fwc/runtime/replacement.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

using runtime::Direction;
using runtime::LoadedObject;

constexpr int kReplacements = 200;
constexpr int kManyReplacements = 1000;
constexpr int kAllowedPort = 53;
constexpr int kForbiddenPort = 9999;

/// What another process saw, in memory that both have.
struct Tally {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> good{0};
  std::atomic<std::uint64_t> bad{0};
};

/// A process that repeats a look at the world until it is told to stop.
class Watcher {
 public:
  /// `look` is true where all is as it has to be. `prepare` runs first, in the new process.
  explicit Watcher(const std::function<bool()>& look, const std::function<void()>& prepare = {}) {
    void* memory =
        ::mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    tally_ = new (memory) Tally;
    child_ = ::fork();
    if (child_ != 0) return;
    ::alarm(280);  // within the time limit of a test, also on a machine with other work
    if (prepare) prepare();
    while (!tally_->stop) ++(look() ? tally_->good : tally_->bad);
    ::_exit(0);
  }
  Watcher(const Watcher&) = delete;
  ~Watcher() {
    end();
    ::munmap(tally_, sizeof(Tally));
  }

  void end() {
    tally_->stop = true;
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

  void wait_until_it_looks() const {
    for (int i = 0; i < 5000 && tally_->good + tally_->bad == 0; ++i) ::usleep(1000);
  }
  std::uint64_t good() const { return tally_->good; }
  std::uint64_t bad() const { return tally_->bad; }

 private:
  Tally* tally_ = nullptr;
  pid_t child_ = -1;
};

/// A socket on the loopback that nobody filters.
class Receiver {
 public:
  explicit Receiver(int port) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address = loopback(port);
    const int room = 64 << 20;  // so that nothing is lost here
    EXPECT_EQ(::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room), 0);
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  /// Packets that are waiting, taken.
  std::uint64_t take() const {
    std::uint64_t count = 0;
    char byte = 0;
    while (::recv(fd_.get(), &byte, 1, MSG_DONTWAIT) >= 0) ++count;
    return count;
  }

 private:
  runtime::FileDescriptor fd_;
};

class ReplacementTest : public SandboxTest {
 protected:
  // Two filters that differ, and agree on the two ports.
  void SetUp() override {
    SandboxTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    first_ = load("udp && dst_port == 53");
    second_ = load("udp && dst_port in {53, 80} && len < 100");
  }

  static LoadedObject load(const char* text) {
    const CompileResult compiled = compile(text);
    EXPECT_TRUE(compiled.object) << text;
    auto loaded = runtime::load(*compiled.object);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return *std::move(loaded);
  }

  const LoadedObject& object(int turn) const { return turn % 2 == 0 ? first_ : second_; }

  // One packet of each kind, in turns, over a socket of the cgroup.
  std::unique_ptr<Watcher> flood() {
    static int fd = -1;
    return std::make_unique<Watcher>(
        [] {
          static int turn = 0;
          const bool allowed = ++turn % 2 == 0;
          const sockaddr_in to = loopback(allowed ? kAllowedPort : kForbiddenPort);
          const auto* address = reinterpret_cast<const sockaddr*>(&to);
          const ssize_t sent = ::sendto(fd, "x", 1, 0, address, sizeof to);
          return allowed ? sent == 1 : sent < 0 && errno == EPERM;
        },
        [this] {
          join(cgroup_);
          fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        });
  }

  LoadedObject first_;
  LoadedObject second_;
};

TEST_F(ReplacementTest, APinIsNeverMissing) {
  const std::string path = pin_path("web");
  ASSERT_TRUE(runtime::pin(first_, path));
  Watcher reader([&] { return ::access(path.c_str(), F_OK) == 0; });
  reader.wait_until_it_looks();
  for (int turn = 1; turn <= kReplacements; ++turn) {
    const auto pinned = runtime::pin(object(turn), path);
    ASSERT_TRUE(pinned) << pinned.error().message;
  }
  reader.end();
  EXPECT_EQ(reader.bad(), 0U);
  EXPECT_GT(reader.good(), 1000U);
  EXPECT_EQ(names_in(bpffs_), std::vector<std::string>{"web"});
}

// The same with maps beside it: what is opened is a whole filter, whichever of the two.
TEST_F(ReplacementTest, APinAlwaysOpensAsAWholeFilter) {
  const std::string path = pin_path("size");
  const LoadedObject one = load_port(Programs::egress, 53);
  const LoadedObject two = load_port(Programs::egress, 80);
  ASSERT_TRUE(runtime::pin(one, path));
  Watcher reader([&] {
    const auto opened = runtime::open_pin(path);
    return opened && opened->live_fd() >= 0 && opened->counters_fd() >= 0;
  });
  reader.wait_until_it_looks();
  for (int turn = 1; turn <= kReplacements; ++turn) {
    ASSERT_TRUE(runtime::pin(turn % 2 == 0 ? one : two, path));
  }
  reader.end();
  EXPECT_EQ(reader.bad(), 0U);
  EXPECT_GT(reader.good(), 100U);
}

TEST_F(ReplacementTest, NoPacketSlipsThroughWhileTheFilterChanges) {
  const Receiver allowed(kAllowedPort);
  const Receiver forbidden(kForbiddenPort);
  ASSERT_TRUE(runtime::attach(first_, cgroup_, Direction::egress));
  const auto sender = flood();
  sender->wait_until_it_looks();
  std::uint64_t received = 0;
  for (int turn = 1; turn <= kReplacements; ++turn) {
    const auto attached = runtime::attach(object(turn), cgroup_, Direction::egress);
    ASSERT_TRUE(attached) << attached.error().message;
    ASSERT_TRUE(attached->replaced);
    received += allowed.take();
    EXPECT_EQ(forbidden.take(), 0U) << "after " << turn << " replacements";
  }
  sender->end();
  received += allowed.take();
  EXPECT_EQ(sender->bad(), 0U);
  EXPECT_GT(sender->good(), 1000U);
  EXPECT_EQ(received, sender->good() / 2) << "an allowed packet was lost";
  EXPECT_EQ(forbidden.take(), 0U);
}

/// The same by replace(), which loads each filter anew, and by the counters of the last one.
class ManyReplacements : public ReplacementTest {
 protected:
  static Object counting(const char* text) {
    CompileResult compiled = compile(text, {.counters = true});
    EXPECT_TRUE(compiled.object) << text;
    return *std::move(compiled.object);
  }

  void run(const runtime::WorkingFilter& filter) {
    const Receiver allowed(kAllowedPort);
    const Receiver forbidden(kForbiddenPort);
    const auto sender = flood();
    sender->wait_until_it_looks();
    std::uint64_t received = 0;
    for (int turn = 1; turn <= kManyReplacements; ++turn) {
      const auto done = runtime::replace(filter, turn % 2 == 0 ? one_ : other_);
      ASSERT_TRUE(done) << done.error().message;
      received += allowed.take();
      ASSERT_EQ(forbidden.take(), 0U) << "after " << turn << " replacements";
    }
    sender->end();
    received += allowed.take();
    EXPECT_EQ(sender->bad(), 0U);
    EXPECT_GT(sender->good(), 10'000U);
    EXPECT_EQ(received, sender->good() / 2) << "an allowed packet was lost";
    EXPECT_EQ(forbidden.take(), 0U);
    sent_ = sender->good();
  }

  void expect_all_counted(const LoadedObject& filter) const {
    const auto counts = runtime::read_counters(filter);
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->total.egress.passed.packets, sent_ / 2);
    EXPECT_EQ(counts->total.egress.dropped.packets, sent_ - sent_ / 2);
  }

  const Object one_ = counting("udp && dst_port == 53");
  const Object other_ = counting("udp && dst_port in {53, 80} && len < 100");
  std::uint64_t sent_ = 0;
};

TEST_F(ManyReplacements, InALink) {
  const auto loaded = runtime::load(one_);
  ASSERT_TRUE(loaded && runtime::attach(*loaded, cgroup_, Direction::egress));
  const auto filter = runtime::find_working(cgroup_, {});
  ASSERT_TRUE(filter) << filter.error().message;
  ASSERT_NO_FATAL_FAILURE(run(*filter));
  expect_all_counted(*runtime::open_attached(cgroup_, Direction::egress));
}

TEST_F(ManyReplacements, InASlotThatAnotherAttached) {
  const auto loaded = runtime::load(one_);
  ASSERT_TRUE(loaded && runtime::pin(*loaded, pin_path("web"), {.slot = true}));
  const runtime::FileDescriptor program(::bpf_obj_get(pin_path("web").c_str()));
  const runtime::FileDescriptor folder(::open(cgroup_.path.c_str(), O_RDONLY));
  ASSERT_EQ(::bpf_prog_attach(program.get(), folder.get(), BPF_CGROUP_INET_EGRESS,
                              BPF_F_ALLOW_MULTI),
            0);
  const auto filter = runtime::find_working(cgroup_, {});
  ASSERT_TRUE(filter) << filter.error().message;
  ASSERT_NO_FATAL_FAILURE(run(*filter));
  expect_all_counted(*runtime::open_pin(pin_path("web")));
}

// That the flood finds a gap where there is one.
TEST_F(ReplacementTest, TheFloodSeesAFilterThatIsTakenOffForAMoment) {
  ASSERT_TRUE(runtime::attach(first_, cgroup_, Direction::egress));
  const auto sender = flood();
  sender->wait_until_it_looks();
  for (int turn = 1; turn <= 20; ++turn) {
    ASSERT_TRUE(runtime::detach(cgroup_, Direction::egress));
    ::usleep(1000);
    ASSERT_TRUE(runtime::attach(object(turn), cgroup_, Direction::egress));
  }
  sender->end();
  EXPECT_GT(sender->bad(), 0U);
}

}  // namespace
}  // namespace fwc::test
