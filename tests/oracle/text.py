# SPDX-License-Identifier: MIT
"""Text to tokens. First stage of the oracle; grammar.py takes the tokens."""
import collections
import ipaddress
import re


class FilterError(Exception):
    """The text is no filter. `at` is the offset of the first character that shows it."""

    def __init__(self, message, at):
        super().__init__(f"{message} at {at}")
        self.at = at


# kind: int, address (family, number), prefix (family, first, last), mac, macs (first, last), string, name, variable, set, mark, end
Token = collections.namedtuple("Token", "kind value at end")

# The words that are operators or open a declaration; no field can have such a name.
WORDS = {"or": "||", "xor": "^^", "and": "&&", "not": "!", "in": "in", "let": "let", "from": "from"}
MARKS = ("<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "^^", "..", "?", ":", "|", "^", "&", "<", ">", "+", "-",
         "*", "/", "%", "!", "~", "(", ")", "{", "}", "[", "]", ",", ";", "=")
BLANK = re.compile(r"(?:\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)+", re.S)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
HELD = re.compile(r"[$@][A-Za-z_][A-Za-z0-9_]*")
MAC = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?![0-9A-Za-z:])")
IPV4 = re.compile(r"\d+\.\d+\.\d+\.\d+(?![0-9A-Za-z_])")
IPV6 = re.compile(r"(?=[0-9A-Fa-f]*:)(?:[0-9A-Fa-f:]*:\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f:]+)(?![0-9A-Za-z_])")
LENGTH = re.compile(r"/(\d+)")
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
HEX = re.compile(r'hex"((?:[0-9A-Fa-f]{2}|[ \t])*)"')
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)")
DIGITS = {"0x": (16, "0-9A-Fa-f"), "0o": (8, "0-7"), "0b": (2, "01"), "": (10, "0-9")}
INTEGERS = {prefix: re.compile(rf"{prefix}([{digits}](?:[_']?[{digits}])*)(?![0-9A-Za-z_'])")
            for prefix, (_, digits) in DIGITS.items()}


def _integer(text, at):
    prefix = text[at:at + 2].lower() if text[at:at + 2].lower() in DIGITS else ""
    match = INTEGERS[prefix].match(text[at:at + len(prefix)].lower() + text[at + len(prefix):at + 200])
    if not match:
        raise FilterError("no integer", at)
    if prefix == "" and len(match[1]) > 1 and match[1].startswith("0"):
        raise FilterError("a decimal with a leading zero", at)
    value = int(re.sub("[_']", "", match[1]), DIGITS[prefix][0])
    if value >= 1 << 63:
        raise FilterError("an integer past 64 bits", at)
    return Token("int", value, at, at + match.end())


def _address(text, at):
    """An address or a prefix, or None where the text at `at` is neither."""
    match = IPV4.match(text, at) or IPV6.match(text, at)
    if not match or match[0].count(":") == 1:
        return None
    try:
        address = ipaddress.ip_address(match[0])
    except ValueError:
        if "::" in match[0] or "." in match[0]:
            raise FilterError("no address", at) from None
        return None
    number, bits = int(address), address.max_prefixlen
    length = LENGTH.match(text, match.end())
    if not length:
        return Token("address", (address.version, number), at, match.end())
    free = bits - int(length[1])
    if free < 0 or (len(length[1]) > 1 and length[1].startswith("0")):
        raise FilterError("no prefix length", match.end())
    if number & ((1 << free) - 1):
        raise FilterError("a prefix with host bits set", at)
    return Token("prefix", (address.version, number, number | ((1 << free) - 1)), at, length.end())


def _mac(text, match):
    number = int(match[0].replace(":", ""), 16)
    length = LENGTH.match(text, match.end())
    if not length:
        return Token("mac", number, match.start(), match.end())
    free = 48 - int(length[1])
    if free < 0 or number & ((1 << free) - 1):
        raise FilterError("a prefix with host bits set", match.start())
    return Token("macs", (number, number | ((1 << free) - 1)), match.start(), length.end())


def _string(match):
    known = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", '"': '"'}

    def one(escape):
        code = escape[1]
        if code.startswith("x"):
            return chr(int(code[1:], 16))
        if code not in known:
            raise FilterError("unknown escape", match.start())
        return known[code]

    raw = match[1].encode().decode("latin-1")  # the bytes of the text, whatever they say
    return ESCAPE.sub(one, raw).encode("latin-1")


def _token(text, at):
    if match := MAC.match(text, at):
        return _mac(text, match)
    if address := _address(text, at):
        return address
    if text[at].isdigit():
        return _integer(text, at)
    if match := HELD.match(text, at):
        return Token("variable" if match[0][0] == "$" else "set", match[0], at, match.end())
    if match := HEX.match(text, at):
        return Token("string", bytes.fromhex(match[1]), at, match.end())
    if match := NAME.match(text, at):
        if match[0] in WORDS:
            return Token("mark", WORDS[match[0]], at, match.end())
        return Token("name", match[0], at, match.end())
    if match := STRING.match(text, at):
        return Token("string", _string(match), at, match.end())
    for mark in MARKS:
        if text.startswith(mark, at):
            return Token("mark", mark, at, at + len(mark))
    raise FilterError("a character that means nothing here", at)


def tokens(text):
    found, at = [], 0
    while True:
        if blank := BLANK.match(text, at):
            at = blank.end()
        if at == len(text):
            return found + [Token("end", None, at, at)]
        if text.startswith("/*", at):
            raise FilterError("a comment without an end", at)
        found.append(_token(text, at))
        at = found[-1].end
