package io.transformer4j.finetuning;

import io.transformer4j.data.Batch;
import io.transformer4j.data.DataException;
import io.transformer4j.data.Example;
import io.transformer4j.data.labelled.ConllFile;
import io.transformer4j.data.labelled.Split;
import io.transformer4j.data.labelled.TaggedSentence;
import io.transformer4j.evaluation.Entities;
import io.transformer4j.evaluation.EntityScores;
import io.transformer4j.models.Labels;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.TokenClassificationPipeline;
import io.transformer4j.pipelines.WordSpans;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Truncation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tag for each word of a sentence: entities in a scheme such as BIO or IOBES. The first token of a word has the word's tag, the others
 * have none (Devlin et al. 2019, §5.3). Sentences longer than the model reads become several examples.
 */
public record TokenClassificationTask() implements Task<TaggedSentence> {
    private static final String OUTSIDE = "O";

    @Override
    public String architecture() {
        return "ForTokenClassification";
    }

    @Override
    public List<TaggedSentence> read(Path file) {
        List<TaggedSentence> sentences = ConllFile.read(file);
        for (TaggedSentence sentence : sentences) {
            try {
                Entities.of(sentence.tags());
            } catch (IllegalArgumentException e) {
                throw new DataException(sentence.where() + ": " + e.getMessage(), e);
            }
        }
        return sentences;
    }

    @Override
    public Labels labels(List<TaggedSentence> training) {
        List<String> tags = training.stream()
                .flatMap(sentence -> sentence.tags().stream())
                .distinct()
                .sorted(Comparator.comparing((String tag) -> !tag.equals(OUTSIDE))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        if (tags.size() < 2) {
            throw new DataException("all words have the tag " + tags + ": a tagger needs at least two to tell apart");
        }
        return new Labels(tags, null);
    }

    @Override
    public ExampleDataset examples(List<TaggedSentence> rows, Labels labels, Tokenizer tokenizer, int maxLength) {
        List<WordSpans> spans =
                rows.stream().map(row -> WordSpans.of(row.words())).toList();
        EncodeOptions options = EncodeOptions.defaults()
                .withTruncation(Truncation.toLength(maxLength))
                .withCompleteOverflow(true);
        List<Encoding> encodings =
                tokenizer.encodeBatch(spans.stream().map(WordSpans::text).toList(), options);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            int[] ids = ids(rows.get(i), labels.names());
            add(examples, encodings.get(i), spans.get(i), ids);
            for (Encoding window : encodings.get(i).overflowing()) {
                add(examples, window, spans.get(i), ids);
            }
        }
        return new ExampleDataset(examples, 0);
    }

    private static int[] ids(TaggedSentence sentence, List<String> names) {
        return sentence.tags().stream()
                .mapToInt(tag -> {
                    int id = names.indexOf(tag);
                    if (id < 0) {
                        throw new DataException(sentence.where() + ": the sentence has the tag \"" + tag
                                + "\", but known are " + names);
                    }
                    return id;
                })
                .toArray();
    }

    private static void add(List<Example> examples, Encoding window, WordSpans spans, int[] ids) {
        int[] words = spans.wordsOf(window);
        int[] labels = new int[words.length];
        boolean any = false;
        for (int token = 0; token < words.length; token++) {
            boolean first = words[token] != Encoding.NONE
                    && window.starts()[token] <= spans.words().get(words[token]).start()
                    && (token == 0 || words[token - 1] != words[token]);
            labels[token] = first ? ids[words[token]] : Batch.IGNORED;
            any |= first;
        }
        if (any) {
            examples.add(new Example(examples.size(), window.ids(), window.typeIds(), labels, null));
        }
    }

    /** Sentences with and without entities are held out alike. */
    @Override
    public Split<TaggedSentence> split(List<TaggedSentence> rows, double fraction, long seed) {
        return Split.stratified(
                rows, row -> row.tags().stream().allMatch(OUTSIDE::equals) ? OUTSIDE : "entities", fraction, seed);
    }

    @Override
    public void checkForEvaluation(List<TaggedSentence> rows, List<String> labels) {
        rows.forEach(row -> ids(row, labels));
    }

    @Override
    public Scores evaluate(Path model, List<TaggedSentence> rows, PipelineOptions options) {
        try (TokenClassificationPipeline pipeline = Pipelines.tokenClassification(model, options)) {
            checkForEvaluation(rows, pipeline.labels());
            EntityScores scores = EntityScores.of(
                    rows.stream().map(TaggedSentence::tags).toList(),
                    pipeline.tagWords(rows.stream().map(TaggedSentence::words).toList()));
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("entity_precision", scores.micro().precision());
            values.put("entity_recall", scores.micro().recall());
            values.put("entity_f1", scores.micro().f1());
            values.put("macro_f1", scores.macroF1());
            values.put("token_accuracy", scores.tokenAccuracy());
            scores.perType().forEach((type, score) -> values.put("f1/" + type, score.f1()));
            return new Scores("entity_f1", values, null);
        }
    }
}
