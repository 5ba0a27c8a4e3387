// SPDX-License-Identifier: MIT
// Real packets over the loopback of the test's own network namespace.
#include "tests/runtime/traffic.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

int send_to(int port, std::size_t payload) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const std::string data(payload, 'x');
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  const ssize_t sent = ::sendto(fd, data.data(), data.size(), 0, to, sizeof address);
  const int code = sent < 0 ? errno : 0;
  ::close(fd);
  return code;
}

// 0 where a packet came within the time, 1 where none did. Says on `ready` when it listens.
int receive_on(int port, int ready) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const timeval patience{.tv_sec = 0, .tv_usec = 300'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 2;
  (void)!::write(ready, "r", 1);
  char data[64];
  return ::recv(fd, data, sizeof data, 0) > 0 ? 0 : 1;
}

}  // namespace

int send_from(const runtime::Cgroup& cgroup, int port, int count, std::size_t payload) {
  return in_child([&] {
    join(cgroup);
    int code = 0;
    for (int i = 0; i < count; ++i) code = send_to(port, payload);
    return code;
  });
}

bool receives_in(const runtime::Cgroup& cgroup, int port) {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t receiver = ::fork();
  if (receiver == 0) {
    join(cgroup);
    ::_exit(receive_on(port, ready[1]));
  }
  ::close(ready[1]);
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  EXPECT_EQ(send_to(port, 20), 0);
  int status = 0;
  ::waitpid(receiver, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
  return status == 0;
}

}  // namespace fwc::test
