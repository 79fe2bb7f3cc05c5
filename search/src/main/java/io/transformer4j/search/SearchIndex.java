package io.transformer4j.search;

import io.transformer4j.files.Sha256;
import io.transformer4j.pipelines.WordSpans;
import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Passages of files by their meaning, in a folder of its own. An update takes effect as a whole or, if it fails or is killed, not at all;
 * searches see the index as it was when they began. An index belongs to one model: others are refused. Thread-safe.
 */
public final class SearchIndex implements AutoCloseable {
    /** Longest vectors that Lucene's graph takes. */
    public static final int MAX_DIMENSION = 1024;

    private static final String FORMAT = "1";
    private static final String FORMAT_KEY = "t4j.format";
    private static final String MODEL_KEY = "t4j.model";
    private static final String MODEL_NAME_KEY = "t4j.model_name";

    /** Nearest neighbours that the graph search follows at least: with fewer it loses some. */
    private static final int EXPLORED = 100;

    private final Path folder;
    private final FSDirectory directory;
    private final Embedder embedder;

    private SearchIndex(Path folder, FSDirectory directory, Embedder embedder) {
        this.folder = folder;
        this.directory = directory;
        this.embedder = embedder;
    }

    /**
     * Opens an index, or a folder that is to hold one.
     *
     * @param folder an index, or an empty or absent folder
     * @param embedder the caller closes it
     * @throws SearchException if the folder holds something else, or an index of another model or version
     */
    public static SearchIndex open(Path folder, Embedder embedder) {
        if (embedder.dimension() > MAX_DIMENSION) {
            throw new SearchException("the model's vectors have " + embedder.dimension()
                    + " numbers, but an index takes at most " + MAX_DIMENSION);
        }
        try {
            Optional<Map<String, String>> settings = settings(folder);
            if (settings.isEmpty()) {
                requireEmpty(folder);
            } else if (!embedder.identity().equals(settings.get().get(MODEL_KEY))) {
                throw new SearchException(folder + " was made with another model ("
                        + settings.get().get(MODEL_NAME_KEY)
                        + "), whose vectors can't be compared: use that one, or make a new index");
            }
            return new SearchIndex(folder, FSDirectory.open(folder), embedder);
        } catch (IOException e) {
            throw translated(folder, e);
        }
    }

    /**
     * What the model of an index was called when the index was made.
     *
     * @throws SearchException if there is no index
     */
    public static String modelName(Path folder) {
        try {
            return settings(folder)
                    .map(settings -> settings.get(MODEL_NAME_KEY))
                    .orElseThrow(() -> new SearchException(folder + " is not an index: make one first"));
        } catch (IOException e) {
            throw translated(folder, e);
        }
    }

    /** What the last commit says; empty if there is none. */
    private static Optional<Map<String, String>> settings(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (FSDirectory directory = FSDirectory.open(folder)) {
            if (!DirectoryReader.indexExists(directory)) {
                return Optional.empty();
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                Map<String, String> settings = reader.getIndexCommit().getUserData();
                if (!FORMAT.equals(settings.get(FORMAT_KEY))) {
                    throw new SearchException(folder + " is an index of "
                            + (settings.containsKey(FORMAT_KEY) ? "another version" : "another program")
                            + ": choose another folder");
                }
                return Optional.of(settings);
            }
        }
    }

