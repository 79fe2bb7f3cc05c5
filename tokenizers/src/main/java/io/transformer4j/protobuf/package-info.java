/**
 * The wire format of protocol buffers, as far as reading and writing other programs' model files needs it. Reading is bounded by
 * the file: a length that lies is an error, never an allocation.
 *
 * <pre>{@code
 * ProtobufReader in = new ProtobufReader(bytes);
 * for (int field = in.nextField(); field != ProtobufReader.END; field = in.nextField()) {
 *     switch (field) {
 *         case 1 -> name = in.string();
 *         default -> in.skip();
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.protobuf;

import org.jspecify.annotations.NullMarked;
