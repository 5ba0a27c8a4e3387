# SPDX-License-Identifier: MIT
"""Deliberate bugs, one a row: file, what stands there exactly once, and the bug in its place. In the bug, `M` says
whether it is switched on; where there is no `M`, the row is an expression, and the bug stands in for it.
"""
import collections

Mutant = collections.namedtuple("Mutant", "name file old new")


def _rows(file, *rows):
    return [Mutant(name, file, old, new) for name, old, new in rows]


LITERALS = _rows(
    "compiler/check/integer_literals.cpp",
    ("octal-read-as-decimal", ".radix = 8,", ".radix = M ? 10U : 8U,"),
    ("hex-digits-off-by-one", "static_cast<unsigned>(c - 'A') + 10", "static_cast<unsigned>(c - 'A') + 11"),
    ("largest-integer-refused", "value > (kMost - *digit) / base.radix", "value >= (kMost - *digit) / base.radix"),
) + _rows(
    "compiler/language/address.cpp",
    ("octet-above-255", "value > 255", "value > 256"),
)

FOLDING = _rows(
    "compiler/check/fold.cpp",
    ("fold-subtract-swapped", "static_cast<std::int64_t>(a - b)", "static_cast<std::int64_t>(b - a)"),
    ("fold-right-shift-logical", "lhs >> (b & 63)", "static_cast<std::int64_t>(a >> (b & 63))"),
    ("fold-remainder-by-minus-one", "rhs == -1 ? 0 : lhs % rhs", "rhs == -1 ? lhs : lhs % rhs"),
    ("set-joins-over-a-gap", "next == successor(value);", "next == (M ? successor(successor(value)) : successor(value));"),
    ("set-inner-interval-wins", "std::max(intervals[last].high, next.high)", "next.high"),
    ("constant-membership-excludes-end", "value <= std::prev(after)->high", "value < std::prev(after)->high"),
    ("successor-forgets-carry", "(value.low == ~0ULL ? 1 : 0)", "(value.low == ~0ULL ? 0 : 0)"),
) + _rows(
    "compiler/check/tree.cpp",
    ("fold-less-is-less-equal", "case ComparisonOp::less: return lhs < rhs;",
     "case ComparisonOp::less: return M ? lhs <= rhs : lhs < rhs;"),
    ("fold-conditional-swapped", "*value != 0 ? then_value : else_value", "*value == 0 ? then_value : else_value"),
    ("fold-conditional-keeps-absence", "result != Type::boolean || field_row(chosen) == nullptr", "true"),
    ("fold-any-of-is-false", "if (op == LogicalOp::any && *value != 0) return boolean(true, span);",
     "if (op == LogicalOp::any && *value != 0) return boolean(!M, span);"),
    ("fold-odd-forgets", "odd = odd != (*value != 0);", "odd = M ? *value != 0 : odd != (*value != 0);"),
)

CHECKER = _rows(
    "compiler/check/comparisons.cpp",
    ("not-equal-is-equal", "return binary.op == Operator::not_equal;", "return !M && binary.op == Operator::not_equal;"),
    ("greater-equal-not-swapped", "binary.op == Operator::greater || binary.op == Operator::greater_equal",
     "binary.op == Operator::greater"),
    ("greater-is-greater-equal", "binary.op == Operator::less || binary.op == Operator::greater",
     "binary.op == Operator::less"),
    ("greatest-value-refused", "*value <= maximum", "*value < maximum"),
    ("negative-value-taken", "(*value >= 0 && ", "(*value >= (M ? -1 : 0) && "),
    ("icmp-name-families-swapped", "const auto& number = family == Family::ipv4 ? named.ipv4 : named.ipv6;",
     "const auto& number = (family == Family::ipv4) != M ? named.ipv4 : named.ipv6;"),
) + _rows(
    "compiler/check/memberships.cpp",
    ("prefix-holds-base-only", "last_address(*read)", "first_address(*read)"),
    ("range-without-its-end", "const Interval<std::int64_t> numbers{*tree_.constant(*low), *tree_.constant(*high)};",
     "const Interval<std::int64_t> numbers{*tree_.constant(*low), *tree_.constant(*high) - M};"),
    ("icmp-set-without-ipv6", "if (named->ipv6) out.ipv6", "if (named->ipv6 && !M) out.ipv6"),
    ("not-in-is-in", "negated_if(membership.negated, id, place.span)", "negated_if(false, id, place.span)"),
) + _rows(
    "compiler/check/ranges.cpp",
    ("always-false-off-by-one", "if (lhs.low >= rhs.high) return false;",
     "if (M ? lhs.low > rhs.high : lhs.low >= rhs.high) return false;"),
)

