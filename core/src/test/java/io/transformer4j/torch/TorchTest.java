package io.transformer4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of devices and precisions, error texts, scopes. */
class TorchTest {
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "CPU", "auto", "AUTO"})
    void devices(String name) {
        Device device = Devices.parse(name);
        assertThat(device.is_cpu() || device.is_cuda()).isTrue();
    }

    @Test
    void aDeviceOutlivesTheScopeItWasParsedIn() {
        Device device;
        try (TensorScope scope = new TensorScope()) {
            device = Devices.parse("cpu");
        }
        assertThat(device.isNull()).isFalse();
        assertThat(device.is_cpu()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cpu:0", "auto:1", "cuda:", "cuda:x", "cuda:-1", "cuda:1000", " cpu"})
    void unknownDevices(String name) {
        assertThatThrownBy(() -> Devices.parse(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device must be auto, cpu or cuda[:i], but is \"" + name + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda", "cuda:7"})
    void absentDevices(String name) {
        Torch.initialize();
        Assumptions.assumeFalse(torch.cuda_is_available(), "there is a CUDA device");
        assertThatThrownBy(() -> Devices.parse(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "device " + name + " does not exist: this build of libtorch sees 0 CUDA devices; use cpu, or"
                                + " the CUDA build (-Pcuda)");
    }

    @Test
    void precisions() {
        assertThat(Precision.parse("fp32")).isEqualTo(Precision.FP32);
        assertThat(Precision.parse("BF16")).isEqualTo(Precision.BF16);
        assertThatThrownBy(() -> Precision.parse("fp16"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("precision must be fp32 or bf16, but is \"fp16\"");
    }

    @Test
    void aRegionOfAPrecisionIsLeftAsItWasEntered() {
        try (TensorScope scope = new TensorScope()) {
            Tensor a = torch.ones(4, 4);
            assertThat(a.mm(a).scalar_type().intern()).isEqualTo(ScalarType.Float);
            try (Precision.Region bf16 = Precision.BF16.enter(DeviceType.CPU)) {
                assertThat(a.mm(a).scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
                try (Precision.Region inner = Precision.BF16.enter(DeviceType.CPU)) {
                    assertThat(a.mm(a).scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
                }
                try (Precision.Region inner = Precision.FP32.enter(DeviceType.CPU)) {
                    assertThat(Precision.current(DeviceType.CPU)).isEqualTo(Precision.FP32);
                    assertThat(a.mm(a).scalar_type().intern()).isEqualTo(ScalarType.Float);
                }
                assertThat(a.mm(a).scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            }
            assertThat(a.mm(a).scalar_type().intern()).isEqualTo(ScalarType.Float);
        }
    }

    @Test
    void aRegionSeesWeightsThatChangedSinceTheLastOne() {
        try (TensorScope scope = new TensorScope()) {
            Tensor weight = torch.ones(2, 2);
            weight.set_requires_grad(true);
            assertThat(sumOfProduct(weight)).isEqualTo(8);
            weight.detach().mul_(new Scalar(3.0));
            assertThat(sumOfProduct(weight)).isEqualTo(24);
        }
    }

    private static float sumOfProduct(Tensor weight) {
        try (Precision.Region region = Precision.BF16.enter(DeviceType.CPU)) {
            return torch.ones(2, 2).mm(weight).sum().item_float();
        }
    }

    @Test
    void errorsKeepTheirFirstLine() {
        try (TensorScope scope = new TensorScope()) {
            RuntimeException raw = catchThrowableOfType(
                    RuntimeException.class, () -> torch.ones(2, 3).add(torch.ones(4)));
            assertThat(raw.getMessage()).contains("\n");
            RuntimeException translated = TorchException.translate(raw);
            assertThat(translated)
                    .isInstanceOf(TorchException.class)
                    .hasCause(raw)
                    .hasMessage(
                            "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1");
        }
    }

    @Test
    void errorsOfOthersStayWhatTheyAre() {
        RuntimeException ours = new IllegalArgumentException("one\ntwo");
        RuntimeException plain = new RuntimeException("one line");
        RuntimeException empty = new RuntimeException();
        assertThat(TorchException.translate(ours)).isSameAs(ours);
        assertThat(TorchException.translate(plain)).isSameAs(plain);
        assertThat(TorchException.translate(empty)).isSameAs(empty);
    }

    @Test
    void scopesFreeWhatIsNotKept() {
        Tensor kept;
        Tensor dropped;
        try (TensorScope outer = new TensorScope()) {
            try (TensorScope inner = new TensorScope()) {
                dropped = torch.ones(3);
                kept = inner.keep(torch.ones(3));
            }
            assertThat(dropped.isNull()).isTrue();
            assertThat(kept.isNull()).isFalse();
        }
        assertThat(kept.isNull()).isTrue();
    }
}
