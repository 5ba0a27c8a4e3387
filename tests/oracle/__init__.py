# SPDX-License-Identifier: MIT
"""A second reading of the language, in another language: text to tree to verdict on raw bytes.

It was written from the page that fixes the meaning of filters and from docs/semantics.md, by somebody who had
not read the compiler, and shares neither code nor tables with it. Where the two differ, one of them is wrong.
"""
from .filter import Filter
from .text import FilterError
from .walk import Frame, Packet

__all__ = ["Filter", "FilterError", "Frame", "Packet"]
