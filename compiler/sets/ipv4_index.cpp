// SPDX-License-Identifier: MIT
// Builds the index of IPv4 addresses. Linear in the intervals, but for the few sizes of buckets
// that are tried.
#include "compiler/sets/ipv4_index.h"

#include <bit>
#include <cmath>
#include <limits>

namespace fwc::sets {

namespace {

/// Places where membership changes, ascending; before the first nothing is in.
using Boundaries = std::span<const std::uint32_t>;

constexpr unsigned kFinestShift = 6;
constexpr unsigned kCoarsestShift = 24;
constexpr std::uint32_t kMostBuckets = 1 << 20;
constexpr unsigned kMostFinerBits = 14;  // four lanes

std::vector<std::uint32_t> boundaries_of(std::span<const Interval<std::uint32_t>> set) {
  std::vector<std::uint32_t> boundaries;
  boundaries.reserve(2 * set.size());
  for (const Interval<std::uint32_t>& interval : set) {
    boundaries.push_back(interval.low);
    if (interval.high != std::numeric_limits<std::uint32_t>::max())
      boundaries.push_back(interval.high + 1);
  }
  return boundaries;
}

/// The boundaries at the front that lie in the bucket of that number.
std::size_t leading(Boundaries boundaries, std::uint32_t bucket, unsigned shift) {
  std::size_t count = 0;
  while (count < boundaries.size() && boundaries[count] >> shift == bucket) ++count;
  return count;
}

/// Lanes that a bucket needs: a boundary at its start needs none.
std::size_t lanes_needed(Boundaries inside, unsigned shift) {
  const bool at_start =
      !inside.empty() && (inside.front() & ((std::uint32_t{1} << shift) - 1)) == 0;
  return inside.size() - at_start;
}

/// A part of the boundaries, small enough to be looked at for each size: runs from all over.
class Sample {
 public:
  explicit Sample(Boundaries all) {
    constexpr std::size_t kRun = 512;
    constexpr std::size_t kRuns = 64;
    if (all.size() <= kRun * kRuns) {
      runs_.push_back(all);
      return;
    }
    const std::size_t step = all.size() / kRuns;
    for (std::size_t at = 0; at + kRun <= all.size(); at += step)
      runs_.push_back(all.subspan(at, kRun));
  }

  /// The share of boundaries in buckets that need a pointer.
  double behind_pointers(unsigned shift) const {
    const LaneForm form{shift};
    std::size_t behind = 0;
    std::size_t all = 0;
    for (Boundaries rest : runs_) {
      all += rest.size();
      while (!rest.empty()) {
        const std::size_t count = leading(rest, rest.front() >> shift, shift);
        if (lanes_needed(rest.first(count), shift) > form.count()) behind += count;
        rest = rest.subspan(count);
      }
    }
    return static_cast<double>(behind) / static_cast<double>(all);
  }

 private:
  std::vector<Boundaries> runs_;
};

/// An estimate, in nanoseconds, of what a lookup costs beyond the best one: pointers that are
/// followed, and a table that does not stay in the nearest caches.
double cost(double behind_pointers, std::size_t boundaries, std::uint32_t buckets) {
  constexpr double kPointer = 8;
  constexpr double kDoubling = 1.5;
  constexpr double kNearBytes = 16 << 10;
  const double bytes = 8.0 * buckets + 4.0 * behind_pointers * static_cast<double>(boundaries);
  return kPointer * behind_pointers + kDoubling * std::max(0.0, std::log2(bytes / kNearBytes));
}

std::uint32_t buckets_between(std::uint32_t low, std::uint32_t high, unsigned shift) {
  return (high >> shift) - (low >> shift) + 1;
}

/// Sizes worth trying have between an eighth and eight times as many buckets as boundaries.
unsigned best_shift(Boundaries boundaries, std::uint32_t last) {
  const Sample sample(boundaries);
  unsigned best = kCoarsestShift;
  double least = std::numeric_limits<double>::max();
  for (unsigned shift = kCoarsestShift + 1; shift-- > kFinestShift;) {
    const std::uint32_t buckets = buckets_between(boundaries.front(), last, shift);
    const bool finest = shift == kFinestShift;
    if (buckets > kMostBuckets) break;
    if (std::size_t{buckets} * 8 < boundaries.size() && !finest) continue;
    const double of_shift = cost(sample.behind_pointers(shift), boundaries.size(), buckets);
    if (of_shift < least) {
      least = of_shift;
      best = shift;
    }
    if (buckets / 8 > boundaries.size()) break;
  }
  return best;
}

class Builder {
 public:
  explicit Builder(Boundaries boundaries, std::uint32_t last) : boundaries_(boundaries) {
    index_.shift = best_shift(boundaries, last);
    index_.first = boundaries.front() >> index_.shift;
    index_.buckets = buckets_between(boundaries.front(), last, index_.shift);
    index_.lanes = {index_.shift};
    index_.finer = {std::min(index_.shift - 1, kMostFinerBits)};
  }

  Ipv4Index build() && {
    // Room for the pointers' tables of an evenly spread set: growing would copy the directory.
    index_.words.reserve(index_.buckets + boundaries_.size() / 4);
    index_.words.resize(index_.buckets);
    bool parity = false;
    Boundaries rest = boundaries_;
    for (std::uint32_t bucket = 0; bucket < index_.buckets; ++bucket) {
      const Boundaries inside = rest.first(leading(rest, index_.first + bucket, index_.shift));
      index_.words[bucket] = fits(inside, index_.lanes, index_.shift)
                                 ? lanes(inside, index_.lanes, index_.shift, parity)
                                 : pointer(inside, parity);
      parity ^= inside.size() % 2 != 0;
      rest = rest.subspan(inside.size());
    }
    return std::move(index_);
  }

