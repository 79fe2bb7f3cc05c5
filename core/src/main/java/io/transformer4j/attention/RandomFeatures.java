package io.transformer4j.attention;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The directions that {@link PerformerAttention} projects queries and keys on. */
@FunctionalInterface
interface RandomFeatures {
    /** {@code [features, headSize]}, on the device and of the dtype of {@code like}. */
    Tensor directions(Tensor like);

    /**
     * Orthogonal directions with the lengths of normal vectors (Choromanski et al. 2021, §2.4 and appendix B.2): blocks of
     * {@code headSize} rows are orthogonal, each row is by itself normal, so that estimates stay unbiased while their
     * variance falls.
     */
    static Tensor orthogonal(int features, long headSize, long seed) {
        try (NoGradGuard guard = new NoGradGuard()) {
            GeneratorOptional generator = new GeneratorOptional(generator(seed));
            TensorOptions options = new TensorOptions(ScalarType.Float);
            int blocks = Math.toIntExact((features + headSize - 1) / headSize);
            Tensor[] rows = new Tensor[blocks];
            for (int i = 0; i < blocks; i++) {
                Tensor square = torch.randn(new long[] {headSize, headSize}, generator, options);
                T_TensorTensor_T qr = torch.linalg_qr(square);
                // The factorization leaves the signs open and LAPACK chooses them; these make Q uniform (Mezzadri
                // 2007).
                Tensor signs = qr.get1().diagonal().sign().unsqueeze(1);
                rows[i] = qr.get0().t().mul(signs); // orthonormal
            }
            Tensor lengths = torch.randn(new long[] {features, headSize}, generator, options)
                    .norm(new ScalarOptional(new Scalar(2.0)), new long[] {1}, true);
            return torch.cat(new TensorVector(rows)).narrow(0, 0, features).mul(lengths);
        }
    }

    private static Generator generator(long seed) {
        return torch.createCPUGenerator(seed);
    }

    /** Sum over the last dimension, which stays. */
    static Tensor rowSum(Tensor tensor) {
        return tensor.sum(new long[] {-1}, true, new ScalarTypeOptional());
    }
}
