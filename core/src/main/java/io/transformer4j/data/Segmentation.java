package io.transformer4j.data;

/** How the text of a document is cut into the segments that a {@link TokenCache} counts. */
public enum Segmentation {
    /** Each line is a paragraph and is split into sentences by {@link SentenceSplitter}. */
    SENTENCES,
    /** As {@link #SENTENCES}, for hard-wrapped text: the lines up to a blank one are joined to a paragraph first. */
    WRAPPED_SENTENCES,
    /** Each line is one sentence already. */
    LINES,
    /**
     * The text stays exactly as it is, white space included ({@code \r\n} becomes {@code \n}); segments are chunks of
     * tens of thousands of characters cut in front of a line break. For causal language models.
     */
    NONE
}
