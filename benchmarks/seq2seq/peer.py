"""Trains or translates with Hugging Face's MarianMTModel on what Seq2SeqBenchmark wrote; prints one JSON object."""

import argparse
import json
import time
from pathlib import Path

import torch
from transformers import MarianMTModel

SMOOTHING, LEARNING_RATE, DECAY, CLIP = 0.1, 3e-4, 0.01, 1.0
BEAMS, NEW_TOKENS, BATCH = 4, 60, 64


def padded(rows, value):
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=value)


def tensors(batch, pad):
    source = padded(batch["source"], pad)
    lengths = torch.tensor([len(row) for row in batch["source"]])
    mask = (torch.arange(source.shape[1])[None] < lengths[:, None]).long()
    return source, mask, padded(batch["target"], -100)


def batches(file, pad):
    with open(file) as lines:
        return [tensors(json.loads(line), pad) for line in lines]


def loss(model, source, mask, target, smoothing, reduction="mean"):
    start = torch.full_like(target[:, :1], model.config.decoder_start_token_id)
    shifted = torch.cat([start, target[:, :-1]], 1).masked_fill(
        torch.cat([start, target[:, :-1]], 1) == -100, model.config.pad_token_id)
    logits = model(input_ids=source, attention_mask=mask, decoder_input_ids=shifted, use_cache=False).logits
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), target.flatten(), label_smoothing=smoothing, reduction=reduction)


def train(args):
    model = MarianMTModel.from_pretrained(args.model, attn_implementation="sdpa").train()
    pad = model.config.pad_token_id
    weights = [p for p in model.parameters() if p.requires_grad]
    groups = [{"params": [p for p in weights if p.dim() >= 2], "weight_decay": DECAY},
              {"params": [p for p in weights if p.dim() < 2], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, fused=True)
    steps = batches(args.folder / "train.jsonl", pad)
    tokens, start = 0, 0.0
    for number, (source, mask, target) in enumerate(steps):
        if number == args.untimed:
            start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss(model, source, mask, target, SMOOTHING).backward()
        torch.nn.utils.clip_grad_norm_(weights, CLIP)
        optimizer.step()
        if number >= args.untimed:
            tokens += int(mask.sum()) + int((target != -100).sum())
    rate = tokens / (time.perf_counter() - start)
    total, count = 0.0, 0
    with torch.inference_mode():
        model.eval()
        for source, mask, target in batches(args.folder / "validation.jsonl", pad):
            total += loss(model, source, mask, target, 0.0, "sum").item()
            count += int((target != -100).sum())
    return {"rate": rate, "loss": total / count}


def translate(args):
    model = MarianMTModel.from_pretrained(args.model, attn_implementation="sdpa").eval()
    pad, eos = model.config.pad_token_id, model.config.eos_token_id
    sources = json.loads((args.folder / "sources.json").read_text())
    order = sorted(range(len(sources)), key=lambda i: -len(sources[i]))  # what a careful user does

    def run(indices):
        source = padded([sources[i] for i in indices], pad)
        mask = (torch.arange(source.shape[1])[None] < torch.tensor([len(sources[i]) for i in indices])[:, None]).long()
        with torch.inference_mode():
            return model.generate(
                input_ids=source, attention_mask=mask, num_beams=BEAMS, do_sample=False, max_new_tokens=NEW_TOKENS,
                early_stopping=False, length_penalty=1.0, forced_eos_token_id=None, bad_words_ids=None,
                eos_token_id=eos, pad_token_id=pad, decoder_start_token_id=model.config.decoder_start_token_id)

    run(order[:8])
    ids = [None] * len(sources)
    start = time.perf_counter()
    for first in range(0, len(order), BATCH):
        chosen = order[first:first + BATCH]
        for i, row in zip(chosen, run(chosen).tolist()):
            row = row[1:]
            ids[i] = row[:row.index(eos) + 1] if eos in row else row
    return {"rate": len(sources) / (time.perf_counter() - start), "loss": 0.0, "ids": ids}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["train", "translate"])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--untimed", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    print(json.dumps(train(args) if args.task == "train" else translate(args)))


if __name__ == "__main__":
    main()
