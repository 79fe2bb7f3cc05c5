package io.transformer4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in the Javadoc of what users meet first compile as they stand. */
class JavadocExamplesTest {
    private static final Path SOURCES = Path.of("src/main/java/io/transformer4j");
    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\\n(.*?)\\n \\* }</pre>", Pattern.DOTALL);

    /** What the examples take as given. */
    private static final String FRAME = """
            import io.transformer4j.data.labelled.*;
            import io.transformer4j.finetuning.*;
            import io.transformer4j.generation.*;
            import io.transformer4j.models.gpt2.*;
            import io.transformer4j.pipelines.*;
            import io.transformer4j.profiling.*;
            import io.transformer4j.tokenizers.*;
            import io.transformer4j.torch.*;
            import java.nio.file.Path;
            import java.util.List;
            abstract class Example {
                GPT2LMHeadModel model;
                Tokenizer tokenizer;
                ComputePool pool;
                int[] promptIds;
                String article;
                abstract void show(Object... values);
                void run() {
            %s
                }
            }
            """;

    @ParameterizedTest
    @ValueSource(strings = {"generation", "pipelines", "profiling", "finetuning"})
    void compile(String packageName, @TempDir Path classes) throws IOException {
        int examples = 0;
        try (Stream<Path> files = Files.list(SOURCES.resolve(packageName))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher matcher = EXAMPLE.matcher(Files.readString(file));
                while (matcher.find()) {
                    examples++;
                    String code = matcher.group(1).replaceAll("(?m)^ \\* ?", "");
                    assertThat(errors(FRAME.formatted(code), classes))
                            .as("%s: %s", file, code)
                            .isEmpty();
                }
            }
        }
        assertThat(examples).isPositive();
    }

    private static String errors(String source, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, List.of(new InMemorySource(source)))
                    .call();
            return compiled ? "" : messages.toString();
        }
    }

    private static final class InMemorySource extends SimpleJavaFileObject {
        private final String source;

        InMemorySource(String source) {
            super(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE);
            this.source = source;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }
    }
}
