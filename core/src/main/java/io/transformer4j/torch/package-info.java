/**
 * The only package that knows libtorch's scopes, threads, devices, dtypes, autocast and error texts.
 *
 * <p>Everything above works with {@link org.bytedeco.pytorch.Tensor}s inside a {@link
 * io.transformer4j.torch.TensorScope} and never frees one by hand:
 *
 * <pre>{@code
 * try (TensorScope scope = new TensorScope()) {
 *     Tensor scores = query.matmul(key.transpose(-2, -1)); // freed when the scope closes
 *     return scope.keep(scores.softmax(-1));               // handed to the enclosing scope
 * }
 * }</pre>
 *
 * <p>Compute runs on the threads of a {@link io.transformer4j.torch.ComputePool}; ADR 0002 says why.
 */
@NullMarked
package io.transformer4j.torch;

import org.jspecify.annotations.NullMarked;
