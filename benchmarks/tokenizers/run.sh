#!/bin/sh
# Runs parity.py, marian_t5.py, unigram.py, speed.py or HostileInputs with the project built and the peers at hand.
#   benchmarks/tokenizers/run.sh parity|marian-t5|unigram|speed|hostile [arguments of the script]
# PYTHON= names an interpreter that has the packages below; without it one is set up in .venv-peers at the project's root.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
job=$1
shift
cd "$root"
if [ -z "${PYTHON:-}" ]; then
    [ -x .venv-peers/bin/python ] || python3 -m venv .venv-peers
    .venv-peers/bin/pip install --quiet tokenizers==0.23.2 numpy transformers==5.18.0 sentencepiece==0.2.2 protobuf
    PYTHON=.venv-peers/bin/python
fi
./mvnw -B -q -pl benchmarks -am -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/classpath.txt
classpath=benchmarks/target/classes:tokenizers/target/classes:$(cat benchmarks/target/classpath.txt)
case $job in
    parity) script=parity main=io.transformer4j.benchmarks.tokenizers.EncodeTexts ;;
    marian-t5) script=marian_t5 main=io.transformer4j.benchmarks.tokenizers.EncodeTexts ;;
    unigram) script=unigram main=io.transformer4j.benchmarks.tokenizers.TrainUnigram ;;
    speed) script=speed main=org.openjdk.jmh.Main ;;
    hostile) exec java -Xmx12g -cp "$classpath" io.transformer4j.benchmarks.tokenizers.HostileInputs "${1:-100}" ;;
    *) echo "usage: $0 parity|marian-t5|unigram|speed|hostile [arguments]" >&2; exit 2 ;;
esac
exec "$PYTHON" "benchmarks/tokenizers/$script.py" "$@" -- java -Xmx3g -cp "$classpath" "$main"
