/** Text to token ids and back: the Hugging Face tokenizer pipeline in pure Java. */
@NullMarked
package io.transformer4j.tokenizers;

import org.jspecify.annotations.NullMarked;