 private:
  static bool fits(Boundaries inside, const LaneForm& form, unsigned shift) {
    return lanes_needed(inside, shift) <= form.count();
  }

  /// A lane that is not used holds 0, which every value reaches: it turns the parity around.
  static std::uint64_t lanes(Boundaries inside, const LaneForm& form, unsigned shift, bool parity) {
    const std::uint32_t mask = (std::uint32_t{1} << shift) - 1;
    std::uint64_t entry = 0;
    const std::size_t used = lanes_needed(inside, shift);
    for (std::size_t i = 0; i < used; ++i)
      entry |= std::uint64_t{inside[inside.size() - used + i] & mask} << i * form.width();
    const std::size_t always = form.count() - used + (inside.size() - used);
    const bool start = parity != (always % 2 != 0);
    return entry | std::uint64_t{start} << kParityBit;
  }

  /// Words of a table of finer buckets; `bits` are those of an address within the coarse one.
  std::size_t words_of_finer(Boundaries inside, unsigned bits, unsigned shift) const {
    std::size_t words = std::size_t{1} << (bits - shift);
    for (std::size_t at = 0; at < inside.size();) {
      const std::size_t count = leading(inside.subspan(at), inside[at] >> shift, shift);
      if (!fits(inside.subspan(at, count), index_.finer, shift)) words += bitmap_words(shift);
      at += count;
    }
    return words;
  }

  static std::size_t bitmap_words(unsigned bits) {
    return bits <= kBitmapShift ? 1 : std::size_t{1} << (bits - kBitmapShift);
  }

  std::uint64_t pointer(Boundaries inside, bool parity) {
    index_.nested = true;
    const unsigned bits = index_.shift;
    std::size_t least = bitmap_words(bits);
    unsigned best = bits;  // a bitmap
    for (unsigned shift = index_.finer.bits + 1; shift-- > 2;) {
      const std::size_t buckets = std::size_t{1} << (bits - shift);
      if (buckets >= least) break;
      if (buckets * 16 < inside.size()) continue;
      const std::size_t words = words_of_finer(inside, bits, shift);
      if (words >= least) continue;
      least = words;
      best = shift;
    }
    if (best == bits) return bitmap(inside, bits, parity) | pointer_shift(kBitmapShift);
    return finer(inside, best, parity) | pointer_shift(best);
  }

  static std::uint64_t pointer_shift(unsigned shift) {
    return std::uint64_t{shift} << kPointerShiftAt;
  }

  std::uint64_t finer(Boundaries inside, unsigned shift, bool parity) {
    const std::size_t base = index_.words.size();
    const std::uint32_t buckets = std::uint32_t{1} << (index_.shift - shift);
    const std::uint32_t first = inside.front() >> index_.shift << (index_.shift - shift);
    index_.words.resize(base + buckets);
    for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) {
      const Boundaries own = inside.first(leading(inside, first + bucket, shift));
      index_.words[base + bucket] = fits(own, index_.finer, shift)
                                        ? lanes(own, index_.finer, shift, parity)
                                        : bitmap(own, shift, parity);
      parity ^= own.size() % 2 != 0;
      inside = inside.subspan(own.size());
    }
    return std::uint64_t{1} << kPointerBit | base;
  }

  std::uint64_t bitmap(Boundaries inside, unsigned bits, bool parity) {
    const std::size_t base = index_.words.size();
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    index_.words.resize(base + bitmap_words(bits));
    std::uint64_t* bitmap = index_.words.data() + base;
    const auto set = [&](std::uint64_t from, std::uint64_t to) {
      for (std::uint64_t at = from; at < to; ++at)
        bitmap[at >> kBitmapShift] |= std::uint64_t{1} << (at & 63);
    };
    std::uint64_t from = 0;
    for (const std::uint32_t boundary : inside) {
      if (parity) set(from, boundary & mask);
      from = boundary & mask;
      parity = !parity;
    }
    if (parity) set(from, std::uint64_t{1} << bits);
    return std::uint64_t{1} << kPointerBit | std::uint64_t{1} << kBitmapBit | base;
  }

  Boundaries boundaries_;
  Ipv4Index index_;
};

bool is_set(std::uint64_t word, std::uint64_t place) {
  return (word >> (place & 63) & 1) != 0;
}

}  // namespace

Ipv4Index index_ipv4(std::span<const Interval<std::uint32_t>> set) {
  const std::vector<std::uint32_t> boundaries = boundaries_of(set);
  return Builder(boundaries, set.back().high).build();
}

bool contains(const Ipv4Index& index, std::uint32_t address) {
  const std::uint64_t bucket = std::uint64_t{address >> index.shift} - index.first;
  if (bucket >= index.buckets) return false;
  const std::uint64_t entry = index.words[bucket];
  const std::uint64_t within = address & index.lanes.value_mask();
  if (entry >> kPointerBit == 0) return odd_boundaries(index.lanes, entry, within);
  const auto word_at = [&](std::uint64_t pointer, std::uint64_t place) {
    return index.words[static_cast<std::uint32_t>(pointer) + place];
  };
  const std::uint64_t shift = entry >> kPointerShiftAt & kPointerShiftMask;
  const std::uint64_t word = word_at(entry, within >> shift);
  if ((entry >> kBitmapBit & 1) != 0) return is_set(word, within);
  const std::uint64_t within_finer = within & ((std::uint64_t{1} << shift) - 1);
  if (word >> kPointerBit == 0) return odd_boundaries(index.finer, word, within_finer);
  return is_set(word_at(word, within_finer >> kBitmapShift), within_finer);
}

}  // namespace fwc::sets
