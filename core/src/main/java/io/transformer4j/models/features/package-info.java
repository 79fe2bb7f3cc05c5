/**
 * The feature-based use of a pre-trained encoder (Peters et al. 2018; Devlin et al. 2019, §5.3): it stays as it is, and a small head
 * learns from what its layers say. {@link io.transformer4j.models.features.FeatureHeadModel} trains on a table of features computed
 * once; {@link io.transformer4j.models.features.FeatureBasedModel} is encoder and head together, for use.
 *
 * <pre>{@code
 * FeatureHeadConfig config = FeatureHeadConfig.TEXT.with(c -> c.layers(FeatureLayers.CONCAT_LAST_FOUR));
 * FeatureBasedModel<?> model = FeatureBasedModel.of(encoder, config);
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.features;

import org.jspecify.annotations.NullMarked;
