package io.transformer4j.data.labelled;

import io.transformer4j.data.DataException;
import io.transformer4j.data.TextLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the column format of the CoNLL shared tasks: a word a line, with its tag in the last column, and a blank line between
 * sentences. Columns are separated by a tab if a line has one, else by blanks. A line of blanks or tabs alone counts as blank (some
 * data sets separate sentences so); {@code -DOCSTART-} and comments, lines that begin with {@code #} and don't end with a tag, are passed
 * over.
 */
public final class ConllFile {
    private static final String DOCUMENT = "-DOCSTART-";
    private static final Pattern TAG = Pattern.compile("O|[BIESLUM](-.*)?");

    private ConllFile() {}

    /**
     * Reads all sentences; files are UTF-8, plain or gzip.
     *
     * @throws DataException if the file can't be read, has no sentence, or a word has no tag; the line is named
     */
    public static List<TaggedSentence> read(Path file) {
        List<TaggedSentence> sentences = new ArrayList<>();
        List<String> words = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        List<String> lines = TextLines.all(file);
        for (int i = 0; i <= lines.size(); i++) {
            String line = i == lines.size() ? "" : lines.get(i);
            if (line.isBlank() || line.startsWith(DOCUMENT)) {
                if (!words.isEmpty()) {
                    sentences.add(new TaggedSentence(file + ", line " + (i + 1 - words.size()), words, tags));
                    words = new ArrayList<>();
                    tags = new ArrayList<>();
                }
                continue;
            }
            String[] columns = line.indexOf('\t') >= 0
                    ? line.split("\t", -1)
                    : line.strip().split("\\s+");
            String tag = columns[columns.length - 1].strip();
            if (line.startsWith("#")
                    && line.indexOf('\t') < 0
                    && !TAG.matcher(tag).matches()) {
                continue;
            }
            if (columns.length < 2 || columns[0].isBlank() || tag.isEmpty()) {
                throw new DataException(file + ", line " + (i + 1)
                        + ": needs a word and a tag in two columns, but is \"" + line.strip() + "\"");
            }
            words.add(columns[0].strip());
            tags.add(tag);
        }
        if (sentences.isEmpty()) {
            throw new DataException(file + ": has no sentences");
        }
        return sentences;
    }
}
