// SPDX-License-Identifier: MIT
// Objects that fwc did not write, or that were damaged: refused, and never a crash.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <elf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <random>

#include "fwc/compile.h"
#include "fwc/runtime/program.h"
#include "fwc/seal.h"
#include "tests/runtime/objects.h"
#include "tests/runtime/sandbox.h"

namespace fwc::test {
namespace {

using runtime::check_object;
using runtime::Error;

// The kernel's hash of the instructions: the same program has the same.
std::string tag_of(const runtime::LoadedObject& object) {
  std::string tags;
  for (const runtime::Program* program : object.programs()) {
    bpf_prog_info info{};
    std::uint32_t length = sizeof info;
    EXPECT_EQ(::bpf_obj_get_info_by_fd(program->fd(), &info, &length), 0);
    tags.append(reinterpret_cast<const char*>(info.tag), sizeof info.tag);
  }
  return tags;
}

// Makes the seal right again, as who means to change an object would.
void seal_again(Object& object) {
  object.bytes.resize(object.bytes.size() - kSealBytes);
  seal(object.bytes);
}

class ObjectCheckTest : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    object_ = port_object(Programs::both, 53);
    ASSERT_TRUE(check_object(object_)) << check_object(object_).error().message;
    const auto loaded = runtime::load(object_);
    ASSERT_TRUE(loaded) << loaded.error().message << loaded.error().details;
    tag_ = tag_of(*loaded);
  }

  Elf64_Ehdr header() const {
    Elf64_Ehdr elf;
    std::memcpy(&elf, object_.bytes.data(), sizeof elf);
    return elf;
  }

  Elf64_Shdr section(std::size_t index) const {
    Elf64_Shdr section;
    std::memcpy(&section, object_.bytes.data() + header().e_shoff + index * sizeof section,
                sizeof section);
    return section;
  }

  // Flips bits of every byte in a range. What is not refused must load as the very same program, or
  // be refused by the kernel.
  void mutate(std::size_t begin, std::size_t length) {
    for (std::size_t at = begin; at < begin + length; ++at) {
      for (const int mask : {0x01, 0x80, 0xff}) {
        Object changed = object_;
        changed.bytes[at] ^= static_cast<std::byte>(mask);
        EXPECT_FALSE(check_object(changed)) << "byte " << at << " mask " << mask;
        seal_again(changed);
        if (!check_object(changed)) continue;
        const auto loaded = runtime::load(changed);
        const std::string tag = loaded ? tag_of(*loaded) : tag_;
        EXPECT_EQ(tag, tag_) << "byte " << at << " mask " << mask;
      }
    }
  }

  Object object_;
  std::string tag_;
};

TEST_F(ObjectCheckTest, RefusesEveryTruncation) {
  for (std::size_t length = 0; length < object_.bytes.size(); ++length) {
    Object shorter{.bytes = {object_.bytes.begin(), object_.bytes.begin() + length}};
    const auto checked = check_object(shorter);
    ASSERT_FALSE(checked) << length;
    EXPECT_EQ(checked.error().kind, Error::Kind::data);
  }
}

TEST_F(ObjectCheckTest, RefusesEveryChangedByte) {
  for (std::size_t at = 0; at < object_.bytes.size(); ++at) {
    Object changed = object_;
    changed.bytes[at] ^= std::byte{0x10};
    ASSERT_FALSE(check_object(changed)) << at;
  }
}

TEST_F(ObjectCheckTest, SurvivesDamagedHeaders) {
  mutate(0, sizeof(Elf64_Ehdr));
  mutate(header().e_shoff, header().e_shnum * sizeof(Elf64_Shdr));
}

TEST_F(ObjectCheckTest, SurvivesDamagedSymbolsAndRelocations) {
  for (std::size_t i = 1; i < header().e_shnum; ++i) {
    const Elf64_Shdr each = section(i);
    if (each.sh_type != SHT_SYMTAB && each.sh_type != SHT_REL) continue;
    if (each.sh_size < 2048) mutate(each.sh_offset, each.sh_size);
  }
}

// Any byte at all; a changed instruction is another program, so only crashes are looked for.
TEST_F(ObjectCheckTest, SurvivesRandomDamage) {
  std::mt19937 random(20191206);
  for (int round = 0; round < 500; ++round) {
    Object changed = object_;
    const int count = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < count; ++i) {
      changed.bytes[random() % changed.bytes.size()] = static_cast<std::byte>(random());
    }
    seal_again(changed);
    if (check_object(changed)) (void)runtime::load(changed);
  }
}