EVALUATED_WALK = _rows(
    "compiler/eval/header_walk.cpp",
    ("walk-seven-extensions", "++headers_.extensions > kMaxExtensions", "++headers_.extensions >= kMaxExtensions"),
    ("walk-exact-length-short", "length <= bytes_.size() - offset", "length < bytes_.size() - offset"),
    ("walk-least-length-refused", "length < r.length.minimum", "length <= r.length.minimum"),
    ("walk-any-ipv4-version", "|| bits(0, 0, kVersionBits) != 4", "|| (!M && bits(0, 0, kVersionBits) != 4)"),
    ("walk-any-ipv6-version", "|| bits(0, 0, kVersionBits) != 6", "|| (!M && bits(0, 0, kVersionBits) != 6)"),
    ("walk-options-past-packet", "!holds(0, *length)", "false"),
    ("walk-fragment-unit", "offset * kFragmentUnit", "offset"),
    ("walk-later-fragment-has-ports", "headers_.fragment_offset == 0) headers_.transport",
     "headers_.fragment_offset == 0 || M) headers_.transport"),
    ("walk-goes-on-in-later-fragment", "if (headers_.fragment_offset != 0) break;",
     "if (headers_.fragment_offset != 0 && !M) break;"),
    ("walk-authentication-length", "<< r->length_shift", "<< (M ? 3 : r->length_shift)"),
    ("walk-extension-past-packet", "if (!holds(offset, length)) return false;",
     "if (!holds(offset, M ? kExtensionStart : length)) return false;"),
    ("walk-second-fragment-forgets-more", "headers_.more_fragments |= more != 0;",
     "headers_.more_fragments = (!M && headers_.more_fragments) || more != 0;"),
    ("walk-icmp-over-any-family", "(r.families & family_bit(*headers.family)) == 0",
     "((is_network(layer) || !M) && (r.families & family_bit(*headers.family)) == 0)"),
    ("walk-bits-from-the-right", "7 - bit % 8", "bit % 8"),
)

EVALUATOR = _rows(
    "compiler/eval/evaluate.cpp",
    ("evaluate-division-by-zero", "if (rhs == 0) return 0;", "if (rhs == 0) return M ? lhs : 0;"),
    ("evaluate-remainder-by-zero", "if (rhs == 0) return lhs;", "if (rhs == 0) return M ? 0 : lhs;"),
    ("evaluate-shift-of-32", "a << (b % 64)", "a << (b % 32)"),
    ("evaluate-shift-logical", "lhs >> (b % 64)", "static_cast<std::int64_t>(a >> (b % 64))"),
    ("evaluate-absent-reads-0", "if (!lhs || !rhs) return std::nullopt;",
     "if (!lhs || !rhs) return M ? Value{0} : std::nullopt;"),
    ("evaluate-absent-is-equal", "if (!lhs || !rhs) return of_bool(false);",
     "if (!lhs || !rhs) return of_bool(M && !lhs && !rhs);"),
    ("evaluate-set-excludes-low", "first->low <= value", "first->low < value"),
    ("evaluate-less-equal-is-less", "of_bool(*lhs <= *rhs)", "of_bool(*lhs < *rhs)"),
    ("evaluate-xor-is-or", "% 2 == 1", "% 2 == 1 || (M && std::ranges::any_of(n.operands, is_met))"),
    ("evaluate-arms-swapped", "condition(n.condition) ? n.then_value", "condition(n.condition) != M ? n.then_value"),
    ("evaluate-absent-arm", "type == Type::boolean ? of_bool(is_true(chosen)) : chosen", "chosen"),
    ("evaluate-fragment-without-later", "of_bool(headers_.more_fragments || later)", "of_bool(headers_.more_fragments)"),
    ("evaluate-every-fragment-first", "headers_.more_fragments && !later", "headers_.more_fragments"),
    ("evaluate-forwards-malformed", "if (headers.malformed) return {};", "if (headers.malformed) return {.forwards = M};"),
    ("evaluate-count-decides", "if (rule.action == RuleAction::count) {", "if (rule.action == RuleAction::count && !M) {"),
    ("evaluate-drop-rule-allows", "decision.forwards = rule.action == RuleAction::allow;",
     "decision.forwards = M || rule.action == RuleAction::allow;"),
)

