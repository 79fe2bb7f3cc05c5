package io.transformer4j.pipelines;

import io.transformer4j.tokenizers.Encoding;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the words of a text are.
 *
 * @param text the text
 * @param words in its order, not overlapping
 */
public record WordSpans(String text, List<Span> words) {
    /** Half-open, in {@code char}s of the text. */
    public record Span(int start, int end) {}

    /** Given words with blanks between them. */
    public static WordSpans of(List<String> words) {
        List<Span> spans = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (String word : words) {
            if (!spans.isEmpty()) {
                text.append(' ');
            }
            spans.add(new Span(text.length(), text.length() + word.length()));
            text.append(word);
        }
        return new WordSpans(text.toString(), List.copyOf(spans));
    }

    /** The words that the tokenizer sees in a text, which may be in several windows. */
    static WordSpans of(String text, List<Encoding> windows) {
        List<Span> spans = new ArrayList<>();
        int behind = 0;
        for (Encoding window : windows) {
            int[] ids = window.wordIds();
            for (int first = 0, next; first < ids.length; first = next) {
                next = first + 1;
                while (next < ids.length && ids[next] == ids[first]) {
                    next++;
                }
                int start = window.starts()[first];
                if (ids[first] != Encoding.NONE && start >= behind && window.ends()[next - 1] > start) {
                    behind = window.ends()[next - 1];
                    spans.add(new Span(start, behind));
                }
            }
        }
        return new WordSpans(text, List.copyOf(spans));
    }

    /**
     * The word of each token: the one in which it begins; {@link Encoding#NONE} for special tokens and for what lies between words.
     *
     * @param encoding of the text or of a window of it
     */
    public int[] wordsOf(Encoding encoding) {
        int[] sequence = encoding.sequenceIds();
        int[] words = new int[encoding.length()];
        for (int token = 0; token < words.length; token++) {
            words[token] = sequence[token] == Encoding.NONE
                    ? Encoding.NONE
                    : wordAt(encoding.starts()[token], encoding.ends()[token]);
        }
        return words;
    }

    /** The first word that ends behind {@code start}, if it begins before {@code end}. */
    private int wordAt(int start, int end) {
        int low = 0;
        int high = words.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (words.get(middle).end() > start) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low < words.size() && words.get(low).start() < Math.max(end, start + 1) ? low : Encoding.NONE;
    }

    /** The text of a word. */
    public String word(int index) {
        return text.substring(words.get(index).start(), words.get(index).end());
    }
}
