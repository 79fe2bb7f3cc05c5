package io.transformer4j.profiling;

import io.transformer4j.files.AtomicFile;
import io.transformer4j.profiling.ProfileText.Table;
import io.transformer4j.profiling.StepProfile.TraceEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Profiles as files: {@code profile.html}, which needs nothing beside it, {@code roofline.png}, {@code shares.png}, and {@code trace.json}
 * for Chrome's {@code about:tracing} or Perfetto.
 */
public final class ProfileReport {
    private static final String STYLE = """
            body { font: 15px/1.45 sans-serif; color: #222b36; max-width: 1240px; margin: 2em auto; padding: 0 1em; }
            table { border-collapse: collapse; margin: 0.6em 0 2em; }
            th, td { padding: 0.15em 0.8em; text-align: right; border-bottom: 1px solid #e3e7ec; white-space: nowrap; }
            th:first-child, td:first-child { text-align: left; }
            img { max-width: 100%; }
            """;

    private ProfileReport() {}

    /**
     * Writes all files.
     *
     * @param profiles of one model at one or several lengths; the first has its operators listed
     * @param formulaFlops operations of the first one's step by formula, all workers together
     * @throws IOException if one can't be written
     */
    public static void write(Path folder, TransformerShape shape, List<StepProfile> profiles, double formulaFlops)
            throws IOException {
        StepProfile first = profiles.get(0);
        Files.createDirectories(folder);
        Path roofline = folder.resolve("roofline.png");
        Path shares = folder.resolve("shares.png");
        ProfileCharts.roofline(roofline, first);
        ProfileCharts.shares(shares, profiles);
        AtomicFile.writeString(folder.resolve("trace.json"), chromeTrace(first));
        AtomicFile.writeString(
                folder.resolve("profile.html"), html(shape, profiles, formulaFlops, List.of(shares, roofline)));
    }

    private static String html(
            TransformerShape shape, List<StepProfile> profiles, double formulaFlops, List<Path> pictures)
            throws IOException {
        StepProfile first = profiles.get(0);
        StringBuilder page = new StringBuilder(
                        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(first.title()))
                .append(": profile</title><style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(escaped(first.title()))
                .append("</h1>\n");
        ProfileText.summary(first, formulaFlops)
                .lines()
                .forEach(line -> page.append("<p>").append(escaped(line)).append("</p>\n"));
        append(page, ProfileText.components(first));
        for (Path picture : pictures) {
            page.append("<p><img alt=\"")
                    .append(escaped(picture.getFileName().toString()))
                    .append("\" src=\"data:image/png;base64,")
                    .append(Base64.getEncoder().encodeToString(Files.readAllBytes(picture)))
                    .append("\"></p>\n");
        }
        append(page, ProfileText.crossover(shape, profiles));
        append(page, ProfileText.layers(first));
        append(page, ProfileText.operators(first));
        append(page, ProfileText.memory(first));
        return page.append("</body></html>\n").toString();
    }

    private static void append(StringBuilder page, Table table) {
        page.append("<h2>").append(escaped(table.title())).append("</h2>\n<table><tr>");
        table.headings()
                .forEach(heading -> page.append("<th>").append(escaped(heading)).append("</th>"));
        page.append("</tr>\n");
        for (List<String> row : table.rows()) {
            page.append("<tr>");
            row.forEach(cell -> page.append("<td>").append(escaped(cell)).append("</td>"));
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** The last observed step as complete events ({@code ph: X}); phases and the two passes are threads of their own. */
    static String chromeTrace(StepProfile profile) {
        List<Map<String, Object>> events = new ArrayList<>();
        for (TraceEvent one : profile.trace()) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("name", one.name());
            event.put("cat", one.category());
            event.put("ph", "X");
            event.put("ts", one.start());
            event.put("dur", one.duration());
            event.put("pid", 0);
            event.put("tid", one.category().equals("phase") ? 0 : 1);
            event.put("args", one.details());
            events.add(event);
        }
        return JsonMapper.shared().writeValueAsString(Map.of("traceEvents", events, "displayTimeUnit", "ms"));
    }
}
