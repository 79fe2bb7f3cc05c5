"""Writes a model of `t4j train-seq2seq` (family transformer, post-norm, sinusoidal) as the MarianMTModel that computes the same.

    as_marian.py MODEL OUT

Marian's position vectors have all sines before all cosines, so the places of each hidden vector are put in that order; and
its queries, keys and values have a matrix each.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import MarianConfig, MarianMTModel

ATTENTIONS = {"self_attn": "self_attn", "multihead_attn": "encoder_attn"}
NORMS = {"encoder": ["self_attn_layer_norm", "final_layer_norm"],
         "decoder": ["self_attn_layer_norm", "encoder_attn_layer_norm", "final_layer_norm"]}


def renamed(weights, layers, order):
    """Marian's names and places for the weights of `layers` layers of each stack."""
    yield "model.shared.weight", weights["src_embed.weight"][:, order]
    for stack in ("encoder", "decoder"):
        for layer in range(layers[stack]):
            ours, theirs = f"transformer.{stack}.layers.{layer}.", f"model.{stack}.layers.{layer}."
            for attention, name in ATTENTIONS.items():
                if ours + attention + ".in_proj_weight" not in weights:
                    continue
                for kind in ("weight", "bias"):
                    parts = weights[f"{ours}{attention}.in_proj_{kind}"].chunk(3)
                    for letter, part in zip("qkv", parts):
                        yield f"{theirs}{name}.{letter}_proj.{kind}", part[:, order] if kind == "weight" else part
                    yield f"{theirs}{name}.out_proj.{kind}", weights[f"{ours}{attention}.out_proj.{kind}"][order]
            for kind in ("weight", "bias"):
                inner = weights[f"{ours}linear1.{kind}"]
                yield f"{theirs}fc1.{kind}", inner[:, order] if kind == "weight" else inner
                yield f"{theirs}fc2.{kind}", weights[f"{ours}linear2.{kind}"][order]
                for number, name in enumerate(NORMS[stack], start=1):
                    yield f"{theirs}{name}.{kind}", weights[f"{ours}norm{number}.{kind}"][order]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    ours = json.loads((args.model / "config.json").read_text())
    same = {"norm_first": False, "final_norms": False, "share_embeddings": True, "tie_tgt_generator": True,
            "generator_bias": False, "position_embedding_type": "sinusoidal"}
    for key, value in same.items():
        if ours[key] != value:
            parser.error(f"{args.model}: Marian has no {key} {ours[key]}, only {value}")
    size = ours["d_model"]
    config = MarianConfig(
        vocab_size=ours["src_vocab"], d_model=size, scale_embedding=True, activation_function=ours["activation"],
        encoder_layers=ours["num_encoder_layers"], decoder_layers=ours["num_decoder_layers"],
        encoder_attention_heads=ours["nhead"], decoder_attention_heads=ours["nhead"],
        encoder_ffn_dim=ours["dim_feedforward"], decoder_ffn_dim=ours["dim_feedforward"],
        max_position_embeddings=ours["max_position_embeddings"], dropout=ours["dropout"],
        pad_token_id=ours["pad"], eos_token_id=ours["eos_token_id"], forced_eos_token_id=ours["eos_token_id"],
        decoder_start_token_id=ours["decoder_start_token_id"])
    model = MarianMTModel(config)
    layers = {"encoder": config.encoder_layers, "decoder": config.decoder_layers}
    order = torch.cat([torch.arange(0, size, 2), torch.arange(1, size, 2)])
    given = dict(renamed(load_file(args.model / "model.safetensors"), layers, order))
    missing, unknown = model.load_state_dict(given, strict=False)
    left = [name for name in missing if "embed_positions" not in name and name != "final_logits_bias"
            and not name.endswith(("embed_tokens.weight", "lm_head.weight"))]
    if left or unknown:
        raise SystemExit(f"weights without a place: {unknown}; places without weights: {left}")
    model.tie_weights()
    model.save_pretrained(args.out)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(args.model / name, args.out)


if __name__ == "__main__":
    main()
