// SPDX-License-Identifier: MIT
// check_object(): the type information. libbpf 1.1 follows type numbers without looking and runs in
// circles where a type holds itself; the kernel checks all of it again, but later.
#include <fmt/core.h>
#include <linux/btf.h>

#include <optional>

#include "runtime/object_check.h"

namespace fwc::runtime {
namespace {

constexpr std::uint32_t kMaxTypes = 1U << 20;

/// What follows the common head of a type record, by kind.
struct Tail {
  std::uint32_t fixed;   ///< bytes
  std::uint32_t member;  ///< bytes for each of vlen
};

std::optional<Tail> tail_of(std::uint32_t kind) {
  switch (kind) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG: return Tail{4, 0};
    case BTF_KIND_ARRAY: return Tail{sizeof(btf_array), 0};
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION: return Tail{0, sizeof(btf_member)};
    case BTF_KIND_ENUM: return Tail{0, sizeof(btf_enum)};
    case BTF_KIND_ENUM64: return Tail{0, 12};
    case BTF_KIND_FUNC_PROTO: return Tail{0, sizeof(btf_param)};
    case BTF_KIND_DATASEC: return Tail{0, sizeof(btf_var_secinfo)};
    case BTF_KIND_PTR:
    case BTF_KIND_FWD:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_FUNC:
    case BTF_KIND_FLOAT:
    case BTF_KIND_TYPE_TAG: return Tail{0, 0};
    default: return {};
  }
}

bool refers_to_a_type(std::uint32_t kind) {
  switch (kind) {
    case BTF_KIND_PTR:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_FUNC:
    case BTF_KIND_FUNC_PROTO:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG:
    case BTF_KIND_TYPE_TAG: return true;
    default: return false;
  }
}

// Kinds through which libbpf follows a chain of types: a circle through these alone has no end.
bool is_link(std::uint32_t kind) {
  return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_CONST ||
         kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG || kind == BTF_KIND_ARRAY ||
         kind == BTF_KIND_VAR || kind == BTF_KIND_FUNC;
}

struct Record {
  btf_type head{};
  ByteReader tail{{}};

  std::uint32_t kind() const { return BTF_INFO_KIND(head.info); }
  std::uint32_t count() const { return BTF_INFO_VLEN(head.info); }
};

class BtfChecker {
 public:
  std::string check(ByteReader btf) {
    if (!read_header(btf)) return "the header of section `.BTF` is wrong";
    if (!read_records()) return "section `.BTF` ends within a type";
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (!is_sound(records_[i])) return fmt::format("type {} of section `.BTF` is wrong", i + 1);
      if (is_circular(i)) return fmt::format("type {} of section `.BTF` holds itself", i + 1);
    }
    return {};
  }

 private:
  bool read_header(ByteReader btf) {
    const auto header = btf.read<btf_header>(0);
    if (!header || header->magic != BTF_MAGIC || header->version != BTF_VERSION ||
        header->flags != 0 || header->hdr_len != sizeof(btf_header)) {
      return false;
    }
    const auto body = btf.slice(sizeof(btf_header), btf.size() - sizeof(btf_header));
    const auto types = body->slice(header->type_off, header->type_len);
    const auto names = body->slice(header->str_off, header->str_len);
    const bool adjoining = header->type_off == 0 && header->str_off == header->type_len &&
                           header->str_len == body->size() - header->type_len;
    if (!types || !names || !adjoining || names->size() == 0) return false;
    types_ = *types;
    names_ = *names;
    return names_.read<char>(0) == '\0' && names_.read<char>(names_.size() - 1) == '\0';
  }

  bool read_records() {
    std::size_t at = 0;
    while (at < types_.size()) {
      Record record;
      const auto head = types_.read<btf_type>(at);
      if (!head || records_.size() >= kMaxTypes) return false;
      record.head = *head;
      const auto tail = tail_of(record.kind());
      if (!tail) return false;
      const std::uint64_t length = tail->fixed + std::uint64_t{tail->member} * record.count();
      const auto bytes = types_.slice(at + sizeof(btf_type), length);
      if (!bytes) return false;
      record.tail = *bytes;
      records_.push_back(record);
      at += sizeof(btf_type) + length;
    }
    return true;
  }

  bool is_type(std::uint32_t id) const { return id <= records_.size(); }
  bool is_name(std::uint32_t offset) const { return names_.text(offset).has_value(); }

