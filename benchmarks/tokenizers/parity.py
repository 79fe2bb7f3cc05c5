#!/usr/bin/env python3
"""Encodes the same texts with Transformer4j and with Hugging Face `tokenizers` and counts the differences.

    PYTHON=python3 benchmarks/tokenizers/run.sh parity --data ../shared/data --strings 1000000

Texts: every line of every text file under --data, and --strings generated ones (seeded). Tokenizers: BERT's and GPT-2's vocabularies under
--data/vocab, in the pipelines of bert-base-uncased, bert-base-cased, gpt2 and roberta-base, and, with --pipelines, others made up of the
remaining components. Compared are ids, offsets in code points, and the decoded text.
"""

import argparse
import gzip
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from unicode_tables import charsmap  # noqa: E402

BATCH = 20_000


# ---- texts


def data_lines(folder):
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.suffix in (".json", ".csv", ".md"):
            continue
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rb") as file:
            text = file.read().decode("utf-8", "replace")
        yield from text.split("\n")
        if path.name in ("tinyshakespeare.txt", "test2016.de"):
            yield text  # once as a whole


def code_point_pools():
    pools = {}
    for c in range(0x110000):
        if not 0xD800 <= c <= 0xDFFF:
            pools.setdefault(unicodedata.category(chr(c)), []).append(c)
    scripts = {}
    for c in range(0x20000):
        if not 0xD800 <= c <= 0xDFFF and unicodedata.category(chr(c)) != "Cn":
            scripts.setdefault(c >> 7, []).append(c)
    return list(pools.values()), list(scripts.values())


def generated(count, seed):
    rng = random.Random(seed)
    categories, blocks = code_point_pools()
    marks = [c for c in range(0x30000) if unicodedata.combining(chr(c))] + list(range(0x300, 0x370)) * 3
    emoji = list(range(0x1F300, 0x1F650)) + list(range(0x1F3FB, 0x1F400)) + [0x200D, 0xFE0F, 0x20E3, 0x1F1E6, 0x1F1FF, 0x2640]
    blanks = [9, 10, 11, 12, 13, 32, 32, 32, 32, 0x85, 0xA0, 0x1680, 0x2003, 0x2028, 0x202F, 0x3000, 0x200B, 0xFEFF, 0x180E]
    ascii_ = list(range(32, 127)) + [32] * 40
    pieces = ["[MASK]", "[SEP]", "<|endoftext|>", "'s", "'ll", "'re", " 't", "don't", "ﬁ", "İ", "ß", "ẞ", "각", "㍿", "①", "##", "Ġ", "▁"]
    for i in range(count):
        length = min(60, int(rng.expovariate(1 / 9)) + 1)
        kind = i % 10
        if kind == 0:
            text = [rng.randrange(0x110000) for _ in range(length)]
        elif kind == 1:
            text = [rng.choice(rng.choice(categories)) for _ in range(length)]
        elif kind == 2:
            block = rng.choice(blocks)
            text = rng.choices(block + [32], k=length)
        elif kind == 3:
            block = rng.choice(blocks)
            text = [rng.choice(marks if rng.random() < 0.5 else block) for _ in range(length)]
        elif kind == 4:
            text = rng.choices(emoji, k=length)
        elif kind == 5:
            text = [rng.choice(blanks if rng.random() < 0.5 else ascii_) for _ in range(length)]
        elif kind == 6:
            text = [c for _ in range(length) for c in map(ord, rng.choice(pieces if rng.random() < 0.3 else [chr(rng.choice(ascii_))]))]
        elif kind == 7:
            text = [rng.choice((ascii_, blanks, marks, emoji, rng.choice(categories))[rng.randrange(5)]) for _ in range(length)]
        elif kind == 8:
            text = rng.choices(range(0xA0, 0x600), k=length)
        else:
            text = rng.choices(ascii_, k=length * 3)
        # A surrogate can't be passed to the peer: Transformer4j reads it as U+FFFD, and so does this file.
        yield "".join("\ufffd" if 0xD800 <= c <= 0xDFFF else chr(c) for c in text)


