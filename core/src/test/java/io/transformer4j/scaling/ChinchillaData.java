package io.transformer4j.scaling;

import io.transformer4j.testing.SharedFiles;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/** The runs of Hoffmann et al. 2022, figure 4, as read off by Epoch AI. */
final class ChinchillaData {

    static final ResultsTable.Columns COLUMNS =
            new ResultsTable.Columns("Model Size", null, "Training FLOP", "loss", null);

    private ChinchillaData() {}

    /** All 245. */
    static List<Observation> all() throws IOException {
        return ResultsTable.observations(SharedFiles.require("data/scaling/chinchilla.csv"), COLUMNS);
    }

    /** The 240 that Besiroglu et al. 2024 fit: without the five highest losses. */
    static List<Observation> filtered() throws IOException {
        List<Observation> runs = all();
        return runs.stream()
                .sorted(Comparator.comparingDouble(Observation::loss))
                .limit(runs.size() - 5)
                .toList();
    }
}
