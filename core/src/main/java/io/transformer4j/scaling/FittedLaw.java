package io.transformer4j.scaling;

import io.transformer4j.files.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import tools.jackson.core.JacksonException;

/**
 * A law with what is needed to use it: where it comes from, for which runs it holds, and how uncertain it is. Kept as Json.MAPPER.
 *
 * @param source what it was fitted to, in words
 * @param parameterCount what N counts
 * @param runs their number
 * @param parameters smallest and largest N among them
 * @param tokens smallest and largest D among them
 * @param compute smallest and largest C = 6ND among them, in FLOPs
 * @param draws laws fitted to bootstrap resamples of the runs; may be empty
 */
public record FittedLaw(
        String source,
        ChinchillaLaw law,
        ParameterCount parameterCount,
        int runs,
        Interval parameters,
        Interval tokens,
        Interval compute,
        List<ChinchillaLaw> draws) {

    /** Copies the draws. */
    public FittedLaw {
        Objects.requireNonNull(law, "law");
        draws = List.copyOf(draws);
    }

    /** Of the runs it was fitted to. */
    static FittedLaw of(
            String source, ChinchillaLaw law, ParameterCount count, List<Observation> runs, List<ChinchillaLaw> draws) {
        return new FittedLaw(
                source,
                law,
                count,
                runs.size(),
                range(runs, Observation::parameters),
                range(runs, Observation::tokens),
                range(runs, Observation::compute),
                draws);
    }

    private static Interval range(List<Observation> runs, ToDoubleFunction<Observation> number) {
        return new Interval(
                runs.stream().mapToDouble(number).min().orElseThrow(),
                runs.stream().mapToDouble(number).max().orElseThrow());
    }

    /**
     * The law of the Chinchilla runs (Hoffmann et al. 2022), fitted by this package to the 240 runs that Besiroglu et al. 2024 read off
     * a figure; with 1,000 draws. N counts all parameters.
     */
    public static FittedLaw chinchilla() {
        try (InputStream in = FittedLaw.class.getResourceAsStream("chinchilla-law.json")) {
            return Json.MAPPER.readValue(Objects.requireNonNull(in, "chinchilla-law.json"), FittedLaw.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a law.
     *
     * @throws IllegalArgumentException if the file doesn't hold one
     */
    public static FittedLaw read(Path file) throws IOException {
        String text = Files.readString(file);
        try {
            return Json.MAPPER.readValue(text, FittedLaw.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "%s: not a law written by 't4j scaling fit': %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    /** Writes the law. */
    public void write(Path file) throws IOException {
        AtomicFile.writeString(file, Json.MAPPER.writeValueAsString(this) + "\n");
    }
}
