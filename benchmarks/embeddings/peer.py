#!/usr/bin/env python3
"""Embeds token ids with transformers and ONNX Runtime, when told to.

    peer.py MODEL --threads N --batch 32

Reads JSON lines from standard input and answers each with one. The first has all sentences, {"sentences": [[id, …], …]},
special tokens included; the answer names the variants. Then {"run": VARIANT} embeds them once, {"seconds": …}, and
{"vectors": VARIANT} gives the vectors of its last run. Vectors are means over the tokens, of length 1.

Sentences go longest first, in batches padded to their longest one, as sentence-transformers' encode() does. ONNX Runtime gets
the same weights exported: as they are, after its optimizer for BERT (fused), and both after its dynamic quantization
(8 bits a weight, a scale for each output).
"""
import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
import warnings

import numpy as np
import torch
from transformers import BertModel

warnings.filterwarnings("ignore")


class Embedder(torch.nn.Module):
    def __init__(self, folder, attention):
        super().__init__()
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation=attention)

    def forward(self, ids, mask):
        hidden = self.bert(input_ids=ids, attention_mask=mask)[0]
        real = mask.unsqueeze(-1).to(hidden.dtype)
        return torch.nn.functional.normalize((hidden * real).sum(1) / real.sum(1), dim=1)


class Batches:
    def __init__(self, sentences, size):
        self.order = sorted(range(len(sentences)), key=lambda i: -len(sentences[i]))
        self.batches = [self.padded([sentences[i] for i in self.order[first:first + size]])
                        for first in range(0, len(sentences), size)]

    @staticmethod
    def padded(rows):
        ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
        lengths = torch.tensor([len(row) for row in rows])
        return ids, (torch.arange(ids.shape[1])[None] < lengths[:, None]).long()

    def run(self, embed):
        """The vectors in the order of the sentences."""
        found = np.concatenate([embed(ids, mask) for ids, mask in self.batches])
        vectors = np.empty_like(found)
        vectors[self.order] = found
        return vectors


def export(folder, example, path):
    # Eager attention: the pattern that ONNX Runtime's fusions look for.
    model = Embedder(folder, "eager").eval()
    axes = {"ids": {0: "batch", 1: "length"}, "mask": {0: "batch", 1: "length"}, "vectors": {0: "batch"}}
    torch.onnx.export(model, example, path, dynamo=False, input_names=["ids", "mask"], output_names=["vectors"],
                      dynamic_axes=axes, opset_version=17)


def fuse(folder, path, out):
    from onnxruntime.transformers import optimizer
    config = BertModel.config_class.from_pretrained(folder)
    optimizer.optimize_model(path, model_type="bert", num_heads=config.num_attention_heads,
                             hidden_size=config.hidden_size, opt_level=0).save_model_to_file(out)


def quantize(path, out):
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    # The default type is for outputs of fused operators, which shape inference doesn't know.
    quantize_dynamic(path, out, weight_type=QuantType.QInt8, per_channel=True,
                     extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})


def onnx_runtime(path, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda ids, mask: session.run(None, {"ids": ids.numpy(), "mask": mask.numpy()})[0]


def transformers(folder):
    model = Embedder(folder, "sdpa").eval()

    def embed(ids, mask):
        with torch.inference_mode():
            return model(ids, mask).numpy()
    return embed


def variants(folder, threads, batches):
    with tempfile.TemporaryDirectory() as made:
        plain, fused = os.path.join(made, "plain.onnx"), os.path.join(made, "fused.onnx")
        export(folder, batches.batches[-1], plain)
        fuse(folder, plain, fused)
        found = {"transformers": transformers(folder)}
        for name, path in ("", plain), (" fused", fused):
            found["onnxruntime" + name] = onnx_runtime(path, threads)
            small = path.replace(".onnx", "-int8.onnx")
            quantize(path, small)
            found[f"onnxruntime{name} int8"] = onnx_runtime(small, threads)
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="folder of a BERT checkpoint")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, default=32, help="sentences a batch (default: %(default)s)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    batches = Batches(json.loads(sys.stdin.readline())["sentences"], args.batch)
    with contextlib.redirect_stdout(sys.stderr):
        embedders = variants(args.model, args.threads, batches)
    vectors = {}

    def answer(value):
        print(json.dumps(value), flush=True)

    answer(list(embedders))
    for line in sys.stdin:
        command = json.loads(line)
        if "vectors" in command:
            answer(vectors[command["vectors"]].tolist())
        else:
            name = command["run"]
            start = time.perf_counter()
            vectors[name] = batches.run(embedders[name])
            answer({"seconds": time.perf_counter() - start})


if __name__ == "__main__":
    main()