  bool is_sound(const Record& record) const {
    if (!is_name(record.head.name_off)) return false;
    if (refers_to_a_type(record.kind()) && !is_type(record.head.type)) return false;
    switch (record.kind()) {
      case BTF_KIND_ARRAY: {
        const auto array = *record.tail.read<btf_array>(0);
        return is_type(array.type) && is_type(array.index_type);
      }
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        return every<btf_member>(record, [this](const btf_member& each) {
          return is_name(each.name_off) && is_type(each.type);
        });
      case BTF_KIND_FUNC_PROTO:
        return every<btf_param>(record, [this](const btf_param& each) {
          return is_name(each.name_off) && is_type(each.type);
        });
      case BTF_KIND_DATASEC:
        return every<btf_var_secinfo>(record, [this](const btf_var_secinfo& each) {
          return each.type != 0 && is_type(each.type) &&
                 records_[each.type - 1].kind() == BTF_KIND_VAR;
        });
      case BTF_KIND_ENUM:
        return every<btf_enum>(record,
                               [this](const btf_enum& each) { return is_name(each.name_off); });
      default: return true;
    }
  }

  template <typename Member, typename Predicate>
  static bool every(const Record& record, Predicate is_right) {
    for (std::uint32_t i = 0; i < record.count(); ++i) {
      const auto member = record.tail.read<Member>(i * sizeof(Member));
      if (!member || !is_right(*member)) return false;
    }
    return true;
  }

  // libbpf itself gives up after 32 steps (btf__resolve_type).
  bool is_circular(std::size_t index) const {
    for (int step = 0; step < 32; ++step) {
      const Record& record = records_[index];
      if (!is_link(record.kind())) return false;
      const std::uint32_t next =
          record.kind() == BTF_KIND_ARRAY ? record.tail.read<btf_array>(0)->type : record.head.type;
      if (next == 0 || !is_type(next)) return false;
      index = next - 1;
    }
    return true;
  }

  ByteReader types_{{}};
  ByteReader names_{{}};
  std::vector<Record> records_;
};

/// Head of `.BTF.ext`; <linux/btf.h> has none.
struct ExtHeader {
  std::uint16_t magic;
  std::uint8_t version;
  std::uint8_t flags;
  std::uint32_t hdr_len;
  std::uint32_t func_info_off;
  std::uint32_t func_info_len;
  std::uint32_t line_info_off;
  std::uint32_t line_info_len;
};

struct ExtSection {
  std::uint32_t name_off;
  std::uint32_t count;
};

// A table: the size of its records, then for each program section a head and its records.
bool is_table(std::optional<ByteReader> table, std::uint32_t record_size) {
  if (!table) return false;
  if (table->size() == 0) return true;
  const auto size = table->read<std::uint32_t>(0);
  if (!size || *size != record_size) return false;
  std::uint64_t at = sizeof(std::uint32_t);
  while (at < table->size()) {
    const auto section = table->read<ExtSection>(at);
    if (!section || section->count == 0) return false;
    const std::uint64_t length = std::uint64_t{section->count} * record_size;
    if (!table->slice(at + sizeof(ExtSection), length)) return false;
    at += sizeof(ExtSection) + length;
  }
  return true;
}

// libbpf looks for a third table, of type-size relocations, only in longer headers; fwc writes
// none.
bool has_no_core_table(ByteReader ext, std::uint32_t header_length) {
  if (header_length == sizeof(ExtHeader)) return true;
  return header_length == sizeof(ExtHeader) + 8 &&
         ext.read<std::uint32_t>(sizeof(ExtHeader) + 4) == 0U;
}

}  // namespace

std::string check_btf(ByteReader btf) {
  return BtfChecker().check(btf);
}

std::string check_btf_ext(ByteReader ext) {
  const std::string problem = "section `.BTF.ext` is wrong";
  const auto header = ext.read<ExtHeader>(0);
  if (!header || header->magic != BTF_MAGIC || header->version != BTF_VERSION ||
      header->flags != 0 || !has_no_core_table(ext, header->hdr_len)) {
    return problem;
  }
  const auto body = ext.slice(header->hdr_len, ext.size() - header->hdr_len);
  if (!body) return problem;
  const bool sound = header->func_info_off % 4 == 0 && header->line_info_off % 4 == 0 &&
                     is_table(body->slice(header->func_info_off, header->func_info_len), 8) &&
                     is_table(body->slice(header->line_info_off, header->line_info_len), 16);
  return sound ? "" : problem;
}

}  // namespace fwc::runtime