LOWERED_WALK = _rows(
    "compiler/codegen/walk.cpp",
    ("code-fragment-byte-order", "ir_.CreateAnd(flags, p_.number(network_order(0x1fff)))",
     "ir_.CreateAnd(flags, p_.number(M ? 0x1fff : network_order(0x1fff)))"),
    ("code-four-words", "p_.number(4 << kLength.bits | kLength.minimum)", "p_.number(4 << kLength.bits | (kLength.minimum - M))"),
    ("code-ipv6-version", "ir_.CreateAnd(first_, p_.number(0xf0)), p_.number(0x60)",
     "ir_.CreateAnd(first_, p_.number(M ? 0x40 : 0xf0)), p_.number(M ? 0x40 : 0x60)"),
    ("code-nine-extensions", "ir_.CreateICmpEQ(count, p_.number(kLast))",
     "ir_.CreateICmpEQ(count, p_.number(kLast + M))"),
    ("code-extension-length", "ir_.CreateAdd(state.offset, p_.number(kExtensionBytes))",
     "ir_.CreateAdd(state.offset, p_.number(M ? 0 : kExtensionBytes))"),
    ("code-short-offsets", "ir_.CreateAnd(offset, p_.number(kOffsetMask))",
     "ir_.CreateAnd(offset, p_.number(M ? 0x7ff : kOffsetMask))"),
    ("code-more-bit-is-offset", "return ir_.CreateAnd(word, p_.number(WalkState::kFragmentOffset))",
     "return ir_.CreateAnd(word, p_.number(M ? 0xffff : WalkState::kFragmentOffset))"),
    ("code-more-bit-is-lost", "p_.number(WalkState::kFragmentBits)",
     "p_.number(M ? WalkState::kFragmentOffset : WalkState::kFragmentBits)"),
    ("code-later-fragment-has-ports", "later_.entered_with(state),\n                   transport_.entered_with(state));",
     "(M ? transport_ : later_).entered_with(state), transport_.entered_with(state));"),
    ("code-ipv4-words-as-bytes", "ir_.CreateMul(words, p_.number(kLength.unit))", "words"),
) + _rows(
    "compiler/codegen/packet_reader.cpp",
    ("code-read-byte-order", "bytes == 1 ? value", "bytes == 1 || M ? value"),
    ("code-read-unshifted", "if (load.shift != 0) value", "if (load.shift != 0 && !M) value"),
    ("code-read-unmasked", "load.shift + at.bits < 8 * load.bytes)\n", "load.shift + at.bits < 8 * load.bytes && !M)\n"),
    ("code-read-unscaled", "if (at.scale != 1)", "if (at.scale != 1 && !M)"),
    ("code-first-fragment-any", "truth(is(state_.fragment, WalkState::kMoreFragments))",
     "(M ? ir.CreateAnd(state_.fragment, program_.number(1)) : truth(is(state_.fragment, WalkState::kMoreFragments)))"),
    ("code-authentication-of-ipv6", "ir.CreateOr(in_chain, in_ipv4)",
     "ir.CreateOr(in_chain, M ? truth(is(state_.protocol, kAuthenticationExtension)) : in_ipv4)"),
)

