package io.transformer4j.tracking;

import io.transformer4j.files.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where, when and with what a run was made: what one needs to repeat it, or to doubt it.
 *
 * @param date start of the run, to the second
 * @param versions of the project and of libtorch
 * @param java vendor and version of the JVM
 * @param jvmArguments options the JVM was started with
 * @param os name, version and architecture of the operating system
 * @param cpu model name of the processor, or its architecture where the system doesn't tell
 * @param cores processors available to the JVM
 * @param memoryBytes physical memory of the machine
 * @param maxHeapBytes limit of the Java heap
 * @param variables the environment variables that decide the speed of native code ({@code OMP_*}, {@code OPENBLAS_*}, …)
 * @param gitCommit the commit of the current folder's repository, with {@code -modified} appended if files differ from it; null
 *     outside a repository
 */
public record RunEnvironment(
        Instant date,
        Map<String, String> versions,
        String java,
        List<String> jvmArguments,
        String os,
        String cpu,
        int cores,
        long memoryBytes,
        long maxHeapBytes,
        Map<String, String> variables,
        @Nullable String gitCommit) {

    private static final Properties VERSIONS = loadVersions();
    private static final List<String> VARIABLE_PREFIXES = List.of("OMP_", "OPENBLAS_", "MKL_", "KMP_", "MALLOC_");
    private static final int GIT_TIMEOUT_SECONDS = 5;

    /** Describes the running process. */
    public static RunEnvironment capture() {
        Map<String, String> versions = new TreeMap<>();
        VERSIONS.stringPropertyNames().forEach(name -> versions.put(name, version(name)));
        return new RunEnvironment(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                versions,
                System.getProperty("java.vendor") + " " + Runtime.version(),
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                "%s %s %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")),
                cpuModel(),
                Runtime.getRuntime().availableProcessors(),
                MemoryProbe.physicalMemoryBytes().orElse(0),
                Runtime.getRuntime().maxMemory(),
                speedVariables(),
                findGitCommit().orElse(null));
    }

    /**
     * A version written down when the project was built.
     *
     * @param component {@code transformer4j} or {@code libtorch}
     */
    public static String version(String component) {
        return VERSIONS.getProperty(component, "unknown");
    }

    /** Writes this record as JSON, by convention to {@code environment.json} beside a run's results. */
    public void write(Path file) throws IOException {
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        AtomicFile.writeString(file, mapper.writeValueAsString(this) + "\n");
    }

    private static Properties loadVersions() {
        Properties versions = new Properties();
        try (InputStream in = RunEnvironment.class.getResourceAsStream("versions.properties")) {
            if (in != null) {
                versions.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions;
    }

    private static String cpuModel() {
        Path cpuInfo = Path.of("/proc/cpuinfo");
        if (Files.isReadable(cpuInfo)) {
            try (Stream<String> lines = Files.lines(cpuInfo, StandardCharsets.UTF_8)) {
                Optional<String> model = lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst();
                if (model.isPresent()) {
                    return model.get();
                }
            } catch (IOException | UncheckedIOException e) {
                // fall through to what Java knows
            }
        }
        String windows = System.getenv("PROCESSOR_IDENTIFIER");
        return windows != null ? windows : System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    }

    private static Map<String, String> speedVariables() {
        Map<String, String> variables = new TreeMap<>(System.getenv());
        variables.keySet().removeIf(name -> VARIABLE_PREFIXES.stream().noneMatch(name::startsWith));
        return variables;
    }

    private static Optional<String> findGitCommit() {
        return git("rev-parse", "HEAD")
                .map(commit -> git("status", "--porcelain", "--untracked-files=no")
                        .filter(String::isEmpty)
                        .map(clean -> commit)
                        .orElse(commit + "-modified"));
    }

    private static Optional<String> git(String... arguments) {
        try {
            Process git = new ProcessBuilder(Stream.concat(Stream.of("git"), Stream.of(arguments))
                            .toList())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                git.getOutputStream().close();
                String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                return git.waitFor(GIT_TIMEOUT_SECONDS, TimeUnit.SECONDS) && git.exitValue() == 0
                        ? Optional.of(output)
                        : Optional.empty();
            } finally {
                git.destroy();
            }
        } catch (IOException e) { // no git on this machine
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
