package io.transformer4j.pipelines;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Streams through functions of lists, some elements at a time: enough for batches of similar length, few enough for memory. */
final class Chunks {
    private static final int SIZE = 1024;

    private Chunks() {}

    /** The results for all elements in their order, computed as the stream is consumed. */
    static <T, R> Stream<R> map(Stream<T> elements, Function<List<T>, List<R>> function) {
        Iterator<T> source = elements.iterator();
        Iterator<List<R>> chunks = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return source.hasNext();
            }

            @Override
            public List<R> next() {
                List<T> chunk = new ArrayList<>();
                while (chunk.size() < SIZE && source.hasNext()) {
                    chunk.add(source.next());
                }
                return function.apply(chunk);
            }
        };
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(chunks, Spliterator.ORDERED), false)
                .flatMap(List::stream)
                .onClose(elements::close);
    }
}
