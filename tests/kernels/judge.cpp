// SPDX-License-Identifier: MIT
// The first and only process of a guest: loads every program of /judgements into the guest's
// kernel, runs it on its packets, says on the console what differs, and turns the machine off. One
// static file, since the guest has no libraries. With a file as argument it does the same where it
// is called, without mounts and without turning anything off.
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>

#include "tests/harness/kernel_runner.h"
#include "tests/kernels/judgements.h"

namespace fwc::test {
namespace {

constexpr int kMostShown = 20;

/// What a kernel did with the programs.
class Verdict {
 public:
  void judge(const JudgementFile& file, const JudgedProgram& program) {
    const auto loaded = KernelProgram::load(program.object, program.direction);
    if (const auto* log = std::get_if<std::string>(&loaded)) return wrong(program, *log);
    ++loaded_;
    for (const Judgement& each : program.judgements) {
      const TestPacket& packet = file.packets[each.packet];
      const int verdict = std::get<KernelProgram>(loaded).run(packet.view());
      ++judged_;
      if (verdict == (each.passes ? 1 : 0)) continue;
      wrong(program, "says " + std::to_string(verdict) + " of " + to_hex(packet));
    }
  }

  bool right() const { return wrong_ == 0; }

  void print(std::size_t programs, double seconds) const {
    utsname name{};
    uname(&name);
    std::printf("fwc-result %s: %zu of %zu programs loaded, %zu verdicts, %zu wrong, %.1f s\n",
                name.release, loaded_, programs, judged_, wrong_, seconds);
  }

 private:
  void wrong(const JudgedProgram& program, const std::string& what) {
    if (++wrong_ > kMostShown) return;
    std::printf("fwc-wrong %s, %s: %s\n", program.filter.c_str(),
                program.direction == Direction::ingress ? "ingress" : "egress", what.c_str());
  }

  std::size_t loaded_ = 0;
  std::size_t judged_ = 0;
  std::size_t wrong_ = 0;
};

bool judge_all(const char* path) {
  std::ifstream in(path, std::ios::binary);
  const std::optional<JudgementFile> file = read_judgements(in);
  if (!file) {
    std::printf("fwc-wrong %s cannot be read\n", path);
    return false;
  }
  const auto begin = std::chrono::steady_clock::now();
  Verdict verdict;
  for (const JudgedProgram& program : file->programs) verdict.judge(*file, program);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  verdict.print(file->programs.size(), time.count());
  return verdict.right() && !file->programs.empty();
}

}  // namespace
}  // namespace fwc::test

int main(int argc, char** argv) {
  // What stands on the kernel's command line and it does not know are the arguments of process 1.
  if (getpid() != 1) return argc == 2 && fwc::test::judge_all(argv[1]) ? 0 : 1;
  mkdir("/sys", 0755);
  mkdir("/proc", 0755);
  mount("sysfs", "/sys", "sysfs", 0, nullptr);
  mount("proc", "/proc", "proc", 0, nullptr);
  const bool right = fwc::test::judge_all("/judgements");
  std::printf("fwc-end %d\n", right ? 0 : 1);
  std::fflush(stdout);
  sync();
  reboot(RB_POWER_OFF);
}
