#!/usr/bin/env python3
"""Writes the Unicode tables of the tokenizers module by asking Hugging Face `tokenizers` about every code point.

The peer is a union of Unicode versions: its normalization forms are those of Unicode 12.0, its punctuation and mark
classes those of Unicode 8.0, white space, case and word characters those of its Rust compiler, \\p{L} and \\p{N} those of
Oniguruma, graphemes those of `unicode-segmentation`. The Java runtime has yet another version, and a different one in each release. Asking the peer itself is the
only definition of "the same ids" that depends neither on the JDK nor on a guess about somebody's dependencies.

    python unicode_tables.py ../../tokenizers/src/main/resources/io/transformer4j/tokenizers/text/unicode.txt

Needs `sentencepiece` and `protobuf` beside `tokenizers`.
"""

import io
import pathlib
import sys
import tempfile
import unicodedata

import sentencepiece
import tokenizers
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def ranges(code_points):
    runs = []
    for c in sorted(code_points):
        if runs and runs[-1][1] == c - 1:
            runs[-1][1] = c
        else:
            runs.append([c, c])
    return " ".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in runs)


def hexes(text):
    return ",".join(f"{ord(c):x}" for c in text)


def having(predicate):
    return [c for c in CODE_POINTS if predicate(chr(c))]


def pieces(pre_tokenizer, text):
    return len(pre_tokenizer.pre_tokenize_str(text))


def bert(**options):
    flags = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**flags, **options}).normalize_str


def properties():
    clean, chinese, accents = bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True)
    marks = normalizers.StripAccents().normalize_str
    white, word, digits, punctuation = (
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.Whitespace(),
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.Punctuation(),
    )
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    yield "control", having(lambda c: clean(f"a{c}b") == "ab")
    yield "whitespace", having(lambda c: pieces(white, f"a{c}b") == 2)
    yield "punctuation", having(lambda c: pieces(punctuation, f"a{c}b") == 3)
    yield "chinese", having(lambda c: chinese(c) != c)
    yield "nonspacing", having(lambda c: accents(c) == "")
    yield "mark", having(lambda c: marks(c) == "")
    yield "letter", having(lambda c: pieces(byte_level, f"a{c}b") == 1)
    yield "number", having(lambda c: pieces(byte_level, f"1{c}2") == 1)
    yield "numeric", having(lambda c: pieces(digits, f"a{c}b") == 3)
    yield "word", having(lambda c: pieces(word, f"a{c}b") == 1)


def mapping(normalize):
    return {c: normalize(chr(c)) for c in CODE_POINTS if normalize(chr(c)) != chr(c)}


def combining_classes(nfd):
    """The classes of Python's own tables, kept where the peer is seen to reorder by them."""
    classes = {}
    for c in CODE_POINTS:
        ccc = unicodedata.combining(chr(c))
        if ccc > 1 and nfd(chr(c) + "\u0334") == "\u0334" + nfd(chr(c)):
            classes.setdefault(ccc, []).append(c)
        elif ccc == 1 and nfd("\u0301" + chr(c)) == nfd(chr(c)) + "\u0301":
            classes.setdefault(ccc, []).append(c)
    return classes


# ---- graphemes

ZWJ, VIRAMA, GRAVE = "\u200d", "\u094d", "\u0300"
PROBES = "a\u00a9\u1160\u11a8\u0915\u0301"  # a letter, a pictograph, a vowel and a final of Hangul, a consonant, a mark
OTHER_PROBES = "b\u00ae\u1161\u11a9\u0916\u0302"  # to ask about the probes themselves


def charsmap(characters, written):
    """SentencePiece's compiled rules that write `written` for each of `characters`."""
    with tempfile.TemporaryDirectory() as folder:
        rules, model = pathlib.Path(folder, "rules.tsv"), io.BytesIO()
        rules.write_text("".join(f"{ord(c):X}\t{ord(written):X}\n" for c in characters), encoding="ascii")
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["a b c d"]), model_writer=model, vocab_size=10, hard_vocab_limit=False,
            normalization_rule_tsv=str(rules), minloglevel=2)
    return sentencepiece_model_pb2.ModelProto.FromString(model.getvalue()).normalizer_spec.precompiled_charsmap


