package io.transformer4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.scaling.ChinchillaLaw;
import io.transformer4j.scaling.FittedLaw;
import io.transformer4j.scaling.ResultsTable;
import io.transformer4j.scaling.ScalingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScalingCommandTest {

    private static final ChinchillaLaw LAW = new ChinchillaLaw(1.8, 480, 2100, 0.35, 0.37);

    /** What a command printed, and how it ended. */
    private record Result(int exitCode, String out, String err) {}

    @TempDir
    private Path folder;

    @Test
    void aSweepIsFittedAndTheLawPlans() throws IOException {
        Path table = folder.resolve("results.csv");
        ResultsTable.write(table, sweep());
        Path output = folder.resolve("fit");

        Result fit = run("scaling", "fit", table.toString(), "--resamples", "100", "--output", output.toString());

        assertThat(fit.err).isEmpty();
        assertThat(fit.exitCode).isZero();
        assertThat(fit.out)
                .contains("40 runs")
                .contains("approach 1 needs training curves")
                .contains("held out: the 8 runs");
        assertThat(output).isDirectoryContaining("glob:**/{law,fit}.json").isDirectoryContaining("glob:**/isoflop.png");
        assertThat(output.resolve("residuals.png")).exists();
        assertThat(output.resolve("isoloss.png")).exists();
        FittedLaw law = FittedLaw.read(output.resolve("law.json"));
        assertThat(law.runs()).isEqualTo(40);
        assertThat(law.draws()).hasSize(100);

        Result plan = run(
                "scaling",
                "plan",
                "--flops",
                "1e20",
                "--law",
                output.resolve("law.json").toString(),
                "--output",
                folder.toString());

        assertThat(plan.out).contains("by the law of results.csv (40 runs)").contains("n_layer");
        assertThat(folder.resolve("plan.json")).content().contains("\"tokens_interval\"");
        assertThat(folder.resolve("plan.png")).exists();
    }

    @Test
    void aPlanCanComeFromAConfigurationFile() throws IOException {
        Path config = Files.writeString(folder.resolve("plan.yaml"), "gpuHours: 1000@150TFLOPs\nservedTokens: 1e12\n");

        Result plan = run("scaling", "plan", "--config", config.toString(), "--json");

        assertThat(plan.exitCode).isZero();
        assertThat(plan.out).contains("\"budget\" : \"5.40e+20 FLOPs\"").contains("\"saving\"");
    }

    @Test
    void aGivenModelOnGivenTokensIsPlanned() {
        String direct = run("scaling", "plan", "--params", "1e9", "--tokens", "3e10").out;

        assertThat(direct)
                .contains("Plan for 1.00e+09 parameters on 3.00e+10 tokens")
                .contains("times the compute");
        assertThat(run("scaling", "plan", "--flops", "1.8e20", "--params", "1e9").out)
                .isEqualTo(direct);
        assertThat(run("scaling", "plan", "--gpu-hours", "50@1000TFLOPs", "--tokens", "3e10").out)
                .isEqualTo(direct);
    }

    @Test
    void resultsThatCannotBeWrittenAreSaidBeforeTheWork() throws IOException {
        Path table = folder.resolve("results.csv");
        ResultsTable.write(table, sweep());
        Path file = Files.writeString(folder.resolve("taken"), "");

        for (Result result : List.of(
                run("scaling", "fit", table.toString(), "--output", file.toString()),
                run("scaling", "plan", "--flops", "1e20", "--output", file.toString()))) {
            assertThat(result.exitCode).isEqualTo(T4j.FAILURE);
            assertThat(result.err).contains(file.toString());
            assertThat(result.out).isEmpty();
        }
    }

    @Test
    void wrongUseIsNamed() throws IOException {
        assertUsage(
                "one or two of the compute (--flops or --gpu-hours), --tokens and --params are needed",
                "scaling",
                "plan");
        assertUsage("are needed, not 3", "scaling", "plan", "--flops", "1e20", "--tokens", "1e9", "--params", "1e9");
        assertUsage("exclude each other", "scaling", "plan", "--flops", "1e20", "--gpu-hours", "1000@150TFLOPs");
        assertUsage("the compute budget (-1.0) must lie between", "scaling", "plan", "--flops=-1");
        assertUsage("e.g. 1000@150TFLOPs, not '7'", "scaling", "plan", "--gpu-hours", "7");
        assertUsage("level (95.0) must lie between 0 and 1", "scaling", "plan", "--flops", "1e20", "--level", "95");
        assertUsage("resamples (5) must be at least 100", "scaling", "fit", "absent.csv", "--resamples", "5");
        assertUsage("to hold out (0.9) must lie between", "scaling", "fit", "absent.csv", "--hold-out", "0.9");
        Path table = Files.writeString(folder.resolve("few.csv"), "parameters,tokens,loss\n1e6,1e7,3\n1e6,2e7,2.9\n");
        Result few = run(
                "scaling",
                "fit",
                table.toString(),
                "--output",
                folder.resolve("none").toString());
        assertThat(few.exitCode).isEqualTo(T4j.FAILURE);
        assertThat(few.err).contains("2 runs are too few to fit the 5 parameters of L(N, D): at least 8 are needed");
        assertThat(folder.resolve("none")).doesNotExist();
        assertThat(run("scaling", "fit", folder.resolve("absent.csv").toString()).err)
                .contains("absent.csv: no such file or folder");
    }

    @Test
    void withoutASubcommandItExplainsItself() {
        assertThat(run("scaling").out).contains("fit").contains("plan");
    }

    private void assertUsage(String sentence, String... args) {
        Result result = run(args);
        assertThat(result.exitCode).isEqualTo(T4j.USAGE);
        assertThat(result.err).contains(sentence);
        assertThat(result.out).isEmpty();
    }

    private static Result run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                new CommandLine(new T4j()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = T4j.run(commandLine, args);
        return new Result(exitCode, out.toString(), err.toString());
    }

    /** Five budgets of eight sizes. */
    private static List<ScalingRun> sweep() {
        List<ScalingRun> runs = new ArrayList<>();
        for (int budget = 0; budget < 5; budget++) {
            double compute = 1e18 * Math.pow(10, budget);
            for (int i = -3; i <= 4; i++) {
                long parameters = (long) (LAW.optimalForCompute(compute).parameters() * Math.pow(2, i));
                long tokens = (long) (compute / (6.0 * parameters));
                double noise = 1 + 0.001 * Math.sin(1000.0 * runs.size());
                runs.add(new ScalingRun(
                        "run-" + runs.size(),
                        "n_layer=2",
                        parameters,
                        parameters,
                        tokens,
                        compute,
                        LAW.loss((double) parameters, (double) tokens) * noise,
                        1,
                        60));
            }
        }
        return runs;
    }
}