# ---- tokenizers


def bert(vocab, lowercase):
    tokenizer = Tokenizer(models.WordPiece(vocab=vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", vocab["[SEP]"]), ("[CLS]", vocab["[CLS]"]))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return tokenizer


def byte_level(folder, prefix_space):
    tokenizer = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=prefix_space)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    return tokenizer


def characters(normalizer, pre_tokenizer):
    """A tokenizer of single characters: shows what normalizer and pre-tokenizer do, with all offsets."""
    tokenizer = Tokenizer(models.BPE(vocab={"?": 0}, merges=[], unk_token="?"))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def words(normalizer, pre_tokenizer):
    """A tokenizer of whole, unknown words: shows where words are cut."""
    tokenizer = Tokenizer(models.WordLevel(vocab={"?": 0}, unk_token="?"))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def other_pipelines():
    n, p = normalizers, pre_tokenizers
    for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Nmt", "ByteLevel"):
        yield f"normalizer-{name}", characters(getattr(n, name)(), None)
    yield "normalizer-Precompiled", characters(n.Precompiled(charsmap("aeX©1\u0301\u0915\u1160\u11a8\u0e01", "_")), None)
    yield "normalizer-Sequence", characters(n.Sequence([n.NFKD(), n.StripAccents(), n.Lowercase(), n.Replace(" ", "__"), n.Prepend("x")]), None)
    for name in ("Whitespace", "WhitespaceSplit", "Punctuation", "Digits", "Metaspace", "BertPreTokenizer"):
        yield f"pre-tokenizer-{name}", words(None, getattr(p, name)())
    for pre_tokenizer in (p.UnicodeScripts(), p.FixedLength(4), p.CharDelimiterSplit("a")):
        yield f"pre-tokenizer-{type(pre_tokenizer).__name__}", words(None, pre_tokenizer)
    ctc = Tokenizer(models.WordLevel({chr(c): c for c in range(32, 127)}, unk_token="?"))
    ctc.pre_tokenizer = p.Split(Regex("."), "isolated")
    ctc.decoder = decoders.CTC(pad_token="e", word_delimiter_token="a")
    yield "decoder-CTC", ctc
    yield "pre-tokenizer-Sequence", words(n.NFC(), p.Sequence([p.WhitespaceSplit(), p.Digits(individual_digits=True), p.Punctuation("contiguous")]))
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        yield f"pre-tokenizer-Split-{behavior}", words(None, p.Split(Regex("[ae ]+|[.]"), behavior))
    yield "added-tokens", bert_like_with_added_tokens()
    for byte_fallback in (False, True):
        yield f"unigram-byte-fallback-{byte_fallback}", unigram(byte_fallback)
        yield f"bpe-byte-fallback-{byte_fallback}", metaspace_bpe(byte_fallback)


SAMPLE = ["the cat sat on the mat", "that is the hat of the other cat", "été à la mer", "中文 中文字", "123 1234 12"] * 20
BYTES = [f"<0x{b:02X}>" for b in range(256)]


def unigram(byte_fallback):
    trained = Tokenizer(models.Unigram())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(SAMPLE, trainers.UnigramTrainer(vocab_size=80, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False))
    vocab = [tuple(piece) for piece in json.loads(trained.to_str())["model"]["vocab"]]
    if byte_fallback:
        vocab += [(piece, 0.0) for piece in BYTES]
    return metaspace(models.Unigram(vocab, 0, byte_fallback), byte_fallback)


def metaspace_bpe(byte_fallback):
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(SAMPLE, trainers.BpeTrainer(vocab_size=90, special_tokens=["<unk>", *(BYTES if byte_fallback else [])], show_progress=False))
    model = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in model["merges"]]
    return metaspace(models.BPE(vocab=model["vocab"], merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=byte_fallback), byte_fallback)


