/**
 * What the encoder families share: the bare encoder and its heads. A family is a configuration, a name for each weight, and
 * a class of a few lines for each head; {@code docs/adding-a-model.md} shows one.
 *
 * <pre>{@code
 * public final class RobertaForTokenClassification extends TokenClassificationModel<RobertaConfig> {
 *     public RobertaForTokenClassification(RobertaConfig config) {
 *         super(new RobertaModel(config, false), config.headDropout(), config.initializer());
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.encoder;

import org.jspecify.annotations.NullMarked;
