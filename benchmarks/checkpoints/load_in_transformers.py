"""Loads checkpoints that Transformer4j saved with Hugging Face transformers, and compares them with the originals.

    python load_in_transformers.py ORIGINALS SAVED

For every folder in SAVED: the class of its config.json loads it without missing, unexpected or mis-shaped weights, all
weights equal the original's bit by bit, the outputs on a batch of ids too, and so does the config but for what the saving
program says of itself. Exits with the number of folders that disagree.
"""
import json
import pathlib
import sys

import torch
import transformers

OWN_KEYS = {"attention_type", "transformers_version", "_name_or_path", "dtype", "torch_dtype", "architectures"}


def load(cls, folder):
    model, info = cls.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    problems = [f"{kind}: {sorted(map(str, names))[:3]}" for kind, names in info.items() if names]
    return model, problems


def outputs(model):
    """All tensors that the model gives for two sequences, the second one padded."""
    config = model.config
    length = 24
    ids = torch.randint(3, config.vocab_size - 1, (2, length), generator=torch.Generator().manual_seed(1))
    mask = torch.ones(2, length, dtype=torch.long)
    mask[1, length - 5:] = 0
    inputs = {"input_ids": ids, "attention_mask": mask}
    if config.model_type == "longformer":
        inputs["global_attention_mask"] = torch.zeros_like(mask).index_fill_(1, torch.tensor([0]), 1)
    if config.is_encoder_decoder:
        ids[:, 10] = config.eos_token_id  # where classifiers read
    if getattr(model, "get_decoder", None) and config.is_encoder_decoder and model.get_decoder() is not None:
        limit = getattr(config, "decoder_vocab_size", None) or config.vocab_size
        inputs["decoder_input_ids"] = ids % (limit - 1)
    if config.pad_token_id is None:
        inputs = {key: value[:1] for key, value in inputs.items()}  # classifiers on decoders find no end then
    with torch.no_grad():
        result = model.eval()(**inputs, use_cache=False) if config.model_type == "t5" and config.is_encoder_decoder \
            and "decoder_input_ids" in inputs else model.eval()(**inputs)
    return {key: value for key, value in result.items() if torch.is_tensor(value)}


def compare(original, saved):
    name = json.loads((saved / "config.json").read_text())["architectures"][0]
    cls = getattr(transformers, name, None)
    if cls is None:
        return name, ["transformers has no such class"]
    before, _ = load(cls, original)
    after, problems = load(cls, saved)
    weights = after.state_dict()
    problems += [f"{key} differs" for key, value in before.state_dict().items() if not torch.equal(value, weights[key])]
    expected, given = outputs(before), outputs(after)
    problems += [f"output {key} differs" for key in expected if not torch.equal(expected[key], given[key])]
    old, new = before.config.to_dict(), after.config.to_dict()
    problems += [f"config {key}: {old[key]} became {new.get(key)}"
                 for key in old if key not in OWN_KEYS and old[key] != new.get(key)]
    return name, problems


def main():
    originals, folders = pathlib.Path(sys.argv[1]), sorted(pathlib.Path(sys.argv[2]).iterdir())
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    failures = 0
    for folder in folders:
        name, problems = compare(originals / folder.name, folder)
        failures += bool(problems)
        print(f"{folder.name:28} {name:36} {'; '.join(problems) or 'equal'}")
    sys.exit(failures)


if __name__ == "__main__":
    main()
