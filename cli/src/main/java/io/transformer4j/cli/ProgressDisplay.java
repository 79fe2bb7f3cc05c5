package io.transformer4j.cli;

import io.transformer4j.progress.ProgressListener;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Progress of one task with a known end: a bar where there is a terminal, otherwise a plain line every few seconds, so that a log
 * file stays readable.
 *
 * <pre>{@code
 * try (ProgressDisplay progress = ProgressDisplay.start("Training", maxSteps)) {
 *     progress.update(step, "loss 3.21, 12,300 tokens/s");
 * }
 * }</pre>
 *
 * <p>Updates are cheap (the bar is drawn by its own thread a few times a second) and may come from one thread at a time.
 */
public abstract sealed class ProgressDisplay implements ProgressListener, AutoCloseable {

    private static final Duration LINE_INTERVAL = Duration.ofSeconds(10);

    private ProgressDisplay() {}

    /** A display on standard error, chosen by whether that is a terminal. */
    public static ProgressDisplay start(String task, long total) {
        return resume(task, 0, total);
    }

    /** As {@link #start}, of a task of which {@code before} was done earlier: time left goes by what is done from now on. */
    public static ProgressDisplay resume(String task, long before, long total) {
        return isTerminal()
                ? new Bar(task, before, total, System.err)
                : new Lines(task, before, total, System.err, LINE_INTERVAL, InstantSource.system());
    }

    /** Plain lines, at most one an interval, plus one at the end. */
    static ProgressDisplay lines(
            String task, long before, long total, PrintStream out, Duration interval, InstantSource clock) {
        return new Lines(task, before, total, out, interval, clock);
    }

    /**
     * Tells how far the task is.
     *
     * @param done of the total, never less than before
     * @param message what else is worth seeing now, e.g. {@code loss 3.21, 12,300 tokens/s}; may be empty
     */
    public abstract void update(long done, String message);

    /** As {@link #update(long, String)} for a task that learns its total on the way. */
    @Override
    public abstract void update(long done, long total, String message);

    /** Ends the display, leaving its last state on the screen. */
    @Override
    public abstract void close();

    /** Java can't tell; the launcher can. */
    private static boolean isTerminal() {
        return Boolean.getBoolean("t4j.terminal");
    }

    private static final class Bar extends ProgressDisplay {
        private final ProgressBar bar;

        Bar(String task, long before, long total, PrintStream out) {
            bar = ProgressBar.builder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .startsFrom(before, Duration.ZERO)
                    .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
                    .setUpdateIntervalMillis(200)
                    .setConsumer(new ConsoleProgressBarConsumer(out))
                    .build();
        }

        @Override
        public void update(long done, String message) {
            bar.stepTo(done);
            bar.setExtraMessage(message);
        }

        @Override
        public void update(long done, long total, String message) {
            bar.maxHint(total);
            update(done, message);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    private static final class Lines extends ProgressDisplay {
        private final String task;
        private final PrintStream out;
        private final Duration interval;
        private final InstantSource clock;
        private final Instant start;
        private Instant lastLine;
        private final long before;
        private long total;
        private long done;
        private String message = "";
        private @Nullable String printed;

        Lines(String task, long before, long total, PrintStream out, Duration interval, InstantSource clock) {
            this.task = task;
            this.before = before;
            this.done = before;
            this.total = total;
            this.out = out;
            this.interval = interval;
            this.clock = clock;
            this.start = clock.instant();
            this.lastLine = start;
        }

        @Override
        public void update(long done, String message) {
            this.done = done;
            this.message = message;
            Instant now = clock.instant();
            if (!now.isBefore(lastLine.plus(interval))) {
                lastLine = now;
                print(now);
            }
        }

        @Override
        public void update(long done, long total, String message) {
            this.total = total;
            update(done, message);
        }

        @Override
        public void close() {
            print(clock.instant());
        }

        private void print(Instant now) {
            Duration elapsed = Duration.between(start, now);
            StringBuilder line = new StringBuilder(task).append(": ");
            if (total > 0) {
                line.append(String.format(Locale.ROOT, "%d %% (%,d of %,d)", 100 * done / total, done, total));
            } else {
                line.append(String.format(Locale.ROOT, "%,d", done));
            }
            if (!message.isEmpty()) {
                line.append(", ").append(message);
            }
            line.append(", ").append(clockTime(elapsed)).append(" elapsed");
            if (done > before && done < total) {
                Duration left =
                        Duration.ofMillis((long) ((double) elapsed.toMillis() * (total - done) / (done - before)));
                line.append(", ").append(clockTime(left)).append(" left");
            }
            String text = line.toString();
            if (!text.equals(printed)) {
                out.println(text);
                out.flush();
                printed = text;
            }
        }

        private static String clockTime(Duration time) {
            return time.toHours() > 0
                    ? String.format(
                            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                    : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
        }
    }
}
