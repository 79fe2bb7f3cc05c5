/** Models in 8 bits beside ONNX Runtime. */
@NullMarked
package io.transformer4j.benchmarks.quantization;

import org.jspecify.annotations.NullMarked;