def metaspace(model, byte_fallback):
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()]) if byte_fallback else decoders.Metaspace()
    return tokenizer


def bert_like_with_added_tokens():
    tokenizer = words(normalizers.Lowercase(), pre_tokenizers.Whitespace())
    tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True), AddedToken("[SEP]", rstrip=True)])
    tokenizer.add_tokens([AddedToken("don", single_word=True), AddedToken("A", normalized=True, single_word=True), AddedToken("'ll", normalized=False)])
    return tokenizer


# ---- comparison


def read_ours(path):
    data = pathlib.Path(path).read_bytes()
    at = 0
    while at < len(data):
        (n,) = struct.unpack_from(">i", data, at)
        columns = np.frombuffer(data, ">i4", 3 * n, at + 4).reshape(3, n)
        at += 4 + 12 * n
        (size,) = struct.unpack_from(">i", data, at)
        yield columns, data[at + 4 : at + 4 + size].decode("utf-8")
        at += 4 + size


def compare(name, tokenizer, texts, java, folder, check_decoding):
    tokenizer_file, texts_file, result_file = (folder / f for f in ("tokenizer.json", "texts.bin", "result.bin"))
    tokenizer.save(str(tokenizer_file))
    with open(texts_file, "wb") as out:
        for text in texts:
            utf8 = text.encode("utf-8")
            out.write(struct.pack(">i", len(utf8)) + utf8)
    subprocess.run([*java, str(tokenizer_file), str(texts_file), str(result_file)], check=True)
    ours = read_ours(result_file)
    differences = {"ids": [], "offsets": [], "decoded": []}
    tokens = 0
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        encodings = tokenizer.encode_batch(batch)
        decoded = tokenizer.decode_batch([e.ids for e in tokenizer.encode_batch(batch, add_special_tokens=False)], skip_special_tokens=False)
        for text, theirs, their_text, (columns, our_text) in zip(batch, encodings, decoded, ours):
            tokens += columns.shape[1]
            if columns[0].tolist() != theirs.ids:
                differences["ids"].append(text)
            elif list(zip(columns[1].tolist(), columns[2].tolist())) != theirs.offsets:
                differences["offsets"].append(text)
            elif check_decoding and our_text != their_text:
                differences["decoded"].append(text)
    found = {kind: len(differing) for kind, differing in differences.items()}
    print(json.dumps({"tokenizer": name, "texts": len(texts), "tokens": tokens, "differences": found}), flush=True)
    for kind, differing in differences.items():
        for text in differing[:5]:
            print(f"  {kind}: {text[:300]!r}", flush=True)
    return sum(found.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20_26)
    parser.add_argument("--pipelines", action="store_true", help="compare the remaining components too, on a tenth of the strings")
    parser.add_argument("--only", default="", help="only tokenizers whose name contains this")
    parser.add_argument("java", nargs="+", help="the command that runs EncodeTexts")
    args = parser.parse_args()
    strings = list(generated(args.strings, args.seed))
    texts = list(data_lines(args.data)) + strings
    vocab = {line.rstrip("\n"): i for i, line in enumerate(open(args.data / "vocab/bert-base-uncased-vocab.txt", encoding="utf-8"))}
    gpt2 = args.data / "vocab/gpt2"
    jobs = [
        ("bert-uncased", bert(vocab, True), texts),
        ("bert-cased", bert(vocab, False), texts),
        ("gpt2", byte_level(gpt2, False), texts),
        ("roberta", byte_level(gpt2, True), texts),
    ]
    if args.pipelines:
        few = strings[: len(strings) // 10]
        jobs += [(name, tokenizer, few) for name, tokenizer in other_pipelines()]
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, tokenizer, job_texts in jobs:
            if args.only in name:
                total += compare(name, tokenizer, job_texts, args.java, pathlib.Path(folder), True)
    print(f"{total} differences, seed {args.seed}")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