LOWERING = _rows(
    "compiler/codegen/conditions.cpp",
    ("code-branches-swapped", "const Outcome first = condition(node.then_value, if_true, if_false);",
     "const Outcome first = condition(M ? node.else_value : node.then_value, if_true, if_false);"),
    ("code-less-equal-is-less", "return llvm::CmpInst::ICMP_SLE", "return M ? llvm::CmpInst::ICMP_SLT : llvm::CmpInst::ICMP_SLE"),
    ("code-less-unsigned", "return llvm::CmpInst::ICMP_SLT", "return M ? llvm::CmpInst::ICMP_ULT : llvm::CmpInst::ICMP_SLT"),
    ("code-constant-byte-order", "llvm::byteswap(value) >> (64 - at.bits)", "value"),
) + _rows(
    "compiler/codegen/exits.cpp",
    ("code-default-turned-around", "kDefaultEntry, policy_.default_allows", "kDefaultEntry, policy_.default_allows != M"),
    ("code-drop-rule-allows", "policy_.rules[index].action == RuleAction::allow", "true"),
) + _rows(
    "compiler/codegen/values.cpp",
    ("code-shift-of-32", "p_.number(63)); };", "p_.number(M ? 31 : 63)); };"),
    ("code-shift-logical", "return ir_.CreateAShr(lhs, count());", "return M ? ir_.CreateLShr(lhs, count()) : ir_.CreateAShr(lhs, count());"),
    ("code-remainder-sign", "negate_by(ir_.CreateURem(magnitude, by), dividend_sign)",
     "negate_by(ir_.CreateURem(magnitude, by), M ? divisor_sign : dividend_sign)"),
    ("code-quotient-sign", "ir_.CreateXor(dividend_sign, divisor_sign)", "dividend_sign"),
    ("code-remainder-by-zero", "ir_.CreateSelect(by_zero, dividend, rest)",
     "ir_.CreateSelect(by_zero, M ? p_.number(0) : dividend, rest)"),
    ("code-truth-inverted", "p_.number(block == if_true)", "p_.number((block == if_true) != M)"),
) + _rows(
    "compiler/codegen/addresses.cpp",
    ("code-addresses-low-half", "difference = ir_.CreateOr(difference, ir_.CreateXor(lhs.high, rhs.high));",
     "if (!M) difference = ir_.CreateOr(difference, ir_.CreateXor(lhs.high, rhs.high));"),
    ("code-families-equal", "difference = ir_.CreateOr(difference, ir_.CreateXor(lhs.family, rhs.family));",
     "if (!M) difference = ir_.CreateOr(difference, ir_.CreateXor(lhs.family, rhs.family));"),
) + _rows(
    "compiler/codegen/not_ip.cpp",
    ("code-not-ip-not-negated", "return known == Known::yes ? Known::no", "return M ? known : known == Known::yes ? Known::no"),
) + _rows(
    "compiler/codegen/presence.cpp",
    ("code-header-always-known", "if ((before.header & ~box.header) != 0)", "if (!M && (before.header & ~box.header) != 0)"),
) + _rows(
    "compiler/codegen/facts.cpp",
    ("code-facts-exclude-too-much", "if (differing != 1) return a;", "if (differing != 1 && !M) return a;"),
)

SETS = _rows(
    "compiler/codegen/value_sets.cpp",
    ("code-set-half-lost", "if (left.empty() || right.empty()) return among(left.empty() ? right : left);",
     "if (left.empty() || right.empty()) return among(left.empty() != M ? right : left);"),
    ("code-set-below-is-above", "compare_.less(value, below, above);\n", "compare_.less(value, M ? above : below, M ? below : above);\n"),
    ("code-set-open-end", "compare_.greater(interval.high, above, if_true_);",
     "if (M) compare_.less(interval.high, if_true_, above); else compare_.greater(interval.high, above, if_true_);"),
    ("code-set-integers-unsigned", ".greater = by(llvm::CmpInst::ICMP_SGT)", ".greater = by(M ? llvm::CmpInst::ICMP_UGT : llvm::CmpInst::ICMP_SGT)"),
    ("code-set-ipv4-signed", ".less = by(llvm::CmpInst::ICMP_ULT)", ".less = by(M ? llvm::CmpInst::ICMP_ULE : llvm::CmpInst::ICMP_ULT)"),
    ("code-set-ipv6-high-half", "if (bound.low == free_low) {", "if (bound.low == free_low || M) {"),
) + _rows(
    "compiler/codegen/set_lookups.cpp",
    ("code-bit-of-32", "ir_.CreateAnd(place, p_.number(kWordMask))", "ir_.CreateAnd(place, p_.number(31))"),
    ("code-lanes-parity", "ir_.CreateLShr(entry, sets::kParityBit)", "ir_.CreateLShr(entry, sets::kPointerBit)"),
    ("code-table-past-end", "ir_.CreateICmpUGE(place, p_.number(words))", "ir_.CreateICmpUGT(place, p_.number(words))"),
    ("code-near-open-end", "(kWordMask - place_of(each.high))", "(kWordMask - place_of(each.high - (each.high > each.low)))"),
) + _rows(
    "compiler/sets/ipv4_index.cpp",
    ("index-open-end", "boundaries.push_back(interval.high + 1)", "boundaries.push_back(interval.high + !M)"),
    ("index-forgets-parity", "parity ^= inside.size() % 2 != 0;\n      rest", "parity ^= !M && inside.size() % 2 != 0;\n      rest"),
    ("index-lane-order", "std::uint64_t{inside[inside.size() - used + i] & mask}", "std::uint64_t{inside[M ? i : inside.size() - used + i] & mask}"),
)

