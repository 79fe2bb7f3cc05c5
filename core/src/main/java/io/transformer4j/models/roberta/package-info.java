/**
 * RoBERTa (Liu et al. 2019): BERT's encoder, pre-trained without sentence pairs; positions count from the ids. In HF's
 * checkpoint layout.
 *
 * <pre>{@code
 * RobertaForMaskedLM model = Models.load(folder, RobertaForMaskedLM.class, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.roberta;

import org.jspecify.annotations.NullMarked;
