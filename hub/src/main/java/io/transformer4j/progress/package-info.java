/**
 * How long-running work tells how far it is, without knowing who is watching.
 *
 * <p>It lives in the lowest module so that tokenizers, data and training share one interface: {@link
 * io.transformer4j.progress.ProgressListener}.
 *
 * <pre>{@code
 * ProgressListener progress = (done, total, message) -> log.info("{} of {} {}", done, total, message);
 * }</pre>
 */
@NullMarked
package io.transformer4j.progress;

import org.jspecify.annotations.NullMarked;
