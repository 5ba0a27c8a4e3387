// SPDX-License-Identifier: MIT
// The file's form: numbers of 32 bits as the machine has them, since host and guest are one
// machine, and bytes after their count.
#include "tests/kernels/judgements.h"

#include <istream>
#include <ostream>

namespace fwc::test {

namespace {

constexpr std::uint32_t kMagic = 0x4a435746;     // FWCJ
constexpr std::uint32_t kMostBytes = 64u << 20;  ///< of one object; keeps a broken file from it

class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}

  void number(std::size_t value) {
    const auto number = static_cast<std::uint32_t>(value);
    out_.write(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void bytes(const void* data, std::size_t size) {
    number(size);
    out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
  }

 private:
  std::ostream& out_;
};

class Reader {
 public:
  explicit Reader(std::istream& in) : in_(in) {}

  std::uint32_t number() {
    std::uint32_t number = 0;
    in_.read(reinterpret_cast<char*>(&number), sizeof number);
    return in_ ? number : 0;
  }
  template <typename Container>
  Container bytes() {
    const std::uint32_t size = number();
    if (size > kMostBytes) in_.setstate(std::ios::failbit);
    if (!in_) return {};
    Container data(size, {});
    in_.read(reinterpret_cast<char*>(data.data()), size);
    return data;
  }
  bool good() const { return static_cast<bool>(in_); }

 private:
  std::istream& in_;
};

}  // namespace

void write(std::ostream& out, const JudgementFile& file) {
  Writer writer(out);
  writer.number(kMagic);
  writer.number(file.packets.size());
  for (const TestPacket& packet : file.packets) {
    writer.number(packet.ethertype);
    for (const std::uint32_t each :
         {packet.context.mark, packet.context.priority, packet.context.interface,
          packet.context.gso_size, packet.context.gso_segments})
      writer.number(each);
    writer.bytes(packet.bytes.data(), packet.bytes.size());
  }
  writer.number(file.programs.size());
  for (const JudgedProgram& program : file.programs) {
    writer.bytes(program.filter.data(), program.filter.size());
    writer.number(program.direction == Direction::ingress);
    writer.bytes(program.object.data(), program.object.size());
    writer.number(program.judgements.size());
    for (const Judgement& each : program.judgements) writer.number(each.packet << 1 | each.passes);
  }
}

std::optional<JudgementFile> read_judgements(std::istream& in) {
  Reader reader(in);
  if (reader.number() != kMagic) return std::nullopt;
  JudgementFile file;
  for (std::uint32_t left = reader.number(); left != 0 && reader.good(); --left) {
    TestPacket& packet = file.packets.emplace_back();
    packet.ethertype = static_cast<std::uint16_t>(reader.number());
    packet.context.mark = reader.number();
    packet.context.priority = reader.number();
    packet.context.interface = reader.number();
    packet.context.gso_size = reader.number();
    packet.context.gso_segments = reader.number();
    packet.bytes = reader.bytes<Bytes>();
  }
  for (std::uint32_t left = reader.number(); left != 0 && reader.good(); --left) {
    JudgedProgram& program = file.programs.emplace_back();
    program.filter = reader.bytes<std::string>();
    program.direction = reader.number() != 0 ? Direction::ingress : Direction::egress;
    program.object = reader.bytes<Bytes>();
    for (std::uint32_t more = reader.number(); more != 0 && reader.good(); --more) {
      const std::uint32_t both = reader.number();
      if (both >> 1 >= file.packets.size()) return std::nullopt;
      program.judgements.push_back({.packet = both >> 1, .passes = (both & 1) != 0});
    }
  }
  if (!reader.good()) return std::nullopt;
  return file;
}

}  // namespace fwc::test
