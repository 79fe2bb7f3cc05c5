#!/bin/sh
# Saves every checkpoint below ORIGINALS again with Transformer4j, then loads the results with Hugging Face transformers and compares.
#   benchmarks/checkpoints/run.sh ORIGINALS SAVED      PYTHON: a Python with torch and transformers (default: python3)
set -eu
cd "$(dirname "$0")/../.."
./mvnw -B -q -DskipTests package
java -cp "benchmarks/target/classes:cli/target/t4j.jar" io.transformer4j.benchmarks.checkpoints.SaveAgain "$1" "$2"
exec "${PYTHON:-python3}" benchmarks/checkpoints/load_in_transformers.py "$1" "$2"
