#!/bin/sh
# Runs parity.py or speed.py with the project built and the peer at hand.
#   benchmarks/tokenizers/run.sh parity|speed [arguments of the script]
# PYTHON= names an interpreter that has `tokenizers` and `numpy`; without it one is set up in .venv-peers at the project's root.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
job=$1
shift
cd "$root"
if [ -z "${PYTHON:-}" ]; then
    [ -x .venv-peers/bin/python ] || python3 -m venv .venv-peers
    .venv-peers/bin/pip install --quiet tokenizers==0.23.2 numpy
    PYTHON=.venv-peers/bin/python
fi
./mvnw -B -q -pl benchmarks -am -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/classpath.txt
classpath=benchmarks/target/classes:tokenizers/target/classes:$(cat benchmarks/target/classpath.txt)
case $job in
    parity) main=io.transformer4j.benchmarks.tokenizers.EncodeTexts ;;
    speed) main=org.openjdk.jmh.Main ;;
    *) echo "usage: $0 parity|speed [arguments]" >&2; exit 2 ;;
esac
exec "$PYTHON" "benchmarks/tokenizers/$job.py" "$@" -- java -Xmx3g -cp "$classpath" "$main"
