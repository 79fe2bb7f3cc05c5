"""Gives lower-case text its capitals: each word as it is most often in TEXT (but for first words there), a line's first one capitalized.

    recase.py TEXT < LOWER > CASED
"""

import collections
import gzip
import re
import sys

WORD = re.compile(r"\w+")


def forms(lines):
    """The most frequent form of each word that isn't the first of its line."""
    counts = collections.defaultdict(collections.Counter)
    for line in lines:
        for word in WORD.findall(line)[1:]:
            counts[word.lower()][word] += 1
    return {lower: seen.most_common(1)[0][0] for lower, seen in counts.items()}


def recased(line, known):
    cased = WORD.sub(lambda word: known.get(word[0], word[0]), line)
    first = WORD.search(cased)
    return cased if first is None else cased[:first.start()] + cased[first.start():][:1].upper() + cased[first.start() + 1:]


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    opener = gzip.open if sys.argv[1].endswith(".gz") else open
    with opener(sys.argv[1], "rt", encoding="utf-8") as text:
        known = forms(text)
    for line in sys.stdin:
        sys.stdout.write(recased(line, known))


if __name__ == "__main__":
    main()
