package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNeighboursTest {
    private final NearestNeighbours<String> index = NearestNeighbours.of(
            List.of("east", "north", "far north-east", "nowhere"),
            List.of(new float[] {1, 0}, new float[] {0, 2}, new float[] {50, 50}, new float[] {0, 0}));

    @Test
    void ordersByAngleAndNotByLength() {
        List<NearestNeighbours.Neighbour<String>> nearest = index.nearest(new float[] {3, 0.1f}, 3);

        assertThat(nearest)
                .extracting(NearestNeighbours.Neighbour::item)
                .containsExactly("east", "far north-east", "north");
        assertThat(nearest.get(0).similarity()).isCloseTo(Math.cos(Math.atan(0.1 / 3)), within(1e-6));
        assertThat(index.nearest(new float[] {0, 1}, 99)).hasSize(4);
    }

    @Test
    void refusesVectorsOfAnotherLength() {
        assertThatThrownBy(() -> index.nearest(new float[3], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a vector has 3 numbers, but others have 2");
        assertThatThrownBy(() -> NearestNeighbours.of(List.of("a"), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there are 1 items but 0 vectors");
    }
}
