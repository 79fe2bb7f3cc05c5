package io.transformer4j.scaling;

import io.transformer4j.files.AtomicFile;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Runs as a CSV file (RFC 4180, UTF-8, first line names the columns): our own table of {@link ScalingRun}s, and tables of others, whose
 * columns are named by {@link Columns}.
 */
public final class ResultsTable {

    private static final String[] HEADER = {
        "run",
        "config",
        "parameters",
        "non_embedding_parameters",
        "tokens",
        "compute",
        "flops",
        "loss",
        "seed",
        "seconds"
    };

    private static final String[] CURVES_HEADER = {"run", "parameters", "non_embedding_parameters", "tokens", "loss"};

    private static final CSVFormat READ = CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreEmptyLines(true)
            .setTrim(true)
            .get();

    /**
     * Where a table has the numbers that a law is fitted to.
     *
     * @param parameters column of N
     * @param tokens column of D; null if it follows from compute, D = C/(6N)
     * @param compute column of C in FLOPs; read only without {@code tokens}
     * @param loss column of the loss in nats per token
     * @param run column that tells which rows belong to one training curve
     */
    public record Columns(
            String parameters,
            @Nullable String tokens,
            @Nullable String compute,
            String loss,
            @Nullable String run) {

        /** Of our own table. */
        public static Columns standard(ParameterCount count) {
            String parameters = count == ParameterCount.TOTAL ? "parameters" : "non_embedding_parameters";
            return new Columns(parameters, "tokens", "compute", "loss", "run");
        }

        /** Checks that D can be had. */
        public Columns {
            if (tokens == null && compute == null) {
                throw new IllegalArgumentException(
                        "either the column of tokens or the column of compute must be named");
            }
        }
    }

    /** A row of any table. */
    private record Row(String where, CSVRecord values) {

        String text(String column) {
            if (!values.isSet(column) || values.get(column).isEmpty()) {
                throw new IllegalArgumentException("%s: no value in the column '%s'".formatted(where, column));
            }
            return values.get(column);
        }

        double number(String column) {
            String text = text(column);
            double value;
            try {
                value = Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "%s: '%s' in the column '%s' is not a number".formatted(where, text, column), e);
            }
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException(
                        "%s: %s is %s, but must be a positive finite number: leave out runs that failed"
                                .formatted(where, column, text));
            }
            return value;
        }

        long integer(String column) {
            try {
                return Long.parseLong(text(column));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "%s: '%s' in the column '%s' is not a whole number".formatted(where, text(column), column), e);
            }
        }
    }

    private ResultsTable() {}

    /** Writes the whole table, or leaves the file as it was. */
    public static void write(Path file, List<ScalingRun> runs) throws IOException {
        write(
                file,
                HEADER,
                runs,
                run -> List.of(
                        run.run(),
                        run.config(),
                        run.parameters(),
                        run.nonEmbeddingParameters(),
                        run.tokens(),
                        run.compute(),
                        run.flops(),
                        run.loss(),
                        run.seed(),
                        run.seconds()));
    }

    /** Writes a whole table of training curves, or leaves the file as it was. */
    public static void writeCurves(Path file, List<CurvePoint> points) throws IOException {
        write(
                file,
                CURVES_HEADER,
                points,
                point -> List.of(
                        point.run(), point.parameters(), point.nonEmbeddingParameters(), point.tokens(), point.loss()));
    }

    private static <T> void write(Path file, String[] header, List<T> rows, Function<T, List<?>> values)
            throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader(header)
                .setRecordSeparator('\n')
                .get();
        AtomicFile.write(file, out -> {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            CSVPrinter printer = new CSVPrinter(writer, format);
            for (T row : rows) {
                printer.printRecord(values.apply(row));
            }
            writer.flush();
        });
    }

    /**
     * Reads our own table.
     *
     * @throws IllegalArgumentException naming file, line and column of a missing or impossible value
     */
    public static List<ScalingRun> read(Path file) throws IOException {
        return rows(file, List.of(HEADER)).stream()
                .map(row -> new ScalingRun(
                        row.text("run"),
                        row.text("config"),
                        row.integer("parameters"),
                        row.integer("non_embedding_parameters"),
                        row.integer("tokens"),
                        row.number("flops"),
                        row.number("loss"),
                        row.integer("seed"),
                        row.number("seconds")))
                .toList();
    }

    /**
     * Reads our own table of training curves.
     *
     * @throws IllegalArgumentException naming file, line and column of a missing or impossible value
     */
    public static List<CurvePoint> curvePoints(Path file) throws IOException {
        return rows(file, List.of(CURVES_HEADER)).stream()
                .map(row -> new CurvePoint(
                        row.text("run"),
                        row.integer("parameters"),
                        row.integer("non_embedding_parameters"),
                        row.integer("tokens"),
                        row.number("loss")))
                .toList();
    }

    /**
     * Reads what a law is fitted to from any table.
     *
     * @throws IllegalArgumentException naming file, line and column of a missing or impossible value
     */
    public static List<Observation> observations(Path file, Columns columns) throws IOException {
        return rows(file, required(columns)).stream()
                .map(row -> observation(row, columns))
                .toList();
    }

    /**
     * Reads training curves: the rows with the same name of a run, in any order.
     *
     * @throws IllegalArgumentException naming file, line and column of a missing or impossible value
     */
    public static List<TrainingCurve> curves(Path file, Columns columns) throws IOException {
        String name = columns.run;
        if (name == null) {
            throw new IllegalArgumentException("%s: training curves need a column that names the run".formatted(file));
        }
        List<String> required = new ArrayList<>(required(columns));
        required.add(name);
        Map<String, List<Observation>> byRun = new LinkedHashMap<>();
        for (Row row : rows(file, required)) {
            byRun.computeIfAbsent(row.text(name), run -> new ArrayList<>()).add(observation(row, columns));
        }
        List<TrainingCurve> curves = new ArrayList<>();
        byRun.forEach((run, points) -> {
            points.sort(Comparator.comparingDouble(Observation::tokens));
            curves.add(new TrainingCurve(run, points.get(0).parameters(), points));
        });
        return curves;
    }

    private static List<String> required(Columns columns) {
        String data = columns.tokens != null ? columns.tokens : columns.compute;
        return List.of(columns.parameters, String.valueOf(data), columns.loss);
    }

    private static Observation observation(Row row, Columns columns) {
        double parameters = row.number(columns.parameters);
        double tokens = columns.tokens != null
                ? row.number(columns.tokens)
                : row.number(String.valueOf(columns.compute))
                        / (Observation.FLOPS_PER_PARAMETER_AND_TOKEN * parameters);
        return new Observation(parameters, tokens, row.number(columns.loss));
    }

    private static List<Row> rows(Path file, List<String> columns) throws IOException {
        try (CSVParser parser = CSVParser.parse(Files.newBufferedReader(file, StandardCharsets.UTF_8), READ)) {
            for (String column : columns) {
                if (!parser.getHeaderMap().containsKey(column)) {
                    throw new IllegalArgumentException("%s: no column '%s', but %s"
                            .formatted(file, column, String.join(", ", parser.getHeaderNames())));
                }
            }
            List<Row> rows = new ArrayList<>();
            for (CSVRecord values : parser) {
                rows.add(new Row("%s, line %d".formatted(file, parser.getCurrentLineNumber()), values));
            }
            return rows;
        } catch (CSVException | UncheckedIOException e) {
            throw new IllegalArgumentException("%s: not a CSV table: %s".formatted(file, e.getMessage()), e);
        }
    }
}
