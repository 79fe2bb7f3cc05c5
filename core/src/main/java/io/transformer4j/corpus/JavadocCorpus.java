package io.transformer4j.corpus;

import io.transformer4j.corpus.JavaLexer.Kind;
import io.transformer4j.corpus.JavadocComment.BlockTag;
import io.transformer4j.files.AtomicFile;
import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * English prose from the Javadoc comments of {@code -sources} jars.
 *
 * <p>A document holds the sentences of one source file in the order of the file: main descriptions, then those texts of block tags
 * that are whole sentences. A sentence that occurred before, in whatever jar, is left out, so a held-out part never repeats what
 * is trained on. The result depends only on the jars' contents and names, not on the order in which they are given.
 */
public final class JavadocCorpus {

    /**
     * The prose of one source file.
     *
     * @param project name of the jar without version and classifier, e.g. {@code commons-lang3}
     * @param className path in the jar without extension, e.g. {@code org/apache/commons/lang3/StringUtils}
     * @param sentences at least one, each on one line
     */
    public record Document(String project, String className, List<String> sentences) {}

    /**
     * The size of a corpus.
     *
     * @param bytes of the file in UTF-8
     */
    public record Statistics(long documents, long sentences, long bytes) {}

    /** The sizes of both parts of a divided corpus. */
    public record SplitStatistics(Statistics train, Statistics heldOut) {}

    private static final Set<String> PROSE_TAGS = Set.of(
            "param", "return", "returns", "throws", "exception", "deprecated", "apiNote", "implNote", "implSpec");
    private static final Pattern LICENSE =
            Pattern.compile("(?i)\\bcopyright\\b|licensed (?:under|to)|all rights reserved|SPDX-License");

    private final SourceJars jars;

    private JavadocCorpus(SourceJars jars) {
        this.jars = jars;
    }

    /**
     * A corpus from these jars; nothing is read yet.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static JavadocCorpus of(List<Path> jars) {
        return new JavadocCorpus(SourceJars.of(jars));
    }

    /**
     * Chooses one in {@code n} documents by a hash of the class name: the same ones whatever the other documents are.
     *
     * @throws IllegalArgumentException if {@code n} is less than 2
     */
    public static Predicate<Document> oneIn(int n) {
        if (n < 2) {
            throw new IllegalArgumentException("one document in %d can't be held out: choose 2 or more".formatted(n));
        }
        return document -> {
            CRC32 hash = new CRC32();
            hash.update(document.className().getBytes(StandardCharsets.UTF_8));
            return hash.getValue() % n == 0;
        };
    }

    /**
     * Writes all documents to one file: a sentence a line, an empty line between documents.
     *
     * @throws IOException if a jar can't be read or the file can't be written; then no file is left behind
     */
    public Statistics write(Path file, ProgressListener progress) throws IOException {
        Statistics[] written = new Statistics[1];
        AtomicFile.write(file, out -> {
            DocumentWriter writer = new DocumentWriter(out);
            forEach(writer::write, progress);
            written[0] = writer.statistics();
        });
        return written[0];
    }

    /**
     * Writes the corpus in two parts.
     *
     * @param heldOut which documents go to {@code heldOutFile}: see {@link #oneIn}, or choose by project
     * @throws IOException as {@link #write}
     */
    public SplitStatistics write(
            Path trainFile, Path heldOutFile, Predicate<Document> heldOut, ProgressListener progress)
            throws IOException {
        SplitStatistics[] written = new SplitStatistics[1];
        AtomicFile.write(
                trainFile,
                trainOut -> AtomicFile.write(heldOutFile, heldOutOut -> {
                    DocumentWriter train = new DocumentWriter(trainOut);
                    DocumentWriter held = new DocumentWriter(heldOutOut);
                    forEach(document -> (heldOut.test(document) ? held : train).write(document), progress);
                    written[0] = new SplitStatistics(train.statistics(), held.statistics());
                }));
        return written[0];
    }

    /** Takes documents one by one. */
    @FunctionalInterface
    public interface DocumentConsumer {
        /**
         * Takes the next document.
         *
         * @throws IOException to end the reading
         */
        void accept(Document document) throws IOException;
    }

    /**
     * Reads the jars in the order of their names, and in each the classes in the order of theirs.
     *
     * @param progress counts bytes of jars
     */
    public void forEach(DocumentConsumer consumer, ProgressListener progress) throws IOException {
        Set<String> seen = new HashSet<>();
        jars.forEach(
                source -> sentences(source.text()).toList(),
                (source, sentences) -> {
                    List<String> fresh = sentences.stream()
                            .filter(sentence -> seen.add(Sentences.key(sentence)))
                            .toList();
                    if (!fresh.isEmpty()) {
                        consumer.accept(new Document(source.project(), source.className(), fresh));
                    }
                },
                progress);
    }

    /** The clean sentences of a source file, repeated ones included. */
    static Stream<String> sentences(String source) {
        return JavaLexer.tokenize(source).stream()
                .filter(token -> token.kind() == Kind.JAVADOC)
                .map(token -> token.text(source))
                .filter(comment -> !LICENSE.matcher(comment).find())
                .map(JavadocComment::parse)
                .flatMap(JavadocCorpus::texts)
                .flatMap(text -> JavadocProse.paragraphs(text).stream())
                .flatMap(paragraph -> Sentences.split(paragraph).stream())
                .filter(Sentences::isClean);
    }

    private static Stream<String> texts(JavadocComment comment) {
        Stream<String> tags = comment.blockTags().stream()
                .filter(tag -> PROSE_TAGS.contains(tag.name()))
                .map(BlockTag::text);
        return Stream.concat(Stream.of(comment.description()), tags);
    }

    /** Writes documents and counts. */
    private static final class DocumentWriter {
        private final OutputStream out;
        private long documents;
        private long sentences;
        private long bytes;

        DocumentWriter(OutputStream out) {
            this.out = out;
        }

        void write(Document document) throws IOException {
            String text = (documents == 0 ? "" : "\n") + String.join("\n", document.sentences()) + "\n";
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            out.write(encoded);
            documents++;
            sentences += document.sentences().size();
            bytes += encoded.length;
        }

        Statistics statistics() {
            return new Statistics(documents, sentences, bytes);
        }
    }
}
