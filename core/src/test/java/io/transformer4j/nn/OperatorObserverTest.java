package io.transformer4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OperatorObserverTest {

    @BeforeAll
    static void load() {
        Torch.initialize();
    }

    /** Writes down what it is told. */
    private static final class Diary implements OperatorObserver {
        private final List<String> events = new ArrayList<>();

        @Override
        public Run began(Module module, Operator operator, int inputs) {
            String name = operator.label();
            events.add(name + " began, " + inputs);
            return new Run() {
                @Override
                public void forwardEnded() {
                    events.add(name + " forward");
                }

                @Override
                public void backwardBegan() {
                    events.add(name + " backward began");
                }

                @Override
                public void backwardEnded() {
                    events.add(name + " backward");
                }
            };
        }
    }

    @Test
    void tellsBothPassesInOrderAndChangesNoBit() {
        try (TensorScope scope = new TensorScope()) {
            Norm norm = new LayerNorm(4, 1e-5);
            Linear linear = new Linear(4, 3, true, Initializer.normal(1));
            for (Module module : List.of(norm, linear)) {
                module.namedParameters()
                        .values()
                        .forEach(parameter -> parameter.initialize(Devices.parse("cpu"), torch.createCPUGenerator(7)));
            }
            Tensor plainInput = torch.ones(new long[] {2, 4}, new TensorOptions(torch.ScalarType.Float))
                    .cumsum(1)
                    .detach();
            plainInput.set_requires_grad(true);
            Tensor plain = linear.forward(norm.forward(plainInput));
            plain.square().sum().backward();

            Diary diary = new Diary();
            norm.observe(diary);
            linear.observe(diary);
            Tensor input = plainInput.detach().clone();
            input.set_requires_grad(true);
            Tensor observed = linear.forward(norm.forward(input));
            observed.square().sum().backward();

            assertThat(diary.events)
                    .containsExactly(
                            "norm began, 1",
                            "norm forward",
                            "product began, 1",
                            "product forward",
                            "product backward began",
                            "product backward",
                            "norm backward began",
                            "norm backward");
            assertThat(observed.equal(plain)).isTrue();
            assertThat(input.grad().equal(plainInput.grad())).isTrue();
        }
    }
}
