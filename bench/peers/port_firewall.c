// SPDX-License-Identifier: MIT
// What a user of clang would write for a filter on protocols and ports: the expression is pasted in
// as FILTER. It reads the linear part of a packet only, takes a packet for malformed that has not
// 20 bytes of transport header, and knows fragments by their protocol alone.
#include <linux/bpf.h>

#define EXTENSIONS 8

static inline unsigned short port(const unsigned char* at) {
  return (unsigned short)(at[0] << 8 | at[1]);
}

static inline int is_extension(unsigned char number) {
  return number == 0 || number == 43 || number == 44 || number == 51 || number == 60 ||
         number == 135 || number == 139 || number == 140;
}

__attribute__((section("cgroup_skb/egress"), used)) int port_firewall(struct __sk_buff* skb) {
  const unsigned char* data = (const unsigned char*)(long)skb->data;
  const unsigned char* end = (const unsigned char*)(long)skb->data_end;
  unsigned char protocol;
  const unsigned char* at = data;
  int ipv4 = skb->protocol == __builtin_bswap16(0x0800);
  int ipv6 = skb->protocol == __builtin_bswap16(0x86dd);
  int later = 0;

  if (ipv4) {
    if (data + 20 > end) return 0;
    protocol = data[9];
    later = (data[6] & 0x1f) != 0 || data[7] != 0;
    at += (data[0] & 15) * 4;
  } else if (ipv6) {
    if (data + 40 > end) return 0;
    protocol = data[6];
    at += 40;
#pragma unroll
    for (int i = 0; i < EXTENSIONS; ++i) {
      if (!is_extension(protocol)) break;
      if (at + 8 > end) return 0;
      const unsigned char number = protocol;
      protocol = at[0];
      if (number == 44) {
        if (at[2] != 0 || (at[3] & 0xf8) != 0) {
          later = 1;
          break;
        }
        at += 8;
      } else if (number == 51) {
        at += (at[1] + 2) * 4;
      } else {
        at += (at[1] + 1) * 8;
      }
    }
  } else {
    return 0;
  }

  const int tcp = protocol == 6, udp = protocol == 17;
  const int icmp = ipv4 ? protocol == 1 : protocol == 58;
  int src_port = 0, dst_port = 0;
  if ((tcp || udp) && !later) {
    if (at + 20 > end) return 0;
    src_port = port(at);
    dst_port = port(at + 2);
  }
  (void)src_port;
  return (FILTER) ? 1 : 0;
}

__attribute__((section("license"), used)) char _license[] = "Dual MIT/GPL";
