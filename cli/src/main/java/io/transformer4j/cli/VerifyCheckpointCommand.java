package io.transformer4j.cli;

import io.transformer4j.hub.FileSelection;
import io.transformer4j.verification.Check;
import io.transformer4j.verification.CheckpointVerifier;
import io.transformer4j.verification.VerificationReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code t4j verify-checkpoint}: a checkpoint against what another implementation computed from it. */
@Command(
        name = "verify-checkpoint",
        description = {
            "Compare what a checkpoint computes here with reference values beside it.",
            "",
            "The folder holds config.json, weights, inputs.json (cases, generation) and expected.safetensors. Compared are"
                    + " outputs (within 1e-4 of the largest value), losses, gradients (within 1e-3), generated tokens and, if"
                    + " ../training/NAME.safetensors exists, training steps. Exits with 1 if anything disagrees."
        },
        footer = {
            "%nExamples:",
            "  t4j verify-checkpoint oracles/bert_mlm",
            "  t4j verify-checkpoint --json oracles/*_qa"
        })
final class VerifyCheckpointCommand implements Callable<Integer> {
    private static final int SHOWN = 10;

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "DIR",
            description = "Folders, or ids of the hub, with a checkpoint and its references.")
    private List<String> folders = new ArrayList<>();

    @Option(names = "--details", description = "Show every quantity, not only the worst of each kind.")
    private boolean details;

    @Option(names = "--json", description = "Print each folder's report as a line of JSON.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        int disagreeing = 0;
        for (String name : folders) {
            Path folder = ModelNames.resolve(name, FileSelection.MODEL.and("inputs.json", "expected.safetensors"));
            VerificationReport report = CheckpointVerifier.verify(folder);
            disagreeing += report.agrees() ? 0 : 1;
            if (json) {
                printer.println(JsonMapper.shared().writeValueAsString(report));
            } else {
                print(report, printer);
            }
            printer.flush();
        }
        if (!json && folders.size() > 1) {
            printer.printf(Locale.ROOT, "%d of %d folders agree%n", folders.size() - disagreeing, folders.size());
            printer.flush();
        }
        return disagreeing == 0 ? T4j.OK : T4j.FAILURE;
    }

    private void print(VerificationReport report, PrintWriter printer) {
        printer.printf("%s: %s%n", report.folder(), report.agrees() ? "agrees" : "DISAGREES");
        if (!report.checks().isEmpty()) {
            printTable(report, printer);
        }
        report.problems().forEach(problem -> printer.println("  not compared: " + problem));
        List<Check> shown = details ? report.checks() : report.disagreements();
        shown.stream().limit(details ? Long.MAX_VALUE : SHOWN).forEach(check -> printer.println("  " + line(check)));
        if (!details && shown.size() > SHOWN) {
            printer.printf("  … and %d more (--details shows all)%n", shown.size() - SHOWN);
        }
    }

    /** For each part the check of each kind that came closest to its limit. */
    private static void printTable(VerificationReport report, PrintWriter printer) {
        List<Check.Kind> kinds =
                report.checks().stream().map(Check::kind).distinct().sorted().toList();
        int width = report.parts().stream().mapToInt(String::length).max().orElse(0);
        printer.print("  " + " ".repeat(width));
        kinds.forEach(kind -> printer.printf("  %-18s", kind.name().toLowerCase(Locale.ROOT)));
        printer.println();
        for (String part : report.parts()) {
            printer.print("  " + part + " ".repeat(width - part.length()));
            for (Check.Kind kind : kinds) {
                printer.printf(
                        "  %-18s",
                        report.worst(part, kind)
                                .map(VerifyCheckpointCommand::cell)
                                .orElse(""));
            }
            printer.println();
        }
    }

    private static String cell(Check check) {
        return check.kind() == Check.Kind.IDS
                ? (check.agrees() ? "identical" : number(check.difference()) + " differ")
                : number(check.difference()) + " of " + number(check.allowed());
    }

    private static String line(Check check) {
        return String.format(
                Locale.ROOT,
                "%s %s: off by %s, allowed %s%s",
                check.part(),
                check.quantity(),
                number(check.difference()),
                number(check.allowed()),
                check.agrees() ? "" : " (disagrees)");
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1e", value);
    }
}