def grapheme_probe(probes, written):
    """A function from a character to what the peer's graphemes take it for.

    `Precompiled` looks up a grapheme of fewer than six bytes as a whole and replaces all of it by the rule for its first character, and
    goes through the characters of longer ones. So a probe and a mark become one `written` if a grapheme starts at the probe, and two
    if the probe belongs to what is before it.
    """
    letter, pictograph, vowel, final, consonant, mark = probes
    rewrite = normalizers.Precompiled(charsmap(probes, written)).normalize_str

    def joins(before, probe):
        return rewrite(before + probe + mark).endswith(2 * written)

    def grapheme_class(c):
        if rewrite(letter + c) == written:
            if rewrite(consonant + c + consonant + mark) == written + c + 2 * written:
                return "linker"
            if not joins(pictograph + c + ZWJ, pictograph):
                return "spacing"
            return "extend" if joins(consonant + c + VIRAMA, consonant) else "nonjoiner"
        if rewrite(c + mark + GRAVE).endswith(written):
            return "control"
        if joins(c, letter):
            return "prepend"
        if joins(c, vowel):
            return "vowel" if joins(c, final) else "leading"
        if joins(c, final):
            return "final"
        if joins(c + ZWJ, pictograph):
            return "pictographic"
        return "consonant" if joins(c + VIRAMA, consonant) else None

    return grapheme_class


def grapheme_classes():
    """Hangul's syllables of the block that is computed are left out, regional indicators and ZWJ are known."""
    first, second = grapheme_probe(PROBES, "X"), grapheme_probe(OTHER_PROBES, "Y")
    classes = {}
    for c in CODE_POINTS:
        if not 0xAC00 <= c < 0xAC00 + 11172 and c != ord(ZWJ):
            classes.setdefault((second if chr(c) in PROBES + "X" else first)(chr(c)), []).append(c)
    del classes[None]
    return classes


# ---- scripts


def scripts():
    """Sets of characters between which the peer's UnicodeScripts doesn't split; those it splits from nothing are in none."""
    split = pre_tokenizers.UnicodeScripts().pre_tokenize_str
    found = [("a", []), ("\u0431", [])]  # a member of each script, and all its members
    for c in map(chr, CODE_POINTS):
        joined = [members for first, members in found[:2] if len(split(first + c)) == 1]
        if len(joined) == 2:
            continue
        if not joined:
            joined = [members for first, members in reversed(found[2:]) if len(split(first + c)) == 1]
        if not joined:
            found.append((c, []))
            joined = [found[-1][1]]
        joined[0].append(ord(c))
    return [members for _, members in found]


def main(path):
    nfd, nfc, nfkd = (n().normalize_str for n in (normalizers.NFD, normalizers.NFC, normalizers.NFKD))
    hangul = range(0xAC00, 0xAC00 + 11172)
    canonical = {c: m for c, m in mapping(nfd).items() if c not in hangul}
    compatible = {c: m for c, m in mapping(nfkd).items() if c not in hangul and canonical.get(c) != m}
    composed = {c: m for c, m in canonical.items() if len(m) > 1 and nfc(m) == chr(c)}
    graphemes = grapheme_classes()
    script_members = scripts()
    with open(path, "w", encoding="ascii", newline="\n") as out:
        print(f"# Generated by benchmarks/tokenizers/unicode_tables.py from Hugging Face tokenizers {tokenizers.__version__}.", file=out)
        print("# A table a line; code points are hexadecimal. Hangul syllables are left to the algorithm.", file=out)
        for name, members in properties():
            print("set", name, ranges(members), file=out)
        for ccc, members in sorted(combining_classes(nfd).items()):
            print("class", ccc, ranges(members), file=out)
        for name, members in sorted(graphemes.items()):
            print("grapheme", name, ranges(members), file=out)
        for number, members in enumerate(script_members, 1):
            print("script", number, ranges(members), file=out)
        for name, table in (
            ("lowercase", mapping(normalizers.Lowercase().normalize_str)),
            ("canonical", canonical),
            ("compatible", compatible),
        ):
            print("map", name, " ".join(f"{c:x}>{hexes(m)}" for c, m in sorted(table.items())), file=out)
        pairs = sorted((nfc(m[:-1]), m[-1], c) for c, m in composed.items())
        assert all(len(first) == 1 for first, _, _ in pairs)
        print("compose", " ".join(f"{ord(a):x},{ord(b):x}>{c:x}" for a, b, c in pairs), file=out)


if __name__ == "__main__":
    main(sys.argv[1])
