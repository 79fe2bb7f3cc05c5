package io.transformer4j.nn;

import io.transformer4j.torch.CustomGradient;
import io.transformer4j.torch.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * GELU's tanh approximation, {@code 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))}, computed as {@code x σ(2 √(2/π) (x +
 * 0.044715 x³))}: the same function, since {@code 1 + tanh(u) = 2 σ(2u)}. libtorch's CPU kernel calls a scalar tanh for
 * each element and is the slowest elementwise operation of a GPT; σ is vectorized. Intermediate values stay in a buffer
 * that fits the cache, and the backward pass recomputes them.
 */
final class TanhGelu {
    private static final double LINEAR = 2 * Math.sqrt(2 / Math.PI);
    private static final double CUBIC = LINEAR * 0.044715;
    private static final long BLOCK = 1 << 15;

    private TanhGelu() {}

    static Tensor apply(Tensor input) {
        if (input.is_cuda()) {
            return torch.gelu(input, "tanh");
        }
        Tensor saved = input.detach().contiguous();
        return CustomGradient.sameShape(input, x -> value(saved), gradient -> gradient(saved, gradient.contiguous()));
    }

    private static Tensor value(Tensor input) {
        Tensor result = torch.empty_like(input);
        Tensor x = input.view(-1);
        Tensor y = result.view(-1);
        Tensor buffer = x.new_empty(Math.min(BLOCK, x.numel()));
        for (long start = 0; start < x.numel(); start += BLOCK) {
            try (TensorScope scope = new TensorScope()) {
                long length = Math.min(BLOCK, x.numel() - start);
                Tensor xs = x.narrow(0, start, length);
                Tensor sigmoid = gate(buffer.narrow(0, 0, length), xs);
                torch.mul_out(y.narrow(0, start, length), xs, sigmoid);
            }
        }
        return result;
    }

    /** {@code σ(u)}, with {@code u = LINEAR x + CUBIC x³}, in {@code target}. */
    private static Tensor gate(Tensor target, Tensor x) {
        torch.mul_out(target, x, x);
        return target.mul_(new Scalar(CUBIC)).add_(new Scalar(LINEAR)).mul_(x).sigmoid_();
    }

    /** {@code dy (σ + x σ (1 - σ) (LINEAR + 3 CUBIC x²))}. */
    private static Tensor gradient(Tensor input, Tensor outputGradient) {
        Tensor result = torch.empty_like(input);
        Tensor x = input.view(-1);
        Tensor dy = outputGradient.view(-1);
        Tensor dx = result.view(-1);
        long block = Math.min(BLOCK, x.numel());
        Tensor gateBuffer = x.new_empty(block);
        Tensor slopeBuffer = x.new_empty(block);
        for (long start = 0; start < x.numel(); start += BLOCK) {
            try (TensorScope scope = new TensorScope()) {
                long length = Math.min(BLOCK, x.numel() - start);
                Tensor xs = x.narrow(0, start, length);
                Tensor gate = gate(gateBuffer.narrow(0, 0, length), xs);
                Tensor slope = slopeBuffer.narrow(0, 0, length);
                torch.mul_out(slope, xs, xs);
                slope.mul_(new Scalar(3 * CUBIC)).add_(new Scalar(LINEAR)).mul_(xs);
                torch.sigmoid_backward_out(slope, slope, gate);
                torch.mul_out(dx.narrow(0, start, length), slope.add_(gate), dy.narrow(0, start, length));
            }
        }
        return result;
    }
}
