"""Checks that adapters are read alike by PEFT and by t4j.

    peft_parity.py make MODEL ADAPTER       writes an adapter with random updates of MODEL, by PEFT
    t4j merge-adapter ADAPTER --out WHOLE   of that adapter, or of one that t4j trained
    peft_parity.py compare ADAPTER WHOLE    outputs of ADAPTER on its model in PEFT against those of WHOLE in transformers
"""

import json
import sys
from pathlib import Path

import peft
import torch
import transformers

TOLERANCE = 2e-4


def load(folder, config_folder=None):
    config = transformers.AutoConfig.from_pretrained(config_folder or folder)
    return getattr(transformers, config.architectures[0]).from_pretrained(folder, config=config).eval(), config


def make(source, target):
    model, _ = load(source)
    adapted = peft.get_peft_model(
        model, peft.LoraConfig(r=4, lora_alpha=12, lora_dropout=0.1, target_modules="all-linear", init_lora_weights=False))
    adapted.save_pretrained(target)


def outputs(model, ids):
    with torch.no_grad():
        return model(input_ids=ids)[0]


def compare(adapter, whole):
    settings = json.loads((Path(adapter) / "adapter_config.json").read_text())
    own = adapter if (Path(adapter) / "config.json").exists() else None
    base, config = load(settings["base_model_name_or_path"], own)
    adapted = peft.PeftModel.from_pretrained(base, adapter).eval()
    merged, _ = load(whole)
    ids = torch.randint(5, config.vocab_size, (3, 11), generator=torch.Generator().manual_seed(1))
    difference = (outputs(adapted, ids) - outputs(merged, ids)).abs().max().item()
    plain, _ = load(settings["base_model_name_or_path"], own)
    change = (outputs(plain, ids) - outputs(merged, ids)).abs().max().item()
    print(f"{type(base).__name__}: largest difference {difference:.2e}, the adapter changes outputs by up to {change:.2e}")
    return 0 if difference < TOLERANCE < change else 1


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("make", "compare"):
        sys.exit(__doc__)
    sys.exit((make if sys.argv[1] == "make" else compare)(*sys.argv[2:]))
