package io.transformer4j.pipelines;

import io.transformer4j.data.ParallelText;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.models.transformer.TransformerConfig;
import io.transformer4j.models.transformer.TransformerForConditionalGeneration;
import io.transformer4j.progress.ProgressListener;
import io.transformer4j.seq2seq.Seq2SeqTokenizers;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import io.transformer4j.tokenizers.trainers.WordPieceTrainer;
import io.transformer4j.torch.Devices;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Checkpoint folders with small random models and tokenizers trained on a few sentences. */
public final class TinyCheckpoints {
    /** Most tokens of an input. */
    public static final int POSITIONS = 24;

    private static final String[] SENTENCES = {
        "the cat sat on the mat and looked at the river",
        "he went to the bank to get some money",
        "the river bank was green, and the water was cold",
        "a model learns words from the words around them"
    };

    private TinyCheckpoints() {}

    /** A masked-language model of five layers. */
    public static Path bert(Path folder) {
        Tokenizer tokenizer = WordPieceTrainer.builder()
                .vocabSize(90)
                .minFrequency(1)
                .build()
                .train(Stream.of(SENTENCES), ProgressListener.NONE);
        tokenizer.save(folder);
        return save(
                new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(tokenizer.vocabSize())
                        .hiddenSize(16)
                        .numHiddenLayers(5)
                        .numAttentionHeads(2)
                        .intermediateSize(32)
                        .maxPositionEmbeddings(POSITIONS)
                        .initializerRange(0.3))),
                folder);
    }

    /** A causal language model of two layers. */
    public static Path gpt2(Path folder) {
        Tokenizer tokenizer = BpeTrainer.builder()
                .vocabSize(300)
                .minFrequency(1)
                .build()
                .train(Stream.of(SENTENCES), ProgressListener.NONE);
        tokenizer.save(folder);
        return save(
                new GPT2LMHeadModel(GPT2Config.SMALL.with(c -> c.vocabSize(tokenizer.vocabSize())
                        .nPositions(POSITIONS)
                        .nEmbd(16)
                        .nLayer(2)
                        .nHead(2)
                        .initializerRange(0.3)
                        .eosTokenId(tokenizer.eosTokenId().orElseThrow()))),
                folder);
    }

    /** An encoder–decoder with one vocabulary for both sides. */
    static Path translator(Path folder) {
        ParallelText text = new ParallelText(List.of(SENTENCES), List.of(SENTENCES), 0);
        Seq2SeqTokenizers tokenizers = Seq2SeqTokenizers.train(
                text, new Seq2SeqTokenizers.Settings(Seq2SeqTokenizers.Type.BPE, 300, true, true, false), 1);
        tokenizers.save(folder);
        return save(
                new TransformerForConditionalGeneration(TransformerConfig.BASE.with(c -> c.srcVocab(
                                tokenizers.source().vocabSize())
                        .tgtVocab(tokenizers.target().vocabSize())
                        .shareEmbeddings(true)
                        .dModel(16)
                        .nhead(2)
                        .numEncoderLayers(2)
                        .numDecoderLayers(3)
                        .dimFeedforward(32)
                        .maxPositionEmbeddings(POSITIONS)
                        .decoderStartTokenId(tokenizers.target().bosTokenId().orElseThrow())
                        .eosTokenId(tokenizers.target().eosTokenId().orElseThrow()))),
                folder);
    }

    private static Path save(PretrainedModel model, Path folder) {
        try (model) {
            model.initializeWeights(3, Devices.cpu());
            Models.save(model, folder);
        }
        return folder;
    }
}
