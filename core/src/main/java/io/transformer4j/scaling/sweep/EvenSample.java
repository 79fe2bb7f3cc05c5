package io.transformer4j.scaling.sweep;

import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;

/** Some examples of a dataset, the same always, evenly spread over it. */
final class EvenSample implements Dataset {
    private final Dataset all;
    private final long size;

    /** At most {@code size} examples. */
    EvenSample(Dataset all, long size) {
        this.all = all;
        this.size = Math.min(size, all.size());
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Example get(int epoch, long index) {
        return all.get(epoch, (long) ((double) index / size * all.size()));
    }
}
