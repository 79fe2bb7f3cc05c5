/**
 * Measures of written texts: BLEU and chrF that equal sacreBLEU's, TER, ROUGE that equals Google's {@code rouge-score},
 * with confidence intervals by the bootstrap.
 *
 * <pre>{@code
 * Evaluation bleu = Evaluation.of(Bleu.DEFAULT, hypotheses, references); // references: a list for each hypothesis
 * double percent = bleu.score();                                         // with what settings: bleu.signature()
 * }</pre>
 */
@NullMarked
package io.transformer4j.evaluation;

import org.jspecify.annotations.NullMarked;
