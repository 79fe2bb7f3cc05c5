package io.transformer4j.data;

import org.jspecify.annotations.Nullable;

/** JSON lines: each line an object, one of its string fields the text of a document. */
final class JsonLinesSource implements BlockSource {
    /** A record may be this much longer than a line of text, since it holds a whole document. */
    private static final int RECORD_FACTOR = 64;

    private final String name;
    private final LineReader lines;
    private final CorpusOptions options;
    private final BlockAssembler assembler;
    private boolean ended;

    JsonLinesSource(String name, Utf8Reader reader, CorpusOptions options) {
        this.name = name;
        this.options = options;
        lines = new LineReader(reader, options.maxLineChars() * RECORD_FACTOR);
        assembler = new BlockAssembler(options);
    }

    @Override
    public @Nullable TextBlock next() {
        TextBlock block = assembler.poll();
        while (block == null && !ended) {
            String line = lines.next();
            if (line == null) {
                ended = true;
            } else if (!line.isBlank()) {
                document(text(line));
            }
            block = assembler.poll();
        }
        return block;
    }

    private void document(String text) {
        if (options.segmentation() == Segmentation.NONE) {
            assembler.line(text, false);
        } else {
            text.lines().forEach(line -> assembler.line(line, true));
        }
        assembler.endDocument();
    }

    private String text(String line) {
        if (lines.splits() > 0) {
            throw new DataException(where(lines.lineNumber() + 1) + ": the record is longer than "
                    + (long) options.maxLineChars() * RECORD_FACTOR + " characters; divide it or raise maxLineChars");
        }
        return JsonRecord.parse(where(lines.lineNumber()), line).text(options.jsonField());
    }

    private String where(long lineNumber) {
        return name + ", line " + lineNumber;
    }

    @Override
    public long splits() {
        return assembler.splits();
    }

    @Override
    public void close() {
        lines.close();
    }
}
