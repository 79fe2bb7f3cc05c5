/**
 * Models by name: the client of the Hugging Face hub and its cache on disk, in the layout that all its clients share, and the
 * one way in which the names that users write become folders ({@link io.transformer4j.hub.ModelResolver}).
 *
 * <p>The environment variables of {@code huggingface_hub} are honoured; see {@link
 * io.transformer4j.hub.HubOptions#fromEnvironment()}. Every file is checked against the hash that the hub names, and appears in
 * the cache complete or not at all.
 *
 * <pre>{@code
 * HubClient hub = new HubClient(HubOptions.fromEnvironment());
 * Path folder = hub.fetch(RepositoryId.parse("google-bert/bert-base-uncased"), FileSelection.MODEL, ProgressListener.NONE);
 * }</pre>
 */
@NullMarked
package io.transformer4j.hub;

import org.jspecify.annotations.NullMarked;