    private static void requireEmpty(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                // What a first update left that was killed: Lucene removes it.
                boolean foreign = files.map(file -> file.getFileName().toString())
                        .anyMatch(name -> !name.matches("write\\.lock|_.*|pending_segments_.*"));
                if (foreign) {
                    throw new SearchException(folder + " is not empty and not an index: choose another folder");
                }
            }
        }
    }

    /** As {@link #update(List, PassageOptions, String, ProgressListener)}, without a name for the model. */
    public IndexUpdate update(List<Path> inputs, PassageOptions options, ProgressListener progress) {
        return update(inputs, options, "", progress);
    }

    /**
     * Brings the index up to date with files: embeds those that are new or whose content has changed, and forgets those that are gone
     * from the given folders. What was indexed from elsewhere stays.
     *
     * @param inputs files, and folders of text files with all folders below
     * @param modelName what {@link #modelName} is to say
     * @param progress in bytes of files
     * @throws SearchException if the index can't be written, such as by two at a time
     * @throws io.transformer4j.data.DataException if a file can't be read; the line is named, and the index is as before
     */
    public IndexUpdate update(List<Path> inputs, PassageOptions options, String modelName, ProgressListener progress) {
        try {
            SearchableFiles files = SearchableFiles.in(inputs);
            IndexWriterConfig config = new IndexWriterConfig().setCommitOnClose(false);
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                IndexUpdate update = new Update(writer, options, progress).run(files, indexedFiles());
                writer.setLiveCommitData(Map.of(
                                FORMAT_KEY, FORMAT,
                                MODEL_KEY, embedder.identity(),
                                MODEL_NAME_KEY, modelName)
                        .entrySet());
                writer.commit();
                return update;
            }
        } catch (IOException e) {
            throw translated(folder, e);
        }
    }

    /** State of each indexed file by path. */
    private Map<String, String> indexedFiles() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        if (DirectoryReader.indexExists(directory)) {
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                StoredFields stored = searcher.storedFields();
                int most = Math.max(1, reader.maxDoc());
                for (ScoreDoc found : searcher.search(new TermQuery(Documents.ANY_FILE), most).scoreDocs) {
                    Documents.FileState state = Documents.fileState(stored.document(found.doc));
                    files.put(state.path(), state.state());
                }
            }
        }
        return files;
    }

    /** One update, which the writer's commit makes true. */
    private final class Update {
        private static final int CHUNK = 256;

        private final IndexWriter writer;
        private final PassageOptions options;
        private final ProgressListener progress;
        private final List<Passage> waiting = new ArrayList<>();
        private long passages;

        Update(IndexWriter writer, PassageOptions options, ProgressListener progress) {
            this.writer = writer;
            this.options = options;
            this.progress = progress;
        }

        IndexUpdate run(SearchableFiles files, Map<String, String> before) throws IOException {
            long total = 0;
            for (Path file : files.files()) {
                total += Files.size(file);
            }
            int added = 0;
            int changed = 0;
            long done = 0;
            for (Path file : files.files()) {
                progress.update(done, total, file.getFileName().toString());
                // Read before the content: what is written meanwhile is found changed the next time.
                String state = options.unit() + " " + options.column() + " " + Sha256.ofFile(file);
                @Nullable String known = before.get(file.toString());
                if (!state.equals(known)) {
                    replace(file, state);
                    added += known == null ? 1 : 0;
                    changed += known == null ? 0 : 1;
                }
                done += Files.size(file);
                progress.update(done, total, file.getFileName().toString());
            }
            int removed = 0;
            for (String path : before.keySet()) {
                if (files.covers(Path.of(path)) && !files.files().contains(Path.of(path))) {
                    writer.deleteDocuments(Documents.file(path));
                    removed++;
                }
            }
            int unchanged = files.files().size() - added - changed;
            return new IndexUpdate(added, changed, removed, unchanged, passages);
        }

        private void replace(Path file, String state) throws IOException {
            writer.deleteDocuments(Documents.file(file.toString()));
            try {
                PassageReader.read(file, options, this::accept);
                flush();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            writer.addDocument(Documents.of(new Documents.FileState(file.toString(), state)));
        }

        private void accept(Passage passage) {
            waiting.add(passage);
            if (waiting.size() == CHUNK) {
                flush();
            }
        }

        private void flush() {
            List<List<WordSpans.Span>> pieces =
                    embedder.pieces(waiting.stream().map(Passage::text).toList());
            List<Passage> parts = new ArrayList<>();
            for (int i = 0; i < pieces.size(); i++) {
                parts.addAll(PassageReader.parts(waiting.get(i), pieces.get(i)));
            }
            waiting.clear();
            for (int start = 0; start < parts.size(); start += CHUNK) {
                add(parts.subList(start, Math.min(start + CHUNK, parts.size())));
            }
        }

        private void add(List<Passage> parts) {
            List<float[]> vectors =
                    embedder.embed(parts.stream().map(Passage::text).toList());
            try {
                for (int i = 0; i < parts.size(); i++) {
                    writer.addDocument(Documents.of(parts.get(i), vectors.get(i)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            passages += parts.size();
        }
    }

    /**
     * The passages nearest to {@code query} in meaning, nearest first. The search follows a graph: now and then it misses one that an
     * exact search would find.
     *
     * @param count how many, if there are that many
     * @throws SearchException if there is no index yet
     * @throws IllegalArgumentException if the query is blank, or {@code count} isn't positive
     */
    public List<SearchHit> search(String query, int count) {
        if (query.isBlank() || count < 1) {
            throw new IllegalArgumentException(
                    "a query and a positive number of results are needed, not \"" + query + "\" and " + count);
        }
        try {
            if (!DirectoryReader.indexExists(directory)) {
                throw new SearchException(folder + " is not an index: make one first");
            }
            float[] vector = Documents.direction(embedder.embed(List.of(query)).get(0));
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                KnnFloatVectorQuery nearest =
                        new KnnFloatVectorQuery(Documents.VECTOR, vector, Math.max(count, EXPLORED));
                StoredFields stored = searcher.storedFields();
                List<SearchHit> hits = new ArrayList<>();
                for (ScoreDoc found : searcher.search(nearest, count).scoreDocs) {
                    hits.add(new SearchHit(
                            Documents.cosine(found.score), Documents.passage(stored.document(found.doc))));
                }
                return List.copyOf(hits);
            }
        } catch (IOException e) {
            throw translated(folder, e);
        }
    }

    /** Number of passages. */
    public long size() {
        try {
            if (!DirectoryReader.indexExists(directory)) {
                return 0;
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                return (long) reader.numDocs() - new IndexSearcher(reader).count(new TermQuery(Documents.ANY_FILE));
            }
        } catch (IOException e) {
            throw translated(folder, e);
        }
    }

    private static RuntimeException translated(Path folder, IOException e) {
        if (e instanceof LockObtainFailedException) {
            return new SearchException(folder + " is being updated by another process: try again when it is done", e);
        }
        if (e instanceof CorruptIndexException
                || e instanceof IndexFormatTooNewException
                || e instanceof IndexFormatTooOldException) {
            return new SearchException(folder + " is damaged or of another version: delete it and index again", e);
        }
        return new UncheckedIOException(e);
    }

    /** The embedder stays open. */
    @Override
    public void close() {
        try {
            directory.close();
        } catch (IOException e) {
            throw translated(folder, e);
        }
    }
}
