package io.transformer4j.finetuning;

import io.transformer4j.data.labelled.LabelledText;
import io.transformer4j.data.labelled.TaggedSentence;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.pipelines.TinyCheckpoints;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Data that a tiny model learns by heart, in words that its tokenizer knows. */
final class ToyData {
    private static final String[] ANIMALS = {"the cat sat on the mat", "a cat looked at the river", "the cat was cold"};
    private static final String[] MONEY = {
        "he went to the bank", "to get some money", "the bank was green and some money"
    };

    private ToyData() {}

    /** A small random encoder without dropout, so that it learns a few rows by heart in seconds. */
    static Path encoder(Path folder) {
        TinyCheckpoints.bert(folder);
        int vocabSize = Tokenizer.load(folder).vocabSize();
        try (BertForMaskedLM model = new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(vocabSize)
                .hiddenSize(32)
                .numHiddenLayers(2)
                .numAttentionHeads(2)
                .intermediateSize(64)
                .maxPositionEmbeddings(TinyCheckpoints.POSITIONS)
                .hiddenDropoutProb(0)
                .attentionProbsDropoutProb(0)
                .initializerRange(0.1)))) {
            model.initializeWeights(3, Devices.cpu());
            Models.save(model, folder);
        }
        return folder;
    }

    /** Texts about a cat, and texts about money. */
    static List<LabelledText> texts() {
        List<LabelledText> rows = new ArrayList<>();
        for (int i = 0; i < ANIMALS.length; i++) {
            rows.add(row(ANIMALS[i], "animal"));
            rows.add(row(MONEY[i], "money"));
        }
        return rows;
    }

    static LabelledText row(String text, String... labels) {
        return new LabelledText(Path.of("toy"), 1, text, null, List.of(labels));
    }

    /** Sentences in which animals and places are entities. */
    static List<TaggedSentence> sentences() {
        return List.of(
                sentence("the/O cat/B-animal sat/O on/O the/O mat/B-thing"),
                sentence("the/O river/B-place bank/I-place was/O green/O"),
                sentence("a/O cat/B-animal looked/O at/O the/O river/B-place bank/I-place"));
    }

    static TaggedSentence sentence(String text) {
        List<String> words = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        for (String pair : List.of(text.split(" "))) {
            words.add(pair.substring(0, pair.indexOf('/')));
            tags.add(pair.substring(pair.indexOf('/') + 1));
        }
        return new TaggedSentence("toy, line 1", words, tags);
    }
}
