#!/usr/bin/env python3
"""Encoding and training speed beside Hugging Face `tokenizers`: same text, same vocabularies, alternating runs.

    PYTHON=python3 benchmarks/tokenizers/run.sh speed --data ../shared/data --out docs/results/tokenizers.md

The text is the first --megabytes of all text under --data, repeated if there is less. The peer runs its batch APIs (the faster of
encode_batch and encode_batch_fast counts) in its own process with RAYON_NUM_THREADS set; ours runs under JMH. Each figure is the median of
all rounds. With --results, rounds are kept in a file and those of earlier runs count too, so that a long measurement can be split.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from parity import bert, byte_level, data_lines  # noqa: E402

BATCH = 10_000


def peer(job, text, data, threads):
    """Runs in a process of its own: prints seconds."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    if job.startswith("train"):
        if job == "train-wordpiece":
            tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
            tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
            tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
            trainer = trainers.WordPieceTrainer(vocab_size=30_000, min_frequency=2, limit_alphabet=1000, show_progress=False,
                                                special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        else:
            tokenizer = Tokenizer(models.BPE())
            tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
            trainer = trainers.BpeTrainer(vocab_size=30_000, min_frequency=2, show_progress=False, special_tokens=["<|endoftext|>"],
                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
        start = time.perf_counter()
        tokenizer.train([text], trainer)
        print(time.perf_counter() - start)
        return
    vocab = {line.rstrip("\n"): i for i, line in enumerate(open(data / "vocab/bert-base-uncased-vocab.txt", encoding="utf-8"))}
    tokenizer = bert(vocab, True) if job == "wordpiece" else byte_level(data / "vocab/gpt2", False)
    lines = open(text, encoding="utf-8").read().split("\n")
    best = []
    for encode in (tokenizer.encode_batch, tokenizer.encode_batch_fast):
        encode(lines[:BATCH])
        start = time.perf_counter()
        for at in range(0, len(lines), BATCH):
            encode(lines[at : at + BATCH])
        best.append(time.perf_counter() - start)
    print(min(best))


def run_peer(job, text, data, threads):
    env = dict(os.environ, RAYON_NUM_THREADS=str(threads), TOKENIZERS_PARALLELISM="true")
    command = [sys.executable, __file__, "--peer", job, "--data", str(data), "--text", str(text), "--threads", str(threads), "java"]
    return float(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)


def run_ours(java, benchmark, params, warmups, folder):
    result = folder / "jmh.json"
    options = [option for key, value in params.items() for option in ("-p", f"{key}={value}")]
    command = [*java, benchmark + "$", "-f", "1", "-wi", str(warmups), "-i", "3", "-rf", "json", "-rff", str(result), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    raw = json.loads(result.read_text())[0]["primaryMetric"]["rawData"][0]
    return statistics.median(raw) / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only jobs whose title contains this: encode, vocabulary, wordpiece, bpe")
    parser.add_argument("--results", type=pathlib.Path, help="JSON file that collects the rounds of several runs")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--text", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    parser.add_argument("java", nargs="+", help="the command that runs JMH")
    args = parser.parse_args()
    if args.peer:
        peer(args.peer, args.text, args.data, args.threads)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lines = [line for line in data_lines(args.data) if "\n" not in line and "\r" not in line]
        unique = "\n".join(lines).encode("utf-8") + b"\n"
        wanted = args.megabytes * 1_000_000
        whole = unique * -(-wanted // len(unique))
        text = folder / "text.txt"
        text.write_bytes(whole[: whole.index(b"\n", wanted - 1) + 1])
        size = text.stat().st_size / 1e6
        vocab = folder / "bert"
        vocab.mkdir()
        (vocab / "vocab.txt").write_bytes((args.data / "vocab/bert-base-uncased-vocab.txt").read_bytes())
        jobs = []
        for job, path in (("wordpiece", vocab), ("bpe", args.data / "vocab/gpt2")):
            params = {"tokenizerPath": path, "text": text}
            jobs.append((f"encode, {job}", job, 1, "EncodeBenchmark.encodings", params, 3))
            jobs.append((f"encode, {job}", job, 2, "EncodeBenchmark.batches", params, 3))
        for job, method in (("train-wordpiece", "wordPiece"), ("train-bpe", "bpe")):
            for threads in (1, 2):
                jobs.append((f"30k vocabulary, {job[6:]}", job, threads, f"TrainBenchmark.{method}", {"text": text, "threads": threads}, 1))
        jobs = [job for job in jobs if args.only in job[0]]
        rounds = json.loads(args.results.read_text()) if args.results and args.results.exists() else {}
        for _ in range(args.rounds):
            for title, job, threads, benchmark, params, warmups in jobs:
                theirs = run_peer(job, text, args.data, threads)
                ours = run_ours(args.java, benchmark, params, warmups, folder)
                rounds.setdefault(f"{title} | {threads}", []).append([theirs, ours])
                print(f"{title}, threads {threads}: {theirs:.2f} s, {ours:.2f} s", flush=True)
                if args.results:
                    args.results.write_text(json.dumps(rounds))
    import tokenizers

    counts = sorted({len(pairs) for pairs in rounds.values()})
    table = [
        f"{size:.1f} MB of text, {' to '.join(str(count) for count in sorted({counts[0], counts[-1]}))} alternating rounds, medians; "
        f"Hugging Face tokenizers {tokenizers.__version__} on Python {platform.python_version()}; {os.cpu_count()} processors.",
        "",
        "| job | threads | Hugging Face, MB/s | Transformer4j, MB/s | ratio (lowest – highest round) |",
        "|---|---|---|---|---|",
    ]
    for row, pairs in rounds.items():
        theirs, ours = zip(*pairs)
        ratios = sorted(a / b for a, b in pairs)
        table.append(f"| {row} | {size / statistics.median(theirs):.2f} | {size / statistics.median(ours):.1f} | "
                     f"{statistics.median(ratios):.1f} ({ratios[0]:.1f} – {ratios[-1]:.1f}) |")
    print("\n".join(table))
    if args.out:
        page = args.out.read_text(encoding="utf-8")
        head, _, rest = page.partition("<!-- speed -->")
        tail = rest.partition("<!-- /speed -->")[2]
        args.out.write_text(head + "<!-- speed -->\n" + "\n".join(table) + "\n<!-- /speed -->" + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
