#!/usr/bin/env python3
"""Trains unigram vocabularies with Transformer4j and with Hugging Face `tokenizers` on the same text, and compares them.

    PYTHON=python3 benchmarks/tokenizers/run.sh unigram --data ../shared/data

Text: the validation part of WikiText-2 and the novels under --data/lm, in T5's normalization and words; held out are WikiText-2's test part and the last two
novels. Compared are tokens per character on the held-out text (fewer is better) and the time of training. Both tokenizers are applied by
Hugging Face, which reads ours from its tokenizer.json.
"""

import argparse
import gzip
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def lines(paths):
    for path in paths:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            yield from (line.strip() for line in file if line.strip())


def peer(text, vocab_size, out):
    """Runs in a process of its own: prints seconds."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=vocab_size, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False)
    start = time.perf_counter()
    tokenizer.train([text], trainer)
    print(time.perf_counter() - start)
    tokenizer.save(out)


def tokens_per_character(tokenizer_file, held_out):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokens = sum(len(encoding) for encoding in tokenizer.encode_batch_fast(held_out, add_special_tokens=False))
    return tokens / sum(map(len, held_out)), tokenizer.get_vocab_size()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--vocab-sizes", type=int, nargs="+", default=[2000, 8000, 32000])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("java", nargs="+", help="the command that runs TrainUnigram")
    args = parser.parse_args()
    if args.peer:
        peer(args.peer[0], int(args.peer[1]), args.peer[2])
        return
    novels = sorted((args.data / "lm/english").glob("*.txt.gz"))
    wiki = args.data / "lm/wikitext2"
    training = list(lines([*sorted(wiki.glob("*valid*")), *novels[:-2]]))
    held_out = list(lines([*sorted(wiki.glob("*test*")), *novels[-2:]]))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        text = folder / "text.txt"
        text.write_text("\n".join(training) + "\n", encoding="utf-8")
        print(f"{text.stat().st_size / 1e6:.1f} MB to train on, {sum(map(len, held_out)) / 1e6:.1f} million characters held out, {args.threads} threads")
        print("| vocabulary | Hugging Face, tokens/char | Transformer4j, tokens/char | difference | Hugging Face, s | Transformer4j, s |")
        print("|---|---|---|---|---|---|", flush=True)
        env = dict(os.environ, RAYON_NUM_THREADS=str(args.threads), TOKENIZERS_PARALLELISM="true")
        for size in args.vocab_sizes:
            command = [sys.executable, __file__, "--data", str(args.data), "--peer", str(text), str(size), str(folder / "theirs.json"), "java"]
            theirs = float(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)
            command = [*args.java, str(text), str(folder / "ours"), str(size), str(args.threads)]
            ours = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            (a, size_a), (b, size_b) = (
                tokens_per_character(path, held_out) for path in (folder / "theirs.json", folder / "ours/tokenizer.json"))
            print(f"| {size_a:,} / {size_b:,} | {a:.5f} | {b:.5f} | {100 * (b / a - 1):+.2f} % | {theirs:.1f} | {ours:.1f} |", flush=True)


if __name__ == "__main__":
    main()
