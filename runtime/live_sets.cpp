// SPDX-License-Identifier: MIT
// The maps of live sets: a map with one slot, in which an LPM trie lies. A change of more than one
// key makes a new trie and puts it into the slot, which the kernel does at once; it returns when no
// program uses the old one any more (maybe_wait_bpf_programs in kernel/bpf/syscall.c).
#include "runtime/live_sets.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fwc/runtime/environment.h"
#include "runtime/errors.h"
#include "runtime/kernel_objects.h"
#include "runtime/live_lock.h"
#include "runtime/object_check.h"
#include "runtime/policies.h"

namespace fwc::runtime {
namespace {

using Element = LiveSet::Element;

constexpr std::int64_t kLargestPort = 65535;
constexpr std::uint32_t kSlot = 0;

struct OpenSet {
  LiveSet set;
  int slots = -1;
};

Expected<FileDescriptor> new_trie(std::size_t key_bytes) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
  FileDescriptor map(::bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "fwc_set",
                                      static_cast<std::uint32_t>(key_bytes), 1, kMostSetKeys,
                                      &options));
  if (!map) return system_error(errno, "cannot make the map of a live set");
  return map;
}

Expected<void> put_key(int trie, const void* key) {
  const std::uint8_t present = 1;
  if (::bpf_map_update_elem(trie, key, &present, BPF_ANY) != 0)
    return system_error(errno, "cannot write to a live set");
  return {};
}

Expected<void> put_trie(int slots, int trie) {
  if (::bpf_map_update_elem(slots, &kSlot, &trie, BPF_ANY) != 0)
    return system_error(errno, "cannot change a live set");
  return {};
}

Expected<void> write_set(const OpenSet& open, const std::vector<SetKey>& keys) {
  Expected<FileDescriptor> trie = new_trie(key_bytes(open.set.element));
  if (!trie) return trie.error();
  for (const SetKey& key : keys)
    if (Expected<void> put = put_key(trie->get(), &key); !put) return put;
  return put_trie(open.slots, trie->get());
}

/// The trie that lies in the slot; none where it is empty.
Expected<FileDescriptor> trie_of(const OpenSet& open) {
  if (Expected<void> allowed = require_capabilities(Operation::look_up); !allowed)
    return allowed.error();
  std::uint32_t id = 0;
  if (::bpf_map_lookup_elem(open.slots, &kSlot, &id) != 0) {
    if (errno == ENOENT) return FileDescriptor();
    return system_error(errno, "cannot read a live set");
  }
  FileDescriptor trie(::bpf_map_get_fd_by_id(id));
  if (!trie) return system_error(errno, "cannot open a live set");
  return trie;
}

std::vector<SetKey> keys_in(int trie) {
  std::vector<SetKey> keys;
  SetKey key;
  const void* before = nullptr;
  SetKey last;
  while (::bpf_map_get_next_key(trie, before, &key) == 0) {
    keys.push_back(key);
    last = key;
    before = &last;
  }
  return keys;
}

Expected<std::vector<SetKey>> read_set(const OpenSet& open) {
  Expected<FileDescriptor> trie = trie_of(open);
  if (!trie) return trie.error();
  return *trie ? keys_in(trie->get()) : std::vector<SetKey>{};
}

std::optional<Element> element_named(std::string_view name) {
  for (const Element element :
       {Element::address, Element::port, Element::integer, Element::address_port})
    if (name == to_string(element)) return element;
  return {};
}

Error unknown_set(const Policies& all, std::string_view name) {
  std::vector<std::string> known;
  for (const SetTag& tag : all.sets) known.push_back("`@" + tag.name + "`");
  return make_error(
      Error::Kind::usage, fmt::format("the filter has no live set `@{}`", name),
      known.empty() ? "it has none at all" : fmt::format("it has {}", fmt::join(known, ", ")));
}

Expected<OpenSet> open_set(const LoadedObject& object, std::string_view name) {
  if (name.starts_with('@')) name.remove_prefix(1);
  const Expected<Policies> all = policies(object);
  if (!all) return all.error();
  for (const SetTag& tag : all->sets) {
    if (tag.name != name) continue;
    const std::optional<Element> element = element_named(tag.type);
    for (const auto& [map, fd] : object.set_maps())
      if (map == tag.map && element)
        return OpenSet{.set = {.name = tag.name, .element = *element}, .slots = fd.get()};
  }
  return unknown_set(*all, name);
}

Expected<void> judge(const LiveSet& set, const SetEntry& entry) {
  const bool address = set.element == Element::address || set.element == Element::address_port;
  const bool number = set.element != Element::address;
  if (entry.addresses.has_value() != address || entry.numbers.has_value() != number)
    return make_error(Error::Kind::usage,
                      fmt::format("`@{}` holds `{}`, which `{}` is not", set.name,
                                  to_string(set.element), to_string(entry)));
  const bool port = set.element == Element::port || set.element == Element::address_port;
  if (port && (entry.numbers->low < 0 || entry.numbers->high > kLargestPort))
    return make_error(Error::Kind::usage, fmt::format("`{}` is no port, which is 0 to {}",
                                                      to_string(entry), kLargestPort));
  return {};
}

Expected<std::vector<SetKey>> judged_keys(const LiveSet& set,
                                          const std::vector<SetEntry>& entries) {
  for (const SetEntry& entry : entries)
    if (Expected<void> right = judge(set, entry); !right) return right.error();
  return keys_of(set.element, entries);
}

}  // namespace

std::string_view to_string(Element element) {
  switch (element) {
    case Element::address: return "ip";
    case Element::port: return "port";
    case Element::integer: return "int";
    case Element::address_port: return "(ip, port)";
  }
  return "";
}

