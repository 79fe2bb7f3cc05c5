/**
 * Heads that stand on any body, encoder or decoder: classes of tokens, and spans. A family adds a class of a few lines.
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
package io.transformer4j.models.heads;

import org.jspecify.annotations.NullMarked;
