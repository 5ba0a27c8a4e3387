// SPDX-License-Identifier: MIT
// Units of systemd as their files say; see unit_files.h.
#include "cli/unit_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

namespace fwc::cli {

namespace {

namespace fs = std::filesystem;
using runtime::Error;
using runtime::Expected;

// systemd.unit(5), "System Unit Search Path", the most important first.
constexpr std::array<std::string_view, 13> kFolders = {
    "/etc/systemd/system.control",   "/run/systemd/system.control",  "/run/systemd/transient",
    "/run/systemd/generator.early",  "/etc/systemd/system",          "/etc/systemd/system.attached",
    "/run/systemd/system",           "/run/systemd/system.attached", "/run/systemd/generator",
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",      "/lib/systemd/system",
    "/run/systemd/generator.late"};

// UNIT_NAME_MAX and VALID_CHARS of systemd's unit-name.c.
constexpr std::size_t kLongestName = 255;
constexpr std::string_view kNameMarks = ":-_.\\@";

std::string_view stripped(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// One line with those that a backslash at the end joins to it; comments between them are dropped.
bool next_line(std::istream& file, std::string& line) {
  line.clear();
  for (std::string part; std::getline(file, part);) {
    const std::string_view text = stripped(part);
    if (text.starts_with('#') || text.starts_with(';')) continue;
    line += text;
    if (!line.ends_with('\\')) return true;
    line.back() = ' ';
  }
  return !line.empty();
}

void read_settings(const std::string& path, std::vector<UnitSetting>& settings) {
  std::ifstream file(path);
  std::string section;
  for (std::string line; next_line(file, line);) {
    const std::string_view text = stripped(line);
    if (text.starts_with('[') && text.ends_with(']')) {
      section = text.substr(1, text.size() - 2);
      continue;
    }
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    settings.push_back({.section = section,
                        .key = std::string(stripped(text.substr(0, equals))),
                        .value = std::string(stripped(text.substr(equals + 1))),
                        .file = path});
  }
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

// What a link leads to, below `root`; the path itself where it is no link.
std::string link_target(const std::string& root, const std::string& path) {
  std::error_code failure;
  const fs::path target = fs::read_symlink(path, failure);
  if (failure) return path;
  if (target.is_absolute()) return root + target.string();
  return (fs::path(path).parent_path() / target).lexically_normal().string();
}

std::string file_name(const std::string& path) {
  return fs::path(path).filename().string();
}

Error no_such_unit(std::string_view name) {
  return {.kind = Error::Kind::no_input,
          .message = fmt::format("there is no unit `{}`", name),
          .hint = "`systemctl list-unit-files` shows those there are"};
}

// The names under which drop-ins of a unit are looked up, the most general first: `service.d`,
// `foo-.service.d`, the template's and its own.
std::vector<std::string> drop_in_names(const std::string& unit) {
  const std::size_t dot = unit.rfind('.');
  const std::string suffix = unit.substr(dot);
  std::vector<std::string> names = {suffix.substr(1)};
  const std::string stem = unit.substr(0, std::min(unit.find('@'), dot));
  for (std::size_t dash = stem.find('-'); dash != std::string::npos;
       dash = stem.find('-', dash + 1))
    if (dash + 1 < stem.size()) names.push_back(stem.substr(0, dash + 1) + suffix);
  if (const std::string general = template_of(unit); !general.empty()) names.push_back(general);
  names.push_back(unit);
  return names;
}

}  // namespace

bool is_unit_name(std::string_view name) {
  if (name.size() > kLongestName || name.starts_with('.') || name.starts_with('@')) return false;
  const bool good = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || kNameMarks.find(static_cast<char>(c)) != std::string_view::npos;
  });
  return good && std::count(name.begin(), name.end(), '@') <= 1 && !section_of(name).empty();
}

std::string_view section_of(std::string_view unit) {
  if (unit.ends_with(".service")) return "Service";
  if (unit.ends_with(".socket")) return "Socket";
  return {};
}

std::string template_of(std::string_view unit) {
  const std::size_t at = unit.find('@');
  const std::size_t dot = unit.rfind('.');
  if (at == std::string_view::npos || dot == std::string_view::npos || dot <= at + 1) return {};
  return fmt::format("{}{}", unit.substr(0, at + 1), unit.substr(dot));
}

// systemd.service(5), "Command lines", and systemd.unit(5), "Specifiers".
std::string unit_word(std::string_view word) {
  std::string result;
  for (const char c : word) {
    if (c == '%' || c == '$') result += c;
    if (c == '\\' || c == '"') result += '\\';
    result += c;
  }
  const bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._@:+-\\").find(static_cast<char>(c)) != std::string_view::npos;
  });
  return plain && !word.empty() ? result : fmt::format("\"{}\"", result);
}