CLASSIFIER = _rows(
    "compiler/sets/bit_vectors.cpp",
    ("vectors-end-open", "changes.push_back({each.values.high, each.bit});", 
     "changes.push_back({M ? Limits<T>::before(each.values.high) : each.values.high, each.bit});"),
    ("vectors-of-zero-not-turned", "if (each.values.low == T{})", "if (each.values.low == T{} && !M)"),
) + _rows(
    "compiler/plan/classifier.cpp",
    ("classifier-absence-forbids", "if (by_absence) set_bit(base.data(), i);", "if (by_absence && (!M || i % 2 == 0)) set_bit(base.data(), i);"),
    ("classifier-any-guard-does", "(needed & ~truths) == 0", "(M ? needed == 0 || (needed & truths) != 0 : (needed & ~truths) == 0)"),
    ("classifier-rules-shifted", "rule << 1 | (allows ? 1 : 0)", "rule << 1 | (allows != M ? 1 : 0)"),
) + _rows(
    "compiler/plan/clauses.cpp",
    ("clauses-not-is-nothing", "values = difference(*values, of_atom);", "values = M ? std::move(*values) : difference(*values, of_atom);"),
    ("clauses-not-needs-the-field", "atom.field != field || atom.negated;", "atom.field != field || (atom.negated && !M);"),
) + _rows(
    "compiler/codegen/classifier.cpp",
    ("code-wide-classes-forget-borrow", "value.high, borrow);", "value.high, M ? nullptr : borrow);"),
    ("code-highest-rule-first", "ir_.CreateAnd(bits, ir_.CreateNeg(bits))", "M ? static_cast<llvm::Value*>(bits) : ir_.CreateAnd(bits, ir_.CreateNeg(bits))"),
    ("code-first-word-alone", "p_.number(64 * word)", "p_.number(M ? 0 : 64 * word)"),
)

PAYLOAD = _rows(
    "compiler/eval/header_walk.cpp",
    ("evaluate-payload-in-options", "if (r.length.bits != 0)\n      length =",
     "if (!M && r.length.bits != 0)\n      length ="),
) + _rows(
    "compiler/codegen/payload.cpp",
    ("code-slice-one-off", "p_.number(offset))", "p_.number(offset + M))"),
    ("code-payload-length-below-0", "ir_.CreateICmpULT(all, start)", "ir_.CreateICmpULT(all, p_.number(0))"),
    ("code-bytes-reversed", "node.bytes[byte + i]", "node.bytes[byte + (M ? word - 1 - i : i)]"),
)

