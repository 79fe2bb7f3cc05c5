package io.transformer4j.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.scaling.ResultsTable.Columns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTableTest {

    private static final ScalingRun RUN = new ScalingRun(
            "d128-l4-s1", "n_layer=4;n_embd=128;note=\"a, b\"", 1_000_000, 800_000, 20_000_000, 1.3e14, 4.25, 1, 61.5);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("results.csv");
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        ScalingRun other = RUN.withRun("second").withLoss(3.9).withSeed(-7);

        ResultsTable.write(file, List.of(RUN, other));

        assertThat(ResultsTable.read(file)).containsExactly(RUN, other);
        assertThat(Files.readAllLines(file).get(0))
                .isEqualTo("run,config,parameters,non_embedding_parameters,tokens,compute,flops,loss,seed,seconds");
        assertThat(ResultsTable.observations(file, Columns.standard(ParameterCount.NON_EMBEDDING)))
                .containsExactly(new Observation(800_000, 20_000_000, 4.25), new Observation(800_000, 20_000_000, 3.9));
        assertThat(RUN.observation(ParameterCount.TOTAL).compute())
                .isEqualTo(RUN.compute())
                .isEqualTo(1.2e14);
    }

    @Test
    void tokensFollowFromCompute() throws IOException {
        Files.writeString(file, "Model Size,Training FLOP,loss\n1e6,1.2e14,4.25\n");

        assertThat(ResultsTable.observations(file, ChinchillaData.COLUMNS))
                .containsExactly(new Observation(1e6, 2e7, 4.25));
    }

    @Test
    void rowsOfOneRunAreACurve() throws IOException {
        Files.writeString(file, "run,parameters,tokens,loss\na,100,2e3,4\nb,200,1e3,5\na,100,1e3,5\nb,200,3e3,4\n");

        List<TrainingCurve> curves = ResultsTable.curves(file, Columns.standard(ParameterCount.TOTAL));

        assertThat(curves).extracting(TrainingCurve::run).containsExactly("a", "b");
        assertThat(curves.get(0).points()).extracting(Observation::tokens).containsExactly(1e3, 2e3);
        Files.writeString(file, "run,parameters,tokens,loss\na,100,2e3,4\na,200,1e3,5\n");
        assertThatThrownBy(() -> ResultsTable.curves(file, Columns.standard(ParameterCount.TOTAL)))
                .hasMessageContaining("the curve 'a' has points of models with 200.0 and 100.0 parameters");
    }

    @Test
    void whatIsWrongIsNamedWithItsLine() throws IOException {
        assertFails(
                "parameters,tokens,loss\n1e6,1e7,3\n1e6,1e7,-3\n", "line 3: loss is -3, but must be a positive finite");
        assertFails("parameters,tokens,loss\n1e6,1e7,NaN\n", "line 2: loss is NaN");
        assertFails("parameters,tokens,loss\n1e6,1e7,Infinity\n", "line 2: loss is Infinity");
        assertFails("parameters,tokens,loss\n1e6,0,3\n", "line 2: tokens is 0");
        assertFails("parameters,tokens,loss\n1e6,many,3\n", "line 2: 'many' in the column 'tokens' is not a number");
        assertFails("parameters,tokens,loss\n1e6,1e7\n", "line 2: no value in the column 'loss'");
        assertFails("n,tokens,loss\n1e6,1e7,3\n", "no column 'parameters', but n, tokens, loss");
        assertFails("parameters,tokens,loss\n\"1e6,1e7,3\n", "not a CSV table");
        assertFails("", "no column 'parameters'");
    }

    private void assertFails(String text, String message) throws IOException {
        Files.writeString(file, text);
        assertThatThrownBy(() -> ResultsTable.observations(file, Columns.standard(ParameterCount.TOTAL)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }
}
