#!/usr/bin/env python3
"""Encodes the same texts with Transformer4j and with the tokenizers of Marian and T5 in Hugging Face `transformers`; counts the differences.

    PYTHON=python3 benchmarks/tokenizers/run.sh marian-t5 --data ../shared/data --strings 100000

The SentencePiece models are trained here, on the sentences of Multi30k; needs `sentencepiece` and `transformers`. Marian's vocabulary lacks
some pieces of its models, as those of the released models do. Texts: all lines of Multi30k, and generated strings as in parity.py. Marian's
are decoded without special tokens: those that are shown get a space behind them in `transformers`, but not here.
"""

import argparse
import gzip
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import sentencepiece
from transformers import MarianTokenizer, T5Tokenizer

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from parity import generated, read_ours  # noqa: E402


def sentences(data, language):
    with gzip.open(data / f"mt/multi30k/train.{language}.gz", "rt", encoding="utf-8") as file:
        return file.read().split("\n")


def train(lines, prefix, **options):
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_prefix=str(prefix), model_type="unigram", minloglevel=2, **options)
    return prefix.with_suffix(".model")


def marian_folder(data, folder):
    folder.mkdir()
    vocab = ["</s>", "<unk>", ">>deu<<"]
    for name, language in (("target", "de"), ("source", "en")):
        file = train(sentences(data, language), folder / name, vocab_size=4000, character_coverage=0.9995)
        shutil.move(file, folder / f"{name}.spm")
        model = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.spm"))
        pieces = [model.id_to_piece(i) for i in range(3, model.get_piece_size()) if i % 37]
        vocab += [piece for piece in pieces if piece not in set(vocab)]
    vocab.append("<pad>")
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(vocab)}), encoding="utf-8")
    roles = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(roles, source_lang="en", target_lang="de", tokenizer_class="MarianTokenizer")))
    return folder


def t5_folder(data, folder):
    folder.mkdir()
    file = train(sentences(data, "en"), folder / "spiece", vocab_size=3000, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "T5Tokenizer", "extra_ids": 100}))
    assert file.name == "spiece.model"
    return folder


def encode(java, folder, texts, work, *arguments):
    with open(work / "texts.bin", "wb") as out:
        for text in texts:
            utf8 = text.encode("utf-8")
            out.write(struct.pack(">i", len(utf8)) + utf8)
    subprocess.run([*java, str(folder), str(work / "texts.bin"), str(work / "result.bin"), *arguments], check=True)
    return read_ours(work / "result.bin")


def compare(name, theirs, ours, texts):
    differing, tokens = [], 0
    for text, (columns, decoded) in zip(texts, ours):
        ids, their_text = theirs(text)
        tokens += len(ids)
        if columns[0].tolist() != ids or decoded != their_text:
            differing.append((text, ids, columns[0].tolist(), their_text, decoded))
    print(json.dumps({"tokenizer": name, "texts": len(texts), "tokens": tokens, "differences": len(differing)}), flush=True)
    for difference in differing[:5]:
        print("  ", difference, flush=True)
    return len(differing)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--strings", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20_26)
    parser.add_argument("java", nargs="+", help="the command that runs EncodeTexts")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        strings = list(generated(args.strings, args.seed))
        source = sentences(args.data, "en") + strings
        target = sentences(args.data, "de") + strings
        folder = marian_folder(args.data, work / "marian")
        marian = MarianTokenizer.from_pretrained(str(folder))

        def marian_source(text):
            ids = marian(text).input_ids
            return ids, marian.decode(ids[:-1], skip_special_tokens=True)

        def marian_target(text):
            ids = marian(text_target=text).input_ids
            return ids, marian.decode(ids[:-1], use_source_tokenizer=False, skip_special_tokens=True)

        found = compare("marian, source", marian_source, encode(args.java, folder, source, work, "skip-special-tokens"), source)
        found += compare("marian, target", marian_target, encode(args.java, folder, target, work, "targets", "skip-special-tokens"), target)
        folder = t5_folder(args.data, work / "t5")
        t5 = T5Tokenizer.from_pretrained(str(folder))

        def t5_both(text):
            ids = t5(text).input_ids
            return ids, t5.decode(ids[:-1], clean_up_tokenization_spaces=False)

        found += compare("t5", t5_both, encode(args.java, folder, source, work), source)
    print(f"{found} differences, seed {args.seed}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
