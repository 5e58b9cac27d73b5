"""What tells whether two articles are copies of one another: a MinHash of their words."""

from __future__ import annotations

import base64
import re
from unicodedata import normalize

from rensa import RMinHash

_PERMUTATIONS = 64
_SEED = 42
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[!/a-z][^<>]*>")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # soft hyphen, zero-width characters, byte order mark


def fingerprint(title: str, text: str) -> str:
    """MinHash of the article's word 3-shingles, 64 values of 8 bits each, base64 (88 characters).

    The words are those that a reader sees, in lower case: copies differ in tags, comments, addresses of pictures,
    punctuation, and in how characters are written. An article of fewer than three words is one shingle; one of nothing
    but markup is compared by it; one without words gives "". The low 8 bits of a value are kept (b-bit minwise hashing,
    Li and König 2010): two unlike articles agree in 1 of 256 values by chance.
    """
    written = f"{title}\n{text}".lower()
    if not written.isascii():
        written = _INVISIBLE.sub("", normalize("NFKC", written))
    words = _WORD.findall(_ADDRESS.sub(" ", _TAG.sub(" ", written))) or _WORD.findall(written)
    if not words:
        return ""
    shingles = [*map(" ".join, zip(words, words[1:], words[2:], strict=False))] or [" ".join(words)]
    minhash = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    minhash.update(shingles)
    return base64.b64encode(bytes(value & 0xFF for value in minhash.digest())).decode("ascii")
