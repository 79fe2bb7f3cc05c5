package io.transformer4j.data;

/** How sentences become sequences (Liu et al. 2019, RoBERTa, §4.2). A sentence that is too long is cut, never dropped. */
public enum SequencePacking {
    /** Each sentence is a sequence: real lengths, as at use. */
    SENTENCES,
    /** As many consecutive sentences of one document as fit. */
    DOC_SENTENCES,
    /** As many consecutive sentences as fit, going on in the next document behind a separator. */
    FULL_SENTENCES
}
