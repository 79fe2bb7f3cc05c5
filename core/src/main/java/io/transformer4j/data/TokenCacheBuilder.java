package io.transformer4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokenizes a corpus into a {@link TokenCache}, in one streaming pass on several threads. The content doesn't depend on
 * their number, and memory is bounded by a few units of text for each of them.
 */
public final class TokenCacheBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(TokenCacheBuilder.class);

    /** Characters handed to a thread at a time: enough to make the hand-over cheap. */
    private static final int UNIT_CHARS = 1 << 16;

    private final Corpus corpus;
    private final TextEncoder encoder;
    private int threads = Runtime.getRuntime().availableProcessors();
    private Consumer<Progress> progress = ignored -> {};

    private TokenCacheBuilder(Corpus corpus, TextEncoder encoder) {
        this.corpus = corpus;
        this.encoder = encoder;
    }

    /** Tokenizes {@code corpus} by {@code encoder}. */
    public static TokenCacheBuilder of(Corpus corpus, TextEncoder encoder) {
        return new TokenCacheBuilder(corpus, encoder);
    }

    /** How many threads tokenize; by default one for each processor. */
    public TokenCacheBuilder threads(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + value);
        }
        threads = value;
        return this;
    }

    /** Is told after each unit of some ten thousand characters, on the calling thread. */
    public TokenCacheBuilder progress(Consumer<Progress> value) {
        progress = value;
        return this;
    }

    /**
     * How far the pass is.
     *
     * @param bytesRead of the files as stored; together with {@link Corpus#sizeBytes} a fraction
     * @param documents finished or begun
     * @param tokens written
     */
    public record Progress(long bytesRead, long documents, long tokens) {}

    /** Two caches of one corpus, which share no document. */
    public record Split(TokenCache train, TokenCache validation) {}

    /**
     * Opens the cache at {@code file} if it is whole and was made from this corpus by this tokenizer, and builds it
     * otherwise.
     *
     * @throws DataException if the corpus can't be read or holds no text, or the file can't be written
     */
    public TokenCache openOrBuild(Path file) {
        Fingerprint fingerprint = corpus.fingerprint();
        TokenCache cache = reusable(file, fingerprint);
        if (cache == null) {
            build(fingerprint, 0, file);
            cache = TokenCache.open(file);
        }
        return cache;
    }

    /**
     * As {@link #openOrBuild}, with a share of the documents put aside. Which ones is decided by a hash of a document's
     * beginning, so that it stays when the corpus grows, and documents that occur twice are on the same side.
     *
     * @param validationFraction expected share of the documents, in (0, 1)
     * @throws DataException also if one side gets no document
     */
    public Split openOrBuildSplit(Path train, Path validation, double validationFraction) {
        if (!(validationFraction > 0 && validationFraction < 1)) {
            throw new IllegalArgumentException("validationFraction must be in (0, 1), not " + validationFraction);
        }
        String base = corpus.fingerprint().hex() + validationFraction;
        Fingerprint fingerprint = Fingerprint.of(base.getBytes(UTF_8));
        TokenCache trainCache = reusable(train, fingerprint);
        TokenCache validationCache = reusable(validation, fingerprint);
        if (trainCache == null || validationCache == null) {
            build(fingerprint, validationFraction, train, validation);
            trainCache = TokenCache.open(train);
            validationCache = TokenCache.open(validation);
        }
        return new Split(trainCache, validationCache);
    }

    private @Nullable TokenCache reusable(Path file, Fingerprint fingerprint) {
        if (!Files.exists(file) || !corpus.isRepeatable()) {
            return null;
        }
        TokenCache.requireOurs(file);
        try {
            TokenCache cache = TokenCache.open(file);
            boolean sameTokenizer = cache.tokenizer().equals(encoder.fingerprint());
            if (sameTokenizer && cache.corpus().equals(fingerprint)) {
                return cache;
            }
            LOG.info("{}: the {} has changed, the cache is rebuilt", file, sameTokenizer ? "corpus" : "tokenizer");
        } catch (DataException e) {
            LOG.warn("the token cache can't be used and is rebuilt: {}", e.getMessage());
        }
        return null;
    }

    private void build(Fingerprint fingerprint, double validationFraction, Path... files) {
        Set<Path> newFolders = missingFolders(files);
        List<TokenCacheWriter> writers = new ArrayList<>();
        try (CorpusReader reader = corpus.open()) {
            for (Path file : files) {
                writers.add(new TokenCacheWriter(file, encoder.vocabSize()));
            }
            tokenize(reader, new Router(writers, validationFraction));
            requireText(writers, files, validationFraction);
            for (TokenCacheWriter writer : writers) {
                writer.commit(encoder.fingerprint(), fingerprint, reader.splitLines());
            }
        } finally {
            writers.forEach(TokenCacheWriter::close);
            newFolders.forEach(TokenCacheBuilder::deleteIfEmpty);
        }
    }

    /** Folders around {@code files} that writing will make, inner ones first. */
    private static Set<Path> missingFolders(Path... files) {
        Set<Path> missing = new TreeSet<>(Comparator.reverseOrder()); // "a/b" before "a"
        for (Path file : files) {
            Path folder = file.toAbsolutePath().getParent();
            while (folder != null && !Files.exists(folder)) {
                missing.add(folder);
                folder = folder.getParent();
            }
        }
        return missing;
    }

    private static void deleteIfEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            // holds the cache, or what somebody else has put there by now
        } catch (IOException e) {
            LOG.debug("{} stays, though it is empty: {}", folder, e.getMessage());
        }
    }

    private void requireText(List<TokenCacheWriter> writers, Path[] files, double validationFraction) {
        if (writers.stream().allMatch(writer -> writer.documentCount() == 0)) {
            throw new DataException(corpus + ": the corpus holds no text");
        }
        for (int i = 0; i < files.length; i++) {
            if (writers.get(i).documentCount() == 0) {
                throw new DataException(files[i] + ": none of the "
                        + writers.stream()
                                .mapToLong(TokenCacheWriter::documentCount)
                                .sum()
                        + " documents falls here with a validation fraction of " + validationFraction
                        + "; change it or give separate files");
            }
        }
    }

    /** Units of text go to the threads in order, and their results are written in the same order. */
    private void tokenize(CorpusReader reader, Router router) {
        ExecutorService workers = Executors.newFixedThreadPool(threads, TokenCacheBuilder::daemon);
        try {
            Queue<Future<List<EncodedBlock>>> inFlight = new ArrayDeque<>();
            for (List<TextBlock> unit = nextUnit(reader); !unit.isEmpty(); unit = nextUnit(reader)) {
                List<TextBlock> blocks = unit;
                inFlight.add(
                        workers.submit(() -> blocks.stream().map(this::encode).toList()));
                if (inFlight.size() > 2 * threads) {
                    write(inFlight.remove(), reader, router);
                }
            }
            while (!inFlight.isEmpty()) {
                write(inFlight.remove(), reader, router);
            }
        } finally {
            workers.shutdownNow();
        }
    }

    private void write(Future<List<EncodedBlock>> encoded, CorpusReader reader, Router router) {
        try {
            encoded.get().forEach(router::write);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the tokenizer failed: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("building the token cache was interrupted");
        }
        progress.accept(new Progress(reader.bytesRead(), router.documents(), router.tokens()));
    }

    private static List<TextBlock> nextUnit(CorpusReader reader) {
        List<TextBlock> unit = new ArrayList<>();
        int characters = 0;
        while (characters < UNIT_CHARS) {
            TextBlock block = reader.next();
            if (block == null) {
                break;
            }
            unit.add(block);
            characters += block.text().length();
        }
        return unit;
    }

    private EncodedBlock encode(TextBlock block) {
        List<String> segments = switch (corpus.options().segmentation()) {
            case SENTENCES, WRAPPED_SENTENCES -> SentenceSplitter.split(block.text());
            case LINES, NONE -> List.of(block.text());
        };
        return new EncodedBlock(block, segments.stream().map(encoder::encode).toList());
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tokenize");
        thread.setDaemon(true);
        return thread;
    }

    private record EncodedBlock(TextBlock block, List<int[]> segments) {}

    /** Gives each document to one of the writers: the first, or by its hash the second. */
    private static final class Router {
        private final List<TokenCacheWriter> writers;
        private final double validationFraction;
        private TokenCacheWriter current;

        Router(List<TokenCacheWriter> writers, double validationFraction) {
            this.writers = writers;
            this.validationFraction = validationFraction;
            current = writers.get(0);
        }

        void write(EncodedBlock encoded) {
            if (encoded.block().startsDocument()) {
                boolean validation = SplitMix64.toUnit(hash(encoded.block().text())) < validationFraction;
                current = writers.get(validation ? 1 : 0);
                current.startDocument();
            }
            encoded.segments().forEach(current::add);
            current.addCharacters(encoded.block().text().length());
        }

        long documents() {
            return writers.stream().mapToLong(TokenCacheWriter::documentCount).sum();
        }

        long tokens() {
            return writers.stream().mapToLong(TokenCacheWriter::tokenCount).sum();
        }

        private static long hash(String text) {
            long hash = text.length();
            for (int i = 0; i < text.length(); i++) {
                hash = SplitMix64.mix(hash + text.charAt(i));
            }
            return hash;
        }
    }
}
