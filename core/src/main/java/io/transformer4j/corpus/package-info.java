/**
 * Text to learn from that is to be had wherever a Java project can be built: the prose of Javadoc comments.
 *
 * <p>{@link io.transformer4j.corpus.JavadocCorpus} reads {@code -sources} jars and writes clean English sentences, one a line, with
 * an empty line between the classes they document. The way there is one class per stage: {@link
 * io.transformer4j.corpus.JavaLexer} finds the comments, {@link io.transformer4j.corpus.JavadocComment} takes one apart into
 * description and block tags, {@link io.transformer4j.corpus.JavadocProse} resolves inline tags and HTML, and {@link
 * io.transformer4j.corpus.Sentences} splits and weeds.
 *
 * <pre>{@code
 * JavadocCorpus corpus = JavadocCorpus.of(jars);
 * JavadocCorpus.Statistics written = corpus.write(folder.resolve("corpus.txt"), ProgressListener.NONE);
 * }</pre>
 */
@NullMarked
package io.transformer4j.corpus;

import org.jspecify.annotations.NullMarked;
