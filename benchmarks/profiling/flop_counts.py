"""Counts the operations of training steps with PyTorch's FlopCounterMode, to compare with Transformer4j's formulas.

    python flop_counts.py > flop_counts.json

Each case is a Hugging Face model with random weights, forward and backward. Attention is the eager one: the counter doesn't know the fused
CPU kernel. Labels stand at as many tokens as `t4j profile` labels: all for decoders, 15 in 100 for BERT. Hugging Face computes the head at
every token and Transformer4j only where there is a label, so BERT's head is counted at the labelled tokens apart.
"""

import json

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)


def step_flops(run):
    """Operations of run()'s result and its gradients."""
    with FlopCounterMode(display=False) as counter:
        run().sum().backward()
    return counter.get_total_flops()


def ids(batch, length, vocab):
    return torch.randint(10, vocab, (batch, length))


def causal(model, batch, length):
    tokens = ids(batch, length, model.config.vocab_size)
    return step_flops(lambda: model(input_ids=tokens).logits)


def bert(batch, length):
    config = BertConfig(attn_implementation="eager")
    model = BertModel(config, add_pooling_layer=False)
    labelled = max(1, round(0.15 * length)) * batch
    transform = torch.nn.Linear(config.hidden_size, config.hidden_size)
    vocabulary = torch.nn.Linear(config.hidden_size, config.vocab_size)

    def run():
        rows = model(input_ids=ids(batch, length, config.vocab_size)).last_hidden_state.flatten(0, 1)[:labelled]
        return vocabulary(transform(rows))

    return step_flops(run)


def main():
    small = dict(vocab_size=500, hidden_size=64, num_hidden_layers=2, num_attention_heads=4)
    llama = LlamaConfig(**small, num_key_value_heads=2, intermediate_size=96, attn_implementation="eager")
    bart = BartConfig(
        vocab_size=500, d_model=64, encoder_layers=2, decoder_layers=3, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=128, decoder_ffn_dim=128, max_position_embeddings=64,
        attn_implementation="eager")
    seq2seq = BartForConditionalGeneration(bart)
    source, target = ids(2, 32, 500), ids(2, 32, 500)
    counts = {
        "gpt2-small 1x256": causal(GPT2LMHeadModel(GPT2Config(attn_implementation="eager")), 1, 256),
        "bert-base 2x128": bert(2, 128),
        "llama-gqa 2x32": causal(LlamaForCausalLM(llama), 2, 32),
        "bart 2x32": step_flops(lambda: seq2seq(input_ids=source, decoder_input_ids=target).logits),
    }
    print(json.dumps(counts, indent=1))


if __name__ == "__main__":
    main()
