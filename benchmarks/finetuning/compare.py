"""Fine-tunes the same encoder on the same data with t4j and with Hugging Face's Trainer, in turn for each seed, and writes a table.

Beside it: a head on frozen features, and the same architecture from random weights. With --paired only the first two, which then share every random number:
the new head's first values and the order of the examples, and there is no dropout. What they still differ by is not chance.

    compare.py --encoder ENCODER --sst2 FOLDER --wnut17 FOLDER --out OUT [--seeds 1,2,3] [--paired] [--limit N] -- ./t4j
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# The recipe of both sides, and of a head on features, which wants more and larger steps.
BATCH_SIZE, LEARNING_RATE = 32, 5e-5
TASKS = {
    "sst2": ("text-classification", "accuracy", "tsv"),
    "wnut17": ("token-classification", "entity_f1", "conll"),
}


def limited(source, target, limit):
    """The first examples of a file: lines, or sentences up to a blank line."""
    text = source.read_text(encoding="utf-8")
    if not limit:
        return source
    if source.suffix == ".tsv":
        kept = "\n".join(text.split("\n")[:limit]) + "\n"
    else:
        sentences, lines = [], []
        for line in [*text.split("\n"), ""]:
            if line.strip():
                lines.append(line)
            elif lines:
                sentences.append("\n".join(lines))
                lines = []
        kept = "\n\n".join(sentences[:limit]) + "\n"
    target.write_text(kept, encoding="utf-8")
    return target


def t4j(command, task, args, files, encoder, out, seed, more):
    subprocess.run(
        [*command, "finetune", "--task", task, "--model", encoder, "--train", files["train"], "--test", files["test"],
         "--out", out, "--seed", seed, "--threads", args.threads, *more],
        check=True, stdout=sys.stderr)
    return json.loads((Path(out) / "results.json").read_text())["runs"][0]


def peer(task, args, files, encoder, out, seed, more):
    return subprocess.run(
        [sys.executable, HERE / "peer.py", task, "--encoder", encoder, "--train", files["train"], "--test", files["test"],
         "--out", out, "--seed", seed, "--threads", args.threads, *more],
        check=True, stdout=subprocess.PIPE).stdout


def trained_peer(*arguments):
    return json.loads(peer(*arguments).splitlines()[-1])


def spread(values):
    return f"{statistics.mean(values):.4f}" + (f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True)
    for name in TASKS:
        parser.add_argument(f"--{name}", type=Path, help="folder with train and test files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--epochs", default="3")
    parser.add_argument("--feature-epochs", default="20")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--paired", action="store_true", help="share all random numbers")
    parser.add_argument("--limit", type=int, default=0, help="only so many examples of each file, to try it out")
    parser.add_argument("t4j", nargs="+")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    table = ["| task | what | score | seconds an epoch |", "| --- | --- | ---: | ---: |"]
    for name, (task, score, ending) in TASKS.items():
        data = getattr(args, name)
        if data is None:
            continue
        files = {part: str(limited(data / f"{part}.{ending}", args.out / f"{name}-{part}.{ending}", args.limit))
                 for part in ("train", "test")}
        tune = ["--epochs", args.epochs, "--batch-size", str(BATCH_SIZE), "--learning-rate", str(LEARNING_RATE)]
        features = ["--mode", "features", "--epochs", args.feature_epochs,
                    "--feature-cache", str(args.out / f"{name}-features")]
        runs = {}
        for seed in args.seeds.split(","):
            def folder(what):
                return str(args.out / f"{name}-{what.replace(', ', '-').replace(' ', '-')}-{seed}")

            start, order = args.encoder, []
            if args.paired:
                start, order = folder("start"), ["--t4j-order"]
                peer(task, args, files, args.encoder, start, seed, ["--start"])
            sides = {
                "t4j, fine-tuned": lambda out: t4j(args.t4j, task, args, files, start, out, seed, tune),
                "Hugging Face Trainer": lambda out: trained_peer(task, args, files, start, out, seed, [*tune, *order]),
            }
            if not args.paired:
                sides |= {
                    "t4j, frozen features": lambda out: t4j(args.t4j, task, args, files, start, out, seed, features),
                    "t4j, from scratch": lambda out: t4j(args.t4j, task, args, files, start, out, seed, [*tune, "--from-scratch"]),
                }
            for what, run in sides.items():
                runs.setdefault(what, []).append(run(folder(what)))
        (args.out / f"{name}.json").write_text(json.dumps(runs, indent=2))
        for what, results in runs.items():
            table.append(
                f"| {name} | {what} | {spread([run['scores'][score] for run in results])}"
                f" | {spread([run['secondsPerEpoch'] for run in results])} |")
    text = "\n".join(table) + "\n"
    (args.out / "table.md").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
