/**
 * BERT (Devlin et al. 2019): a post-norm encoder with learned positions, a pooler, and heads for masked-language
 * modelling and next-sentence prediction, in HF's checkpoint layout.
 *
 * <pre>{@code
 * BertForMaskedLM model = new BertForMaskedLM(BertConfig.BASE.with(c -> c.numHiddenLayers(4)));
 * model.initializeWeights(42, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.bert;

import org.jspecify.annotations.NullMarked;
