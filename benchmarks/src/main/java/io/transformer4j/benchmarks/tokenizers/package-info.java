/** The tokenizers beside Hugging Face's: {@code benchmarks/tokenizers/parity.py} and {@code speed.py} drive these mains. */
@NullMarked
package io.transformer4j.benchmarks.tokenizers;

import org.jspecify.annotations.NullMarked;
