/** The only place that knows libtorch's scopes, devices, dtypes, threads and error texts. */
@NullMarked
package io.transformer4j.torch;

import org.jspecify.annotations.NullMarked;