// The kernel counts entries of an array in 31 bits: the map of this test would take it minutes and
// half of the memory.
TEST_F(ObjectCheckTest, RefusesAMapThatFwcDoesNotWrite) {
  constexpr std::uint32_t kWritten = kMostFlows;
  constexpr std::uint32_t kHuge = 0x8100'0016;
  CompileResult made = compile("established");
  ASSERT_TRUE(made.object);
  int refused = 0;
  for (std::size_t at = 0; at + 2 * sizeof kWritten <= made.object->bytes.size(); at += 4) {
    Object changed = *made.object;
    if (std::memcmp(changed.bytes.data() + at, &kWritten, sizeof kWritten) != 0) continue;
    std::memcpy(changed.bytes.data() + at, &kHuge, sizeof kHuge);
    seal_again(changed);
    const auto checked = check_object(changed);
    if (!checked && checked.error().message.ends_with("its map `flows` is of another type or size"))
      ++refused;
  }
  EXPECT_GT(refused, 0);
}

// libbpf would pin it by its name, or take over what somebody has pinned there.
TEST_F(ObjectCheckTest, RefusesAMapThatAsksForAPin) {
  CompileResult made = compile("let $pinning = 1; let @s: ip; len <= $pinning || dst_ip in @s");
  ASSERT_TRUE(made.object);
  bpf_object* opened =
      ::bpf_object__open_mem(made.object->bytes.data(), made.object->bytes.size(), nullptr);
  ASSERT_NE(opened, nullptr);
  const btf* types = ::bpf_object__btf(opened);
  const auto* first = reinterpret_cast<const std::byte*>(::btf__type_by_id(types, 1));
  const std::int32_t named = ::btf__find_by_name_kind(types, "pinning", BTF_KIND_VAR);
  ASSERT_GT(named, 0);
  // The map of the set says how large its values are, which libbpf knows: that becomes the pin,
  // with the number of its entries, which is 1 as LIBBPF_PIN_BY_NAME is.
  Object changed = *made.object;
  const std::uint32_t magic = BTF_MAGIC | BTF_VERSION << 16;
  const auto* header = reinterpret_cast<const std::byte*>(&magic);
  const auto section =
      std::search(changed.bytes.begin(), changed.bytes.end(), header, header + sizeof magic);
  for (std::uint32_t id = 1; id < ::btf__type_cnt(types); ++id) {
    const btf_type* type = ::btf__type_by_id(types, id);
    const btf_member* members = ::btf_members(type);
    const auto is = [&](int i, std::string_view name) {
      return ::btf__name_by_offset(types, members[i].name_off) == name;
    };
    if (!::btf_is_struct(type) || ::btf_vlen(type) != 5 || !is(4, "values")) continue;
    ASSERT_TRUE(is(1, "max_entries") && is(3, "value_size"));
    btf_member pin = members[3];
    pin.name_off = ::btf__type_by_id(types, named)->name_off;
    pin.type = members[1].type;
    std::memcpy(
        &*section + sizeof(btf_header) + (reinterpret_cast<const std::byte*>(members + 3) - first),
        &pin, sizeof pin);
  }
  ::bpf_object__close(opened);
  seal_again(changed);
  const auto loaded = runtime::load(changed);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message,
            "this is not an object that fwc wrote: its map `set_s` is of another type or size");
}

// The verifier judges these by itself, and lets root do most of it.
TEST_F(ObjectCheckTest, RefusesCodeThatFwcDoesNotWrite) {
  CompileResult made = compile("tcp", {.hook = Hook::tc});
  ASSERT_TRUE(made.object);
  const auto refuses = [&](auto change) {
    Object changed = *made.object;
    bool found = false;
    for (std::size_t at = sizeof(Elf64_Ehdr); !found; at += sizeof(bpf_insn)) {
      if (at + sizeof(bpf_insn) > changed.bytes.size()) break;
      bpf_insn instruction;
      std::memcpy(&instruction, changed.bytes.data() + at, sizeof instruction);
      found = change(instruction);
      std::memcpy(changed.bytes.data() + at, &instruction, sizeof instruction);
    }
    EXPECT_TRUE(found);
    seal_again(changed);
    const auto loaded = runtime::load(changed);
    const std::string message = loaded ? "it was loaded" : loaded.error().message;
    EXPECT_TRUE(message.ends_with("of section `tc/egress` is none that fwc writes")) << message;
  };
  const auto is_read = [](const bpf_insn& each) {
    return each.code == (BPF_JMP | BPF_CALL) && each.imm == BPF_FUNC_skb_load_bytes;
  };
  refuses([&](bpf_insn& each) {  // sends packets elsewhere
    const bool found = is_read(each);
    if (found) each.imm = BPF_FUNC_redirect;
    return found;
  });
  refuses([&](bpf_insn& each) {  // a function of the kernel
    const bool found = is_read(each);
    if (found) each.src_reg = BPF_PSEUDO_KFUNC_CALL;
    return found;
  });
  refuses([&](bpf_insn& each) {  // a map of this process
    const bool found = each.code == (BPF_LD | BPF_IMM | BPF_DW);
    if (found) each.src_reg = BPF_PSEUDO_MAP_FD;
    return found;
  });
}

