"""What tells whether two articles are copies of one another: a MinHash of their words."""

from __future__ import annotations

import base64
import re

from rensa import RMinHash

_PERMUTATIONS = 64
_SEED = 42
_WORD = re.compile(r"[^\W_]+")


def fingerprint(title: str, text: str) -> str:
    """MinHash of the article's word 3-shingles, 64 values of 8 bits each, base64 (88 characters).

    Lower case, without punctuation. An article of fewer than three words is one shingle; one without words gives "".
    The low 8 bits of a value are kept (b-bit minwise hashing, Li and König 2010): two unlike articles agree in 1 of
    256 values by chance.
    """
    words = _WORD.findall(f"{title}\n{text}".lower())
    if not words:
        return ""
    shingles = [" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))]
    minhash = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    minhash.update(shingles)
    return base64.b64encode(bytes(value & 0xFF for value in minhash.digest())).decode("ascii")