Expected<std::vector<LiveSet>> live_sets(const LoadedObject& object) {
  if (object.set_maps().empty()) return std::vector<LiveSet>{};
  const Expected<Policies> all = policies(object);
  if (!all) return all.error();
  std::vector<LiveSet> list;
  for (const SetTag& tag : all->sets)
    if (const auto element = element_named(tag.type))
      list.push_back({.name = tag.name, .element = *element});
  return list;
}

Expected<std::vector<SetEntry>> set_entries(const LoadedObject& object, std::string_view name) {
  const Expected<OpenSet> open = open_set(object, name);
  if (!open) return open.error();
  const Expected<std::vector<SetKey>> keys = read_set(*open);
  if (!keys) return keys.error();
  return entries_of(open->set.element, *keys);
}

Expected<void> add_to_set(const LoadedObject& object, std::string_view name,
                          const std::vector<SetEntry>& entries, const SetChangeOptions& options) {
  const Expected<OpenSet> open = open_set(object, name);
  if (!open) return open.error();
  const Expected<std::vector<SetKey>> fresh = judged_keys(open->set, entries);
  if (!fresh || options.dry_run) return fresh ? Expected<void>{} : fresh.error();
  const LiveLock lock(open->slots);
  Expected<FileDescriptor> trie = trie_of(*open);
  if (!trie) return trie.error();
  if (*trie && fresh->size() == 1) return put_key(trie->get(), fresh->data());
  std::vector<SetKey> all = *trie ? keys_in(trie->get()) : std::vector<SetKey>{};
  all.insert(all.end(), fresh->begin(), fresh->end());
  return write_set(*open, all);
}

Expected<void> replace_set(const LoadedObject& object, std::string_view name,
                           const std::vector<SetEntry>& entries, const SetChangeOptions& options) {
  const Expected<OpenSet> open = open_set(object, name);
  if (!open) return open.error();
  const Expected<std::vector<SetKey>> keys = judged_keys(open->set, entries);
  if (!keys || options.dry_run) return keys ? Expected<void>{} : keys.error();
  const LiveLock lock(open->slots);
  return write_set(*open, *keys);
}

Expected<void> delete_from_set(const LoadedObject& object, std::string_view name,
                               const std::vector<SetEntry>& entries,
                               const SetChangeOptions& options) {
  const Expected<OpenSet> open = open_set(object, name);
  if (!open) return open.error();
  const Expected<std::vector<SetKey>> unwanted = judged_keys(open->set, entries);
  if (!unwanted) return unwanted.error();
  const LiveLock lock(open->slots);
  const Expected<std::vector<SetKey>> keys = read_set(*open);
  if (!keys) return keys.error();
  const Expected<std::vector<SetKey>> rest = keys_without(open->set.element, *keys, *unwanted);
  if (!rest) {
    Error error = rest.error();
    error.message = fmt::format("{} is not in `@{}`", error.message, open->set.name);
    return error;
  }
  return options.dry_run ? Expected<void>{} : write_set(*open, *rest);
}

Expected<void> fill_sets(const Object& object, const LoadedObject& loaded) {
  if (loaded.set_maps().empty()) return {};
  const SectionTable table = read_sections(ByteReader(object.bytes));
  std::optional<std::vector<InitialSet>> sets;
  for (const Section& section : table.sections)
    if (section.name == kSetsSection) sets = read_initial_sets(section.content);
  if (!sets) return make_error(Error::Kind::data, "the object does not tell its live sets");
  for (const auto& [name, slots] : loaded.set_maps()) {
    const auto same = [&, &map = name](const InitialSet& set) { return set.map == map; };
    const auto set = std::find_if(sets->begin(), sets->end(), same);
    std::uint32_t id = 0;
    if (set == sets->end() || ::bpf_map_lookup_elem(slots.get(), &kSlot, &id) == 0) continue;
    Expected<FileDescriptor> trie = new_trie(set->key_bytes);
    if (!trie) return trie.error();
    for (const ByteReader& bytes : set->keys) {
      SetKey key;
      for (std::uint32_t i = 0; i < set->key_bytes; ++i)
        reinterpret_cast<std::uint8_t*>(&key)[i] = *bytes.read<std::uint8_t>(i);
      if (Expected<void> put = put_key(trie->get(), &key); !put) return put;
    }
    if (Expected<void> put = put_trie(slots.get(), trie->get()); !put) return put;
  }
  return {};
}

Expected<void> carry_sets(const LoadedObject& old, const LoadedObject& fresh) {
  const Expected<std::vector<LiveSet>> wanted = live_sets(fresh);
  if (!wanted) return wanted.error();
  if (wanted->empty()) return {};
  const Expected<std::vector<LiveSet>> known = live_sets(old);
  if (!known) return known.error();
  for (const LiveSet& set : *wanted) {
    const auto agrees = [&](const LiveSet& each) {
      return each.name == set.name && each.element == set.element;
    };
    if (std::none_of(known->begin(), known->end(), agrees)) continue;
    const Expected<OpenSet> from = open_set(old, set.name);
    if (!from) return from.error();
    const Expected<OpenSet> to = open_set(fresh, set.name);
    if (!to) return to.error();
    if (is_same_map(from->slots, to->slots)) continue;
    const LiveLock lock(from->slots);
    Expected<FileDescriptor> trie = trie_of(*from);
    if (!trie) return trie.error();
    if (!*trie) continue;
    if (Expected<void> put = put_trie(to->slots, trie->get()); !put) return put;
  }
  return {};
}

}  // namespace fwc::runtime
