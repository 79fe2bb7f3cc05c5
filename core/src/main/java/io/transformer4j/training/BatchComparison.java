package io.transformer4j.training;

import io.transformer4j.data.Batch;
import io.transformer4j.models.BatchComparing;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One batch of a {@link BatchComparing} model: vectors on all workers, the loss on one, and back on all. What a worker needs for its way back
 * lives in a scope that is suspended meanwhile.
 */
final class BatchComparison implements AutoCloseable {
    private final ComputePool pool;
    private final List<Batch> shards;
    private final TrainableModel.Totals totals;
    private final List<TensorScope> scopes = new ArrayList<>();
    private final List<Tensor> vectors = new ArrayList<>();
    private final List<Tensor> gradients = new ArrayList<>();

    /**
     * A comparison.
     *
     * @param shards a part of the batch for each of the first workers
     * @param totals over all batches of a step
     */
    BatchComparison(ComputePool pool, List<Batch> shards, TrainableModel.Totals totals) {
        this.pool = pool;
        this.shards = shards;
        this.totals = totals;
    }

    /** What a worker leaves for later. */
    private record Part(TensorScope scope, Tensor vectors) {}

    /**
     * Computes the vectors of all parts.
     *
     * @param representation of a part, by the worker of its number
     */
    void represent(BiFunction<Integer, Batch, Tensor> representation) {
        pool.onEachWorker(worker -> worker < shards.size()
                        ? Optional.of(part(() -> representation.apply(worker, shards.get(worker))))
                        : Optional.<Part>empty())
                .forEach(made -> made.ifPresent(part -> {
                    scopes.add(part.scope());
                    vectors.add(part.vectors());
                }));
    }

    private static Part part(Supplier<Tensor> representation) {
        TensorScope scope = new TensorScope();
        try {
            Tensor vectors = representation.get();
            scope.suspend();
            return new Part(scope, vectors);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /** The loss, without gradients. */
    DataParallel.Means loss(BatchComparing model) {
        try (TensorScope scope = new TensorScope()) {
            return DataParallel.means(model.compare(all(), targets(), totals));
        }
    }

    /** The loss; and the gradients of the vectors, which {@link #backward} then needs. */
    DataParallel.Means lossAndGradients(BatchComparing model) {
        return pool.onOneWorker(() -> {
            Tensor all = all().detach();
            all.set_requires_grad(true);
            TrainableModel.Loss loss = model.compare(all, targets(), totals);
            loss.total().backward();
            long first = 0;
            for (Tensor part : vectors) {
                gradients.add(TensorScope.retain(all.grad().narrow(0, first, part.size(0))));
                first += part.size(0);
            }
            return DataParallel.means(loss);
        });
    }

    private Tensor all() {
        TensorVector parts = new TensorVector();
        vectors.forEach(parts::push_back);
        return torch.cat(parts, 0);
    }

    /** Goes back through each part on its worker. */
    void backward() {
        pool.onEachWorker(worker -> {
            if (worker < vectors.size()) {
                // The gradient of this sum is that of the loss.
                vectors.get(worker)
                        .mul(gradients.get(worker).toType(vectors.get(worker).scalar_type()))
                        .sum()
                        .backward();
            }
            return worker;
        });
    }

    /** What the parts' targets are together, in the order of {@link #all}. */
    private TrainableModel.Targets targets() {
        return DataParallel.targets(shards);
    }

    @Override
    public void close() {
        gradients.forEach(TensorScope::release);
        scopes.forEach(TensorScope::close);
    }
}
