/**
 * Files that are either complete or absent, locks between processes, and names that stay inside their folder.
 *
 * <p>Whatever the project leaves behind for a reader (a chart, a corpus, a record of a run) is written by {@link
 * io.transformer4j.files.AtomicFile}: a crash or a full disk never leaves half a file under the final name, nor destroys the one
 * that was there before.
 *
 * <pre>{@code
 * AtomicFile.write(path, out -> out.write(bytes));
 * }</pre>
 */
@NullMarked
package io.transformer4j.files;

import org.jspecify.annotations.NullMarked;
