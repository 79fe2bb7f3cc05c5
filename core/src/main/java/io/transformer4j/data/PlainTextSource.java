package io.transformer4j.data;

import org.jspecify.annotations.Nullable;

/** Plain text: lines, and documents that end where {@link DocumentBoundary} says. */
final class PlainTextSource implements BlockSource {
    private final LineReader lines;
    private final DocumentBoundary boundary;
    private final BlockAssembler assembler;
    private boolean ended;

    PlainTextSource(Utf8Reader reader, CorpusOptions options) {
        lines = new LineReader(reader, options.maxLineChars());
        boundary = options.documentBoundary();
        assembler = new BlockAssembler(options);
    }

    @Override
    public @Nullable TextBlock next() {
        TextBlock block = assembler.poll();
        while (block == null && !ended) {
            String line = lines.next();
            if (line == null) {
                ended = true;
                assembler.endDocument();
            } else {
                accept(line);
            }
            block = assembler.poll();
        }
        return block;
    }

    private void accept(String line) {
        if (boundary == DocumentBoundary.BLANK_LINE && line.isBlank() && lines.terminated()) {
            assembler.endDocument();
            return;
        }
        assembler.line(line, lines.terminated());
        if (boundary == DocumentBoundary.LINE && lines.terminated()) {
            assembler.endDocument();
        }
    }

    @Override
    public long splits() {
        return lines.splits() + assembler.splits();
    }

    @Override
    public void close() {
        lines.close();
    }
}
