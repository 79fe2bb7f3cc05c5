package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Writes down every number that a run reports, exactly. What a resumed run reports again must be the same again. */
final class Journal implements TrainerCallback {
    private final Map<String, String> entries = new LinkedHashMap<>();
    private final BiConsumer<String, String> listener;

    Journal() {
        this((event, values) -> {});
    }

    /** A journal that also tells of each entry. */
    Journal(BiConsumer<String, String> listener) {
        this.listener = listener;
    }

    @Override
    public void onStepEnd(TrainerState state, double loss) {
        note("step " + state.globalStep(), Double.toHexString(loss));
    }

    @Override
    public void onLog(TrainerState state, Map<String, Double> metrics) {
        Map<String, Double> repeatable = new TreeMap<>(metrics);
        repeatable.remove("tokens_per_second");
        note("log " + state.globalStep(), repeatable.toString());
    }

    @Override
    public void onEvaluate(TrainerState state, Map<String, Double> metrics) {
        note("eval " + state.globalStep(), new TreeMap<>(metrics).toString());
    }

    /** Adds an entry. */
    void note(String event, String values) {
        String before = entries.putIfAbsent(event, values);
        assertThat(values).as(event + " of a step made again").isEqualTo(before == null ? values : before);
        listener.accept(event, values);
    }

    /** Adds the lines {@code event=values} of a file, but for one that a killed process left unfinished. */
    void addAll(Path file) throws IOException {
        String text = Files.readString(file);
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> {
            int split = line.indexOf('=');
            note(line.substring(0, split), line.substring(split + 1));
        });
    }

    Map<String, String> entries() {
        return new TreeMap<>(entries);
    }
}
