"""Makes lines of text of SciTLDR's JSON lines, and a text to pre-train on: what the commands in docs/results/translation.md read.

    scitldr.py --scitldr FOLDER --books FOLDER --out OUT

Of papers with several summaries, `PART.target.I.txt` has the I-th, or the first again where there are fewer, so that the
best of all files is the best of the paper's. `test.lead.txt` has each abstract's first sentence.
"""

import argparse
import gzip
import json
from pathlib import Path

# The abstracts are few beside the books.
ABSTRACT_REPEATS = 4


def read(file):
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def one_line(text):
    return " ".join(text.split())


def write(file, texts):
    file.write_text("".join(one_line(text) + "\n" for text in texts), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scitldr", type=Path, required=True)
    parser.add_argument("--books", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for part in ("train", "dev", "test"):
        papers = [paper for paper in read(args.scitldr / f"{part}.jsonl.gz") if "".join(paper["source"]).strip()]
        abstracts = [" ".join(paper["source"]) for paper in papers]
        write(args.out / f"{part}.source.txt", abstracts)
        for i in range(max(len(paper["target"]) for paper in papers)):
            write(args.out / f"{part}.target.{i}.txt",
                  [paper["target"][i if i < len(paper["target"]) else 0] for paper in papers])
        if part == "test":
            write(args.out / "test.lead.txt", [paper["source"][0] for paper in papers])
        if part == "train":
            texts = abstracts * ABSTRACT_REPEATS
    for book in sorted(args.books.glob("*.txt.gz")):
        with gzip.open(book, "rt", encoding="utf-8") as lines:
            texts += [line for line in lines if len(line) > 40]
    write(args.out / "texts.txt", texts)


if __name__ == "__main__":
    main()