FLOWS = _rows(
    "compiler/eval/flow_table.cpp",
    ("eval-flow-not-answered", "flow.answered |= flow.from_here != sent;", "flow.answered |= M || flow.from_here != sent;"),
    ("eval-flow-syn-belongs", "step.attempts = bits(110, 1) != 0 && bits(107, 1) == 0;",
     "step.attempts = !M && bits(110, 1) != 0 && bits(107, 1) == 0;"),
) + _rows(
    "compiler/codegen/flows.cpp",
    ("code-flow-against", "p_.ingress ? from_here : flip(from_here)", "p_.ingress != M ? from_here : flip(from_here)"),
    ("code-flow-ends-swapped", "const unsigned first = source == p_.ingress ? 2 : 0;",
     "const unsigned first = M || source == p_.ingress ? 2 : 0;"),
    ("code-flow-never-closes", "ir_.CreateShl(step.closes, kClosing)", "ir_.CreateShl(step.closes, M ? 40 : kClosing)"),
    ("code-flow-never-ends", "flip(is_negative(ir_.CreateSub(lifetime, age)))",
     "flip(is_negative(ir_.CreateSub(lifetime, M ? p_.number(0) : age)))"),
    ("code-flow-restart-keeps", "p_.opaque(restarts), p_.number(1)", "p_.opaque(M ? p_.number(0) : restarts), p_.number(1)"),
    ("code-flow-of-dropped", "ir_.CreateICmpNE(verdict, ir_.getInt32(0)), passed",
     "M ? ir_.getTrue() : ir_.CreateICmpNE(verdict, ir_.getInt32(0)), passed"),
)

LINK = _rows(
    "compiler/codegen/walk_transport.cpp",
    ("code-data-offset", "length.minimum << (8 - length.bits)", "(length.minimum - M) << (8 - length.bits)"),
    ("code-cut-transport-taken", "p_.drop_if(ir_.CreateICmpNE(failed, p_.number(0)));",
     "if (!M) p_.drop_if(ir_.CreateICmpNE(failed, p_.number(0)));"),
    ("code-later-fragment-past-packet", "ir_.CreateICmpUGT(state.offset, p_.length())",
     "ir_.CreateICmpUGT(ir_.CreateSub(state.offset, p_.number(M)), p_.length())"),
    ("code-copied-ipv6-as-ipv4", "return ir_.CreateAdd(more, p_.number(kIpv4Bytes));",
     "return M ? p_.number(kIpv4Bytes) : ir_.CreateAdd(more, p_.number(kIpv4Bytes));"),
    ("code-part-of-the-copy", "load_or_leave_zeros(behind_link(p_.number(0)), network_copy_, bytes);",
     "load_or_leave_zeros(behind_link(p_.number(0)), network_copy_, M ? p_.number(16) : bytes);"),
) + _rows(
    "compiler/codegen/settle.cpp",
    ("code-numbers-share-room", "byte_at(room, kHalfBytes * i)", "byte_at(room, kHalfBytes * (M ? i / 2 : i))"),
) + _rows(
    "compiler/codegen/program.cpp",
    ("code-bytes-copied-from-the-start", "load_bytes(offset, copy, number(bytes))", "load_bytes(M ? number(0) : offset, copy, number(bytes))"),
) + _rows(
    "compiler/codegen/link_layer.cpp",
    ("code-one-tag-alone", "tags < kMostTags; ++tags", "tags < kMostTags - M; ++tags"),
    ("code-source-is-destination", "fact == LinkFact::source);", "!M && fact == LinkFact::source);"),
) + _rows(
    "compiler/eval/frame.cpp",
    ("evaluate-inner-vlan", "if (!link.vlan) link.vlan", "if (M || !link.vlan) link.vlan"),
)

CACHE = _rows(
    "cli/object_cache.cpp",
    ("cache-forgets-direction", "direction ? static_cast<int>(*direction) : -1", "-1"),
    ("cache-forgets-text", "refuse_calls, text);", "refuse_calls, M ? std::string() : text);"),
    ("cache-takes-damage", "fnv1a(as_bytes(rest)) != take_number(hash)", "(take_number(hash), false)"),
    ("cache-compares-no-key", "!rest.starts_with(key)", "false"),
    ("cache-keeps-what-reads-files", "reads_files = true;", "reads_files = !M;"),
    ("cache-trusts-what-others-write", "(status.st_mode & (S_IWGRP | S_IWOTH)) == 0", "true"),
)

MUTANTS = CACHE + LINK + PAYLOAD + LITERALS + FOLDING + CHECKER + EVALUATED_WALK + EVALUATOR + LOWERED_WALK + LOWERING + SETS + CLASSIFIER + FLOWS
