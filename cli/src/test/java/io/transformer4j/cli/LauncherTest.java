package io.transformer4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code t4j} in a project where Maven and Java are small scripts that say how they were called. */
class LauncherTest {

    private static final String FAKE_JAVA = """
            #!/bin/sh
            echo "java $*"
            echo "omp=$OMP_NUM_THREADS policy=$OMP_WAIT_POLICY openblas=$OPENBLAS_NUM_THREADS"
            echo "pid=$$"
            exit 7
            """;

    private static final String FAKE_MAVEN = """
            #!/bin/sh
            echo "maven $*"
            [ ! -e broken ] || exit 1
            echo built >> builds
            touch cli/target/t4j.jar
            """;

    @TempDir
    Path folder;

    private Path project;
    private Path source;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void makeProject() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh here");
        project = Files.createDirectories(folder.resolve("a project"));
        Path launcher = Path.of("..", "t4j");
        assertThat(launcher).isExecutable();
        Files.copy(launcher, project.resolve("t4j"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        script(project.resolve("mvnw"), FAKE_MAVEN);
        source = project.resolve("core/src/main/java/A.java");
        for (String module : new String[] {"hub", "tokenizers", "core", "onnx", "search", "cli"}) {
            Files.createDirectories(project.resolve(module).resolve("src/main/java"));
            Files.writeString(project.resolve(module).resolve("pom.xml"), "<project/>");
        }
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.writeString(source, "class A {}");
        environment.put("JAVA_HOME", fakeJdk("jdk 17", "17.0.15").toString());
        for (String name :
                new String[] {"OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OPENBLAS_NUM_THREADS", "T4J_JAVA_OPTS"}) {
            environment.put(name, "");
        }
    }

    @Test
    void buildsOnceThenBecomesJava() throws Exception {
        ChildProcess first = t4j("info", "two words");
        ChildProcess second = t4j("info");

        assertThat(first.exitCode()).isEqualTo(7);
        assertThat(first.err()).contains("building on first use", "maven -q -B -DskipTests");
        assertThat(first.out())
                .contains(
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-Dt4j.home=" + project.toRealPath(),
                        "-Dt4j.terminal=false",
                        "-jar " + project.toRealPath() + "/cli/target/t4j.jar info two words");
        assertThat(second.err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void rebuildsWhenASourceIsNewerOrGone() throws Exception {
        t4j();
        Files.setLastModifiedTime(source, afterTheBuild());
        assertThat(t4j().err()).contains("the sources have changed");

        makeOld();
        t4j();
        assertThat(builds()).as("nothing newer").isEqualTo(2);
        Files.delete(source);
        Files.setLastModifiedTime(source.getParent(), afterTheBuild());
        t4j();
        assertThat(builds()).isEqualTo(3);

        makeOld();
        Files.setLastModifiedTime(project.resolve("tokenizers/pom.xml"), afterTheBuild());
        t4j();
        assertThat(builds()).isEqualTo(4);
    }

    @Test
    void aFailedBuildIsReportedAndTriedAgain() throws Exception {
        Files.createFile(project.resolve("broken"));
        ChildProcess broken = t4j();
        Files.delete(project.resolve("broken"));
        ChildProcess repaired = t4j();

        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.err()).contains("t4j: the build failed");
        assertThat(broken.out()).isEmpty();
        assertThat(repaired.exitCode()).isEqualTo(7);
    }

    @Test
    void setsThreadsOfNativeCodeUnlessTheUserDid() throws Exception {
        assertThat(t4j().out()).containsPattern("omp=[1-9][0-9]* policy=PASSIVE openblas=1");

        environment.put("OMP_NUM_THREADS", "5");
        environment.put("OPENBLAS_NUM_THREADS", "3");
        environment.put("T4J_JAVA_OPTS", "-Xmx1g -Dx=y");
        assertThat(t4j().out()).contains("omp=5 policy=PASSIVE openblas=3").contains(" -Xmx1g -Dx=y -jar ");
    }

    @Test
    void refusesAnOldJavaInOneSentence() throws Exception {
        Path old = fakeJdk("jdk8", "1.8.0_392");
        environment.put("JAVA_HOME", old.toString());

        ChildProcess t4j = t4j();

        assertThat(t4j.exitCode()).isEqualTo(1);
        assertThat(t4j.err())
                .isEqualToIgnoringNewLines("t4j: Java 17 or newer is needed, but " + old
                        + "/bin/java is version 1.8.0_392: set JAVA_HOME to a newer JDK.");
        assertThat(project.resolve("builds")).doesNotExist();
    }

    @Test
    void refusesAJavaHomeWithoutJava() throws Exception {
        environment.put("JAVA_HOME", folder.toString());

        assertThat(t4j().err()).startsWith("t4j: JAVA_HOME is " + folder + ", but there is no bin/java in it");
    }

    @Test
    void asksJavaItselfWhenThereIsNoReleaseFile() throws Exception {
        Path jdk = fakeJdk("bare", "");
        Files.delete(jdk.resolve("release"));
        script(jdk.resolve("bin/java"), "#!/bin/sh\necho 'openjdk version \"21.0.2\" 2024-01-16' >&2\n");
        environment.put("JAVA_HOME", jdk.toString());

        assertThat(t4j().exitCode()).isZero();
    }

    @Test
    void worksThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), project.resolve("t4j"));

        ChildProcess t4j = ChildProcess.run(environment, link.toString());

        assertThat(t4j.exitCode()).isEqualTo(7);
    }

    private ChildProcess t4j(String... args) throws IOException, InterruptedException {
        String[] command = new String[args.length + 1];
        command[0] = project.resolve("t4j").toString();
        System.arraycopy(args, 0, command, 1, args.length);
        return ChildProcess.run(environment, command);
    }

    private long builds() throws IOException {
        return Files.readAllLines(project.resolve("builds")).size();
    }

    private FileTime afterTheBuild() throws IOException {
        Instant built = Files.getLastModifiedTime(project.resolve("cli/target/t4j.built"))
                .toInstant();
        return FileTime.from(built.plusSeconds(1));
    }

    /** As if the last build had come after everything else. */
    private void makeOld() throws IOException {
        FileTime past = FileTime.from(Instant.EPOCH);
        try (var files = Files.walk(project)) {
            for (Path file : files.filter(f -> !f.endsWith("t4j.built")).toList()) {
                Files.setLastModifiedTime(file, past);
            }
        }
    }

    private Path fakeJdk(String name, String version) throws IOException {
        Path jdk = folder.resolve(name);
        Files.createDirectories(jdk.resolve("bin"));
        script(jdk.resolve("bin/java"), FAKE_JAVA);
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
