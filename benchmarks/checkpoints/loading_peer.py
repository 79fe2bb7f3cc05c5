"""One process of LoadingBenchmark with Hugging Face transformers: loads FOLDER TIMES times, each time followed by a forward
pass of eight tokens, and prints what that took as JSON.

    python loading_peer.py FOLDER TIMES THREADS
"""
import gc
import json
import pathlib
import re
import sys
import time

import torch
import transformers

IDS = torch.arange(11, 19)[None]


def status(key):
    text = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(rf"{key}:\s+(\d+) kB", text)[1]) * 1024


def run(cls, folder, result):
    gc.collect()
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # starts the record of the peak anew
    before = status("VmRSS")
    start = time.perf_counter()
    model = cls.from_pretrained(folder, dtype=torch.float32)
    loaded = time.perf_counter()
    with torch.no_grad():
        result["sum"] += model(IDS).logits[0, 0, 0].item()
    end = time.perf_counter()
    result["load_s"].append(loaded - start)
    result["pass_s"].append(end - start)
    result["ended_s"].append(time.time())
    result["peak_bytes"].append(status("VmHWM") - before)


def main():
    folder, times, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    architecture = json.loads((folder / "config.json").read_text())["architectures"][0]
    cls = getattr(transformers, architecture)  # imports its module
    result = {"load_s": [], "pass_s": [], "ended_s": [], "peak_bytes": [], "sum": torch.ones(1).item()}
    for _ in range(times):
        run(cls, folder, result)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
