#!/bin/sh
# Makes the tables and pictures of docs/results/attention.md, on an otherwise idle machine.
#
#   attention/run.sh PYTHON PEERS BOOKS OUT      tables are in OUT/tables.md
#
# PYTHON with torch and transformers, PEERS the folder of bench_peers.py, BOOKS a folder of author-title.txt.gz.
set -eu
[ $# -eq 4 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
python=$1
peers=$2
books=$3
out=$4
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
classes=$root/benchmarks/target/classes:$root/cli/target/t4j.jar
mkdir -p "$out"

"$root/t4j" bench-attention --max-memory 9 --repetitions 3 --out "$out" | tee "$out/sweep.txt"
"$python" "$peers/bench_peers.py" attention --lengths 4096 --reps 3 > "$out/peers.json"
java -cp "$classes" io.transformer4j.benchmarks.attention.ResultsPage "$out"
java -cp "$classes" io.transformer4j.benchmarks.attention.ApproximationError "$out" | tee "$out/errors.txt"

# Resumable, and by far the longest: what is in quality.csv isn't trained again.
java -cp "$classes" io.transformer4j.benchmarks.attention.LongRangeBenchmark --books "$books" --results "$out/quality.csv"
java -cp "$classes" io.transformer4j.benchmarks.attention.ResultsPage "$out"