// Every section of data is a map as large: sections over each other would fill the memory.
TEST_F(ObjectCheckTest, RefusesSectionsOverEachOther) {
  for (std::size_t i = 1; i < header().e_shnum; ++i) {
    if (section(i).sh_type != SHT_PROGBITS || section(i).sh_flags != 0) continue;  // .BTF
    Object changed = object_;
    Elf64_Shdr wider = section(i);
    wider.sh_size += wider.sh_offset - sizeof(Elf64_Ehdr);
    wider.sh_offset = sizeof(Elf64_Ehdr);
    std::memcpy(changed.bytes.data() + header().e_shoff + i * sizeof wider, &wider, sizeof wider);
    seal_again(changed);
    const auto checked = check_object(changed);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message,
              "this is not an object that fwc wrote: its sections lie over each other");
  }
}

TEST_F(ObjectCheckTest, RefusesASymbolThatPointsElsewhere) {
  for (std::size_t i = 1; i < header().e_shnum; ++i) {
    const Elf64_Shdr symbols = section(i);
    if (symbols.sh_type != SHT_SYMTAB) continue;
    for (std::size_t s = 1; s < symbols.sh_size / sizeof(Elf64_Sym); ++s) {
      Object changed = object_;
      std::byte* place = changed.bytes.data() + symbols.sh_offset + s * sizeof(Elf64_Sym);
      Elf64_Sym symbol;
      std::memcpy(&symbol, place, sizeof symbol);
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      symbol.st_value = ~std::uint64_t{0} - symbol.st_size + 9;
      std::memcpy(place, &symbol, sizeof symbol);
      seal_again(changed);
      EXPECT_FALSE(check_object(changed)) << "symbol " << s;
    }
  }
}

TEST_F(ObjectCheckTest, RefusesObjectsOfOthers) {
  Object other = object_;
  reinterpret_cast<Elf64_Ehdr*>(other.bytes.data())->e_machine = EM_X86_64;
  EXPECT_EQ(check_object(other).error().message,
            "this is not an object that fwc wrote: it is not made for BPF");
  EXPECT_FALSE(check_object({}));
}

TEST_F(ObjectCheckTest, TrustsOnlyFilesThatNobodyElseWrites) {
  const std::string path = folder_ + "/prog.o";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(object_.bytes.data()),
             static_cast<std::streamsize>(object_.bytes.size()));
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  const auto read = runtime::read_object_file(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->bytes, object_.bytes);
  const auto message_of = [](const std::string& file) {
    const auto result = runtime::read_object_file(file);
    return result ? std::string("read") : result.error().message;
  };
  ASSERT_EQ(::chmod(path.c_str(), 0664), 0);
  EXPECT_EQ(message_of(path), "`" + path + "` can be written by others than its owner");
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  ASSERT_EQ(::chown(path.c_str(), 1234, 0), 0);
  EXPECT_EQ(message_of(path), "`" + path + "` belongs to user 1234, whom fwc does not trust");
  ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
  ASSERT_EQ(::symlink(path.c_str(), (path + ".link").c_str()), 0);
  EXPECT_EQ(message_of(path + ".link"),
            "`" + path + ".link` is a symbolic link: too many levels of symbolic links");
  EXPECT_EQ(message_of(folder_), "`" + folder_ + "` is not a regular file");
  ASSERT_EQ(::mkfifo((path + ".fifo").c_str(), 0600), 0);
  EXPECT_EQ(message_of(path + ".fifo"), "`" + path + ".fifo` is not a regular file");
  EXPECT_EQ(message_of(path + ".no"), "cannot open `" + path + ".no`: no such file or directory");
}

}  // namespace
}  // namespace fwc::test
