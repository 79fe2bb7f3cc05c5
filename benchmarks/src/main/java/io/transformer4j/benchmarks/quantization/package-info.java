/** Embeddings in float32, bfloat16 and 8 bits beside transformers and ONNX Runtime. */
@NullMarked
package io.transformer4j.benchmarks.quantization;

import org.jspecify.annotations.NullMarked;
