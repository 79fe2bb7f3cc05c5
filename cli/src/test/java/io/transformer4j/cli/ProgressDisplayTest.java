package io.transformer4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);
    private Instant now = Instant.EPOCH;

    @Test
    void printsALineAnIntervalWithTimeLeftAndOneAtTheEnd() {
        try (ProgressDisplay progress =
                ProgressDisplay.lines("Training", 0, 4000, out, Duration.ofSeconds(10), () -> now)) {
            for (int step = 0; step <= 2000; step += 100) {
                progress.update(step, "loss 3.21");
                now = now.plusSeconds(1);
            }
            now = now.plusSeconds(3600);
            progress.update(4000, "loss 3.00");
        }

        assertThat(lines())
                .containsExactly(
                        "Training: 25 % (1,000 of 4,000), loss 3.21, 0:10 elapsed, 0:30 left",
                        "Training: 50 % (2,000 of 4,000), loss 3.21, 0:20 elapsed, 0:20 left",
                        "Training: 100 % (4,000 of 4,000), loss 3.00, 1:00:21 elapsed");
    }

    @Test
    void theTimeLeftOfAResumedTaskGoesByWhatIsDoneFromThenOn() {
        try (ProgressDisplay progress =
                ProgressDisplay.lines("Training", 3000, 4000, out, Duration.ofSeconds(10), () -> now)) {
            now = now.plusSeconds(10);
            progress.update(3100, "");
        }

        assertThat(lines()).containsExactly("Training: 77 % (3,100 of 4,000), 0:10 elapsed, 1:30 left");
    }

    @Test
    void aTaskMayLearnItsTotalOnTheWay() {
        try (ProgressDisplay progress =
                ProgressDisplay.lines("Reading", 0, -1, out, Duration.ofSeconds(1), () -> now)) {
            now = now.plusSeconds(1);
            progress.update(5, "");
            now = now.plusSeconds(1);
            progress.update(8, 16, "");
        }

        assertThat(lines())
                .containsExactly("Reading: 5, 0:01 elapsed", "Reading: 50 % (8 of 16), 0:02 elapsed, 0:02 left");
    }

    private java.util.List<String> lines() {
        return screen.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
