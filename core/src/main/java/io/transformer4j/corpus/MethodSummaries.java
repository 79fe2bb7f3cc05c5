package io.transformer4j.corpus;

import com.github.javaparser.JavaParser;
import com.github.javaparser.JavaToken;
import com.github.javaparser.ParserConfiguration;
import com.github.javaparser.ParserConfiguration.LanguageLevel;
import com.github.javaparser.TokenRange;
import com.github.javaparser.ast.body.MethodDeclaration;
import com.github.javaparser.ast.comments.Comment;
import com.github.javaparser.ast.stmt.BlockStmt;
import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Java methods and what they do in one sentence, the first of their Javadoc, from {@code -sources} jars: something to learn
 * summarization from (LeClair and McMillan 2019).
 *
 * <p>A method's text is its declaration from the return type on, without comments and annotations, a blank between any two
 * tokens; identifiers are split into their words, in lower case ({@code getUserName} is {@code get user name}), so that they
 * share these with the summaries (Ahmad et al. 2020). A method whose text occurred before, in whatever jar, is left out. The
 * result depends only on the jars' contents and names.
 */
public final class MethodSummaries {
    private static final int MIN_WORDS = 3;
    private static final int MAX_WORDS = 40;
    private static final int MIN_STATEMENT_TOKENS = 6;
    private static final Pattern UNWANTED = Pattern.compile(
            "(?i)copyright|licen[sc]ed|https?:|\\b(?:todo|fixme)\\b|auto-?generated|non-javadoc|^@|^see ");
    private static final Pattern WORD_BOUNDARY = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+");
    private static final Pattern SENTENCE = Pattern.compile("^[A-Z][\\x20-\\x7E]*[A-Za-z)][.!]?$");

    private final SourceJars jars;

    private MethodSummaries(SourceJars jars) {
        this.jars = jars;
    }

    /**
     * A method and its summary.
     *
     * @param project name of the jar without version and classifier
     * @param name of the method
     * @param method its text, on one line
     * @param summary one sentence, on one line
     */
    public record Pair(String project, String name, String method, String summary) {
        /** The name as a sentence: {@code getUserName} as {@code Get user name.} */
        public String nameInWords() {
            String words = inWords(name);
            return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
        }
    }

    /**
     * Pairs from these jars; nothing is read yet.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static MethodSummaries of(List<Path> jars) {
        return new MethodSummaries(SourceJars.of(jars));
    }

    /**
     * Reads the jars.
     *
     * @param progress counts bytes of jars
     * @throws IOException if a jar can't be read
     */
    public List<Pair> read(ProgressListener progress) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        jars.forEach(
                source -> pairs(source.text()),
                (source, found) -> found.stream()
                        .filter(pair -> seen.add(pair.method()))
                        .map(pair -> new Pair(source.project(), pair.name(), pair.method(), pair.summary()))
                        .forEach(pairs::add),
                progress);
        return pairs;
    }

    /** The pairs of a source file, of no project yet; none if it isn't Java. */
    static List<Pair> pairs(String source) {
        JavaParser parser = new JavaParser(new ParserConfiguration().setLanguageLevel(LanguageLevel.JAVA_21));
        return parser.parse(source)
                .getResult()
                .map(unit -> unit.findAll(MethodDeclaration.class).stream()
                        .flatMap(method -> pair(method).stream())
                        .toList())
                .orElse(List.of());
    }

    private static Optional<Pair> pair(MethodDeclaration method) {
        Optional<TokenRange> body = method.getBody()
                .filter(block -> !block.getStatements().isEmpty())
                .flatMap(BlockStmt::getTokenRange);
        Optional<TokenRange> head = method.getType().getTokenRange();
        Optional<String> summary =
                method.getComment().filter(Comment::isJavadocComment).flatMap(MethodSummaries::summary);
        if (body.isEmpty() || head.isEmpty() || summary.isEmpty()) {
            return Optional.empty();
        }
        if (tokens(body.get()).count() < MIN_STATEMENT_TOKENS) {
            return Optional.empty();
        }
        String text = tokens(new TokenRange(head.get().getBegin(), body.get().getEnd()))
                .collect(Collectors.joining(" "));
        return Optional.of(new Pair("", method.getNameAsString(), text, summary.get()));
    }

    private static Stream<String> tokens(TokenRange range) {
        return StreamSupport.stream(range.spliterator(), false)
                .filter(token -> !token.getCategory().isWhitespaceOrComment())
                .map(MethodSummaries::text);
    }

    private static String text(JavaToken token) {
        return token.getCategory().isIdentifier()
                ? inWords(token.getText())
                : token.getText().replaceAll("\\s+", " "); // a text block has line ends
    }

    /** The words of an identifier in lower case, a blank between any two; the identifier if it has none ({@code __}). */
    private static String inWords(String identifier) {
        String words = WORD_BOUNDARY.matcher(identifier).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
        return words.isEmpty() ? identifier : words;
    }

    /** The first sentence of a Javadoc comment, if it is one. */
    private static Optional<String> summary(Comment comment) {
        String description =
                JavadocComment.parse("/**" + comment.getContent() + "*/").description();
        return JavadocProse.paragraphs(description).stream()
                .findFirst()
                .flatMap(paragraph -> Sentences.split(paragraph).stream().findFirst())
                .map(String::strip)
                .filter(MethodSummaries::isSummary);
    }

    private static boolean isSummary(String sentence) {
        int words = sentence.split(" ").length;
        return words >= MIN_WORDS
                && words <= MAX_WORDS
                && SENTENCE.matcher(sentence).matches()
                && !UNWANTED.matcher(sentence).find();
    }
}
