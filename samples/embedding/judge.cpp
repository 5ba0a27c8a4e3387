// SPDX-License-Identifier: MIT
// The compiler as a library: judges a packet without the kernel, and writes the object that the
// kernel would run. `judge FILTER OBJECT` says what becomes of a DNS query over IPv4.
#include <array>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string_view>

#include <fwc/compile.h>

namespace {

// IPv4 and UDP: 10.0.0.1:5000 > 8.8.8.8:53, no payload.
constexpr std::array<unsigned char, 28> kQuery = {
    0x45, 0, 0, 28, 0, 1, 0,    0,    64, 17, 0, 0, 10, 0,
    0,    1, 8, 8,  8, 8, 0x13, 0x88, 0,  53, 0, 8, 0,  0,
};
constexpr unsigned kIpv4 = 0x0800;

void show(const std::vector<fwc::Diagnostic>& diagnostics, std::string_view text) {
  for (const fwc::Diagnostic& diagnostic : diagnostics)
    std::fputs(fwc::render(diagnostic, text, "filter").c_str(), stderr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const std::string_view text = argv[1];

  const fwc::ParseResult parsed = fwc::parse_filter(text);
  show(parsed.diagnostics, text);
  if (!parsed.filter) return 65;
  const bool passes = parsed.filter->judge(std::as_bytes(std::span(kQuery)), kIpv4);
  std::printf("a DNS query %s\n", passes ? "passes" : "is dropped");

  const fwc::CompileResult compiled = fwc::compile(text, {.counters = true});
  if (!compiled.object) return 65;
  const auto& bytes = compiled.object->bytes;
  std::ofstream(argv[2], std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return 0;
}
