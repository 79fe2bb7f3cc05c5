/**
 * DistilBERT (Sanh et al. 2019): a BERT of half the layers, without token types and pooler, in HF's checkpoint layout.
 *
 * <pre>{@code
 * DistilBertForMaskedLM model = Models.load(folder, DistilBertForMaskedLM.class, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.distilbert;

import org.jspecify.annotations.NullMarked;
