"""Fine-tunes an encoder with Hugging Face's Trainer on a file of labelled texts or of tagged words; prints one JSON object.

The recipe is that of `t4j finetune`: AdamW without decay of biases and norms, linear schedule with warm-up, batches of whole examples padded to
their longest. Scores are those that `t4j finetune --test` has under the same names.

`--start` writes a model to start from instead: its new head has its first values, and there is no dropout. From there `--t4j-order` has no randomness that
`t4j finetune` with the same seed doesn't share.
"""

import argparse
import json
import sys
import time

import torch
import transformers

from t4j_order import T4jOrder


def labelled_texts(path):
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").rsplit("\t", 1) for line in lines if line.strip()]
    return [text for text, _ in rows], [label for _, label in rows]


def tagged_sentences(path):
    sentences, words, tags = [], [], []
    with open(path, encoding="utf-8") as lines:
        for line in [*lines, ""]:
            if line.strip():
                columns = line.strip().split("\t")
                words.append(columns[0])
                tags.append(columns[-1])
            elif words:
                sentences.append((words, tags))
                words, tags = [], []
    return [words for words, _ in sentences], [tags for _, tags in sentences]


def entities(tags):
    """(type, first, end) as conlleval has them: an I- without a beginning begins one."""
    found, start, kind = set(), None, None
    for place, tag in enumerate([*tags, "O"]):
        prefix, _, now = tag.partition("-")
        if start is not None and (prefix != "I" or now != kind):
            found.add((kind, start, place))
            start = None
        if prefix == "B" or (prefix == "I" and start is None):
            start, kind = place, now
    return found


def entity_f1(expected, predicted):
    right = sum(len(entities(e) & entities(p)) for e, p in zip(expected, predicted))
    total = sum(len(entities(e)) for e in expected) + sum(len(entities(p)) for p in predicted)
    return 2 * right / total if total else 0.0


class Rows(torch.utils.data.Dataset):
    def __init__(self, encodings, labels):
        self.rows = [{"input_ids": ids, "labels": label} for ids, label in zip(encodings, labels)]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return dict(self.rows[index])


def word_labels(encoding, index, tags, ids):
    """The first piece of each word has its tag."""
    labels, before = [], None
    for word in encoding.word_ids(index):
        labels.append(ids[tags[word]] if word is not None and word != before else -100)
        before = word
    return labels


class OrderedTrainer(transformers.Trainer):
    def _get_train_sampler(self, *args):
        return T4jOrder(len(self.train_dataset), self.args.seed)


class Clock(transformers.TrainerCallback):
    def __init__(self):
        self.seconds = []

    def on_epoch_begin(self, *args, **kwargs):
        self.start = time.perf_counter()

    def on_epoch_end(self, *args, **kwargs):
        self.seconds.append(time.perf_counter() - self.start)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["text-classification", "token-classification"])
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--test")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--start", action="store_true", help="only write the model to start from to --out")
    parser.add_argument("--t4j-order", action="store_true", help="take the examples as t4j does")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    transformers.set_seed(args.seed)
    tagging = args.task == "token-classification"
    read = tagged_sentences if tagging else labelled_texts
    texts, answers = read(args.train)
    names = sorted({tag for tags in answers for tag in tags}, key=lambda tag: (tag != "O", tag)) if tagging else sorted(set(answers))
    ids = {name: number for number, name in enumerate(names)}
    tokenizer = transformers.AutoTokenizer.from_pretrained(args.encoder)
    auto = transformers.AutoModelForTokenClassification if tagging else transformers.AutoModelForSequenceClassification
    model = auto.from_pretrained(args.encoder, num_labels=len(names), id2label=dict(enumerate(names)), label2id=ids)
    if args.start:
        model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.0
        model.save_pretrained(args.out)
        tokenizer.save_pretrained(args.out)
        return
    length = model.config.max_position_embeddings

    def rows(texts, answers):
        encoding = tokenizer(texts, is_split_into_words=tagging, truncation=True, max_length=length)
        labels = [word_labels(encoding, i, tags, ids) for i, tags in enumerate(answers)] if tagging else [ids[a] for a in answers]
        return Rows(encoding["input_ids"], labels), encoding

    collator = transformers.DataCollatorForTokenClassification if tagging else transformers.DataCollatorWithPadding
    train, _ = rows(texts, answers)
    clock = Clock()
    trainer = (OrderedTrainer if args.t4j_order else transformers.Trainer)(
        model=model,
        args=transformers.TrainingArguments(
            output_dir=args.out,
            num_train_epochs=args.epochs,
            per_device_train_batch_size=args.batch_size,
            per_device_eval_batch_size=64,
            learning_rate=args.learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=round(0.1 * args.epochs * -(-len(train) // args.batch_size)),
            weight_decay=0.01,
            max_grad_norm=1.0,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            seed=args.seed,
        ),
        train_dataset=train,
        data_collator=collator(tokenizer),
        callbacks=[clock],
    )
    loss = trainer.train().training_loss
    texts, answers = read(args.test)
    test, encoding = rows(texts, answers)
    predicted = trainer.predict(test).predictions.argmax(-1)
    if tagging:
        tags = []
        for i, row in enumerate(test.rows):
            mine = ["O"] * len(answers[i])
            words = encoding.word_ids(i)
            for place, label in enumerate(row["labels"]):
                if label != -100:
                    mine[words[place]] = names[predicted[i][place]]
            tags.append(mine)
        scores = {"entity_f1": entity_f1(answers, tags)}
    else:
        scores = {"accuracy": sum(ids[a] == p for a, p in zip(answers, predicted)) / len(answers)}
    json.dump({"seed": args.seed, "scores": scores, "trainLoss": loss, "secondsPerEpoch": sum(clock.seconds) / len(clock.seconds)}, sys.stdout)


if __name__ == "__main__":
    main()
