package io.transformer4j.benchmarks;

import io.transformer4j.data.Batch;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The training workloads of the peers' script, run by this project's {@link Trainer}. */
enum TrainingWorkload {
    /** Decoder, 6 x 384, vocabulary 8,192, 8 x 256 tokens a step. */
    GPT(8, 1, "train-gpt", List.of("lean-eager", "lean-compile"), 85e6) {
        @Override
        double measure(ComputePool pool, int repetitions, int[] lengths) {
            GPT2Config config = GPT2Config.SMALL.with(c -> c.vocabSize(8192)
                    .nPositions(256)
                    .nEmbd(384)
                    .nLayer(6)
                    .nHead(6)
                    .residPdrop(0)
                    .embdPdrop(0)
                    .attnPdrop(0)
                    .eosTokenId(null));
            return measure(new GPT2LMHeadModel(config), fixed(8, 256, 8192, 1), pool, repetitions);
        }
    },
    /** Encoder with masked-LM head, 6 x 384, vocabulary 30,522, 16 x 128 tokens a step, 15 % labelled. */
    BERT_FULL(16, 1, "train-bert", List.of("full/hf-masked-head", "full/hf-eager"), 75e6) {
        @Override
        double measure(ComputePool pool, int repetitions, int[] lengths) {
            return measure(new BertForMaskedLM(bert()), fixed(16, 128, 30_522, 0.15), pool, repetitions);
        }
    },
    /** The same at the lengths of real sentences: the first 80, 16 a step, 5 steps a repetition. */
    BERT_VARIABLE(16, 5, "train-bert", List.of("variable/hf-masked-head"), 75e6) {
        @Override
        double measure(ComputePool pool, int repetitions, int[] lengths) {
            List<Example> examples = new ArrayList<>();
            Random random = new Random(7);
            for (int i = 0; i < 80; i++) {
                examples.add(example(i, lengths[i], 30_522, 0.15, random));
            }
            return measure(new BertForMaskedLM(bert()), examples, pool, repetitions);
        }
    };

    private static final int WARMUP = 2;

    private final int batchSize;
    private final int stepsPerRepetition;
    private final String peerCommand;
    private final List<String> peerVariants;
    private final double flopsPerToken;

    /** {@code flopsPerToken}: 6 a weight that multiplies, the head at labelled tokens only, and attention (causal at half). */
    TrainingWorkload(
            int batchSize,
            int stepsPerRepetition,
            String peerCommand,
            List<String> peerVariants,
            double flopsPerToken) {
        this.batchSize = batchSize;
        this.stepsPerRepetition = stepsPerRepetition;
        this.peerCommand = peerCommand;
        this.peerVariants = peerVariants;
        this.flopsPerToken = flopsPerToken;
    }

    /** The subcommand of the peers' script with the same work. */
    String peerCommand() {
        return peerCommand;
    }

    /** The peers that do the same work, fastest included. */
    List<String> peerVariants() {
        return peerVariants;
    }

    double flopsPerToken() {
        return flopsPerToken;
    }

    /**
     * Trains on this workload.
     *
     * @param lengths sentence lengths in tokens, for those workloads that have real ones
     * @return tokens per second in the median repetition
     */
    abstract double measure(ComputePool pool, int repetitions, int[] lengths);

    final double measure(TrainableModel model, List<Example> examples, ComputePool pool, int repetitions) {
        long tokens = examples.stream().mapToLong(Example::length).sum();
        Clock clock = new Clock(stepsPerRepetition);
        TrainingArguments arguments =
                TrainingArguments.DEFAULTS.with(a -> a.maxSteps((long) (WARMUP + repetitions) * stepsPerRepetition)
                        .batchSize(batchSize)
                        .learningRate(3e-4)
                        .weightDecay(0.01)
                        .maxGradNorm(1));
        model.initializeWeights(1, Devices.cpu());
        try (model;
                Trainer trainer = Trainer.builder(model, arguments)
                        .pool(pool)
                        .trainData(new Fixed(examples), DataCollator.DEFAULT)
                        .callback(clock)
                        .build()) {
            trainer.train();
        }
        return tokens / clock.medianSeconds();
    }

    private static BertConfig bert() {
        return BertConfig.BASE.with(c -> c.hiddenSize(384)
                .numHiddenLayers(6)
                .numAttentionHeads(6)
                .intermediateSize(1536)
                .maxPositionEmbeddings(128)
                .hiddenDropoutProb(0)
                .attentionProbsDropoutProb(0));
    }

    private static List<Example> fixed(int count, int length, int vocabulary, double labelled) {
        Random random = new Random(7);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            examples.add(example(i, length, vocabulary, labelled, random));
        }
        return examples;
    }

    private static Example example(int index, int length, int vocabulary, double labelled, Random random) {
        int[] ids = random.ints(length, 0, vocabulary).toArray();
        int[] labels = random.ints(length, 0, vocabulary)
                .map(label -> random.nextDouble() < labelled ? label : Batch.IGNORED)
                .toArray();
        labels[0] = 1; // each sequence has a label
        return new Example(index, ids, new int[length], labels, null);
    }

    private record Fixed(List<Example> examples) implements Dataset {
        @Override
        public long size() {
            return examples.size();
        }

        @Override
        public Example get(int epoch, long index) {
            return examples.get((int) index);
        }
    }

    /** Takes the time of each repetition. */
    private static final class Clock implements TrainerCallback {
        private final int stepsPerRepetition;
        private final List<Double> seconds = new ArrayList<>();
        private long start;

        Clock(int stepsPerRepetition) {
            this.stepsPerRepetition = stepsPerRepetition;
        }

        @Override
        public void onTrainBegin(TrainerState state, TrainingArguments arguments) {
            start = System.nanoTime();
        }

        @Override
        public void onStepEnd(TrainerState state, double loss) {
            if (state.globalStep() % stepsPerRepetition == 0) {
                long now = System.nanoTime();
                seconds.add((now - start) / 1e9);
                start = now;
            }
        }

        double medianSeconds() {
            List<Double> counted = seconds.subList(WARMUP, seconds.size());
            return counted.stream().sorted().toList().get(counted.size() / 2);
        }
    }
}