std::vector<std::string> Unit::values(std::string_view section, std::string_view key) const {
  std::vector<std::string> result;
  for (const UnitSetting& setting : settings) {
    if (setting.section != section || setting.key != key) continue;
    if (setting.value.empty())
      result.clear();
    else
      result.push_back(setting.value);
  }
  return result;
}

std::string UnitFiles::find_fragment(const std::string& name) const {
  for (const std::string& candidate : {name, template_of(name)}) {
    if (candidate.empty()) continue;
    for (const std::string_view folder : kFolders) {
      std::string path = fmt::format("{}{}/{}", root_, folder, candidate);
      if (exists(path)) return path;
    }
  }
  return {};
}

// Of several files of one name the one in the most important folder counts, and of names the most
// special one.
std::vector<std::string> UnitFiles::find_drop_ins(const std::string& name) const {
  std::map<std::string, std::string> by_name;
  for (const std::string& owner : drop_in_names(name))
    for (auto folder = kFolders.rbegin(); folder != kFolders.rend(); ++folder) {
      std::error_code failure;
      const std::string path = fmt::format("{}{}/{}.d", root_, *folder, owner);
      for (const auto& entry : fs::directory_iterator(path, failure))
        if (entry.path().extension() == ".conf")
          by_name[entry.path().filename().string()] = entry.path().string();
    }
  std::vector<std::string> paths;
  for (const auto& [_, path] : by_name) paths.push_back(path);
  return paths;
}

Expected<Unit> UnitFiles::read(std::string_view given) const {
  std::string name(given);
  if (name.find('.') == std::string::npos) name += ".service";
  if (!is_unit_name(name))
    return Error{.kind = Error::Kind::usage,
                 .message = fmt::format("`{}` is not the name of a service or a socket", given),
                 .hint = "give the name of a unit, as in `web.service`"};
  std::string fragment = find_fragment(name);
  if (fragment.empty()) return no_such_unit(name);
  std::string target = link_target(root_, fragment);
  if (target == root_ + "/dev/null")
    return Error{.kind = Error::Kind::no_input,
                 .message = fmt::format("unit `{}` is masked", name),
                 .hint = fmt::format("`systemctl unmask {}`", name)};
  if (!exists(target)) return no_such_unit(name);
  // A link to a unit of another name is an alias; one to a template is an instance.
  if (const std::string other = file_name(target);
      other != name && other != template_of(name) && is_unit_name(other))
    name = other;
  Unit unit{.name = name, .fragment = target, .settings = {}};
  read_settings(target, unit.settings);
  for (const std::string& drop_in : find_drop_ins(name)) read_settings(drop_in, unit.settings);
  return unit;
}

std::vector<std::string> UnitFiles::sockets_of(const Unit& service) const {
  const std::string stem = service.name.substr(0, service.name.rfind('.'));
  std::vector<std::string> candidates = {stem.substr(0, stem.find('@')) + ".socket"};
  if (!stem.ends_with('@')) candidates.push_back(stem + ".socket");
  for (const std::string& value : service.values("Service", "Sockets"))
    for (std::size_t at = 0; at < value.size();) {
      const std::size_t end = std::min(value.find(' ', at), value.size());
      candidates.push_back(value.substr(at, end - at));
      at = end + 1;
    }
  for (const std::string_view folder : kFolders) {
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(fmt::format("{}{}", root_, folder), failure))
      if (entry.path().extension() == ".socket") candidates.push_back(entry.path().filename());
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::erase_if(candidates, [&](const std::string& name) {
    const Expected<Unit> socket = read(name);
    if (!socket || section_of(name) != "Socket" || socket->name != name) return true;
    const auto named = socket->values("Socket", "Service");
    if (!named.empty()) return named.back() != service.name;
    const std::string own = name.substr(0, name.rfind('.'));
    return own + ".service" != service.name && own + "@.service" != service.name &&
           own + "@.service" != template_of(service.name);
  });
  return candidates;
}

}  // namespace fwc::cli
