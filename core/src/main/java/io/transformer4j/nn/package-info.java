/**
 * Building blocks that know no model: parameters, linear maps, embeddings, norms, dropout, activations, losses.
 *
 * <p>A {@link io.transformer4j.nn.Module} is a plain Java object with named {@link io.transformer4j.nn.Parameter}s and
 * children; libtorch supplies tensors and autograd. All layers are position-wise: they work on packed rows {@code
 * [tokens, hiddenSize]}, in which sequences of different lengths follow each other without padding.
 *
 * <pre>{@code
 * final class Mlp extends Module {
 *     private final Linear up = child("up", new Linear(64, 256, true, Initializer.normal(0.02)));
 *     private final Linear down = child("down", new Linear(256, 64, true, Initializer.normal(0.02)));
 *
 *     Tensor forward(Tensor hidden) { // [tokens, 64]
 *         return down.forward(Activation.GELU.apply(up.forward(hidden)));
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.nn;

import org.jspecify.annotations.NullMarked;
