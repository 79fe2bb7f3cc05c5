package io.transformer4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputePoolTest {
    private final ComputePool pool = new ComputePool(3);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void resultsComeInTheOrderOfTheWorkers() {
        assertThat(pool.workers()).isEqualTo(3);
        assertThat(pool.onEachWorker(worker -> Thread.currentThread().getName() + " " + worker))
                .containsExactly("compute-0 0", "compute-1 1", "compute-2 2");
        assertThat(pool.onOneWorker(() -> Thread.currentThread().getName())).isEqualTo("compute-0");
    }

    /** Exceptions and errors are thrown when no worker uses shared tensors any more. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theFirstFailureIsThrownAfterAllHaveEnded(boolean error) {
        CountDownLatch failed = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        assertThatThrownBy(() -> pool.onEachWorker(worker -> {
                    if (worker == 0) {
                        failed.countDown();
                        throwAny(error ? new AssertionError("worker 0") : new IllegalArgumentException("worker 0"));
                    }
                    await(failed);
                    if (worker == 1) {
                        throw new IllegalArgumentException("worker 1");
                    }
                    linger();
                    ended.set(true);
                    return worker;
                }))
                .hasMessage("worker 0");
        assertThat(ended).isTrue();
        assertThat(pool.onEachWorker(worker -> worker)).containsExactly(0, 1, 2);
    }

    @Test
    void checkedExceptionsAreWrapped() {
        Exception checked = new Exception("checked");
        assertThatThrownBy(() -> pool.onOneWorker(() -> {
                    throw checked;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasCause(checked);
    }

    @Test
    void libtorchErrorsAreTranslated() {
        assertThatThrownBy(() -> pool.onOneWorker(() -> torch.ones(2, 3).mm(torch.ones(2, 3))))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)")
                .hasMessageNotContaining("\n");
    }

    @Test
    void nestedUseIsRefusedInsteadOfWaitingForGood() {
        String sentence = "a task of a compute pool can't run another task on the same pool";
        assertThatThrownBy(() -> pool.onOneWorker(() -> pool.onEachWorker(worker -> worker)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(sentence);
        assertThatThrownBy(() -> pool.onEachWorker(worker -> pool.onOneWorker(() -> worker)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(sentence);
        try (ComputePool other = new ComputePool(1)) {
            assertThat(pool.onOneWorker(() -> other.onOneWorker(() -> 5))).isEqualTo(5);
        }
    }

    @Test
    void anInterruptIsKeptButDoesNotEndTheWait() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ExecutorService caller = Executors.newSingleThreadExecutor();
        try {
            AtomicBoolean interruptedAfter = new AtomicBoolean();
            Thread[] thread = new Thread[1];
            Future<Integer> call = caller.submit(() -> {
                thread[0] = Thread.currentThread();
                int result = pool.onOneWorker(() -> {
                    started.countDown();
                    release.await();
                    return 7;
                });
                interruptedAfter.set(Thread.interrupted());
                return result;
            });
            started.await();
            thread[0].interrupt();
            release.countDown();
            assertThat(call.get()).isEqualTo(7);
            assertThat(interruptedAfter).isTrue();
        } finally {
            release.countDown();
            caller.shutdown();
        }
    }

    @Test
    void callsOfSeveralThreadsAreQueued() throws Exception {
        AtomicInteger busy = new AtomicInteger();
        AtomicInteger busiest = new AtomicInteger();
        ExecutorService callers = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> calls = IntStream.range(0, 2)
                    .mapToObj(caller -> callers.submit(() -> {
                        int sum = 0;
                        for (int i = 0; i < 200; i++) {
                            sum += pool
                                    .onEachWorker(worker -> {
                                        busiest.accumulateAndGet(busy.incrementAndGet(), Math::max);
                                        int value = (int)
                                                torch.ones(worker + 1).sum().item_long();
                                        busy.decrementAndGet();
                                        return value;
                                    })
                                    .stream()
                                    .mapToInt(Integer::intValue)
                                    .sum();
                        }
                        return sum;
                    }))
                    .toList();
            for (Future<Integer> call : calls) {
                assertThat(call.get()).isEqualTo(200 * (1 + 2 + 3));
            }
            assertThat(busiest.get()).isBetween(1, 3);
        } finally {
            callers.shutdown();
        }
    }

    @Test
    void tensorsOfATaskEndWithIt() {
        Tensor made = pool.onOneWorker(() -> torch.ones(3));
        assertThat(made.isNull()).isTrue();
        Tensor kept = pool.onOneWorker(() -> TensorScope.retain(torch.ones(3)));
        assertThat(kept.isNull()).isFalse();
        TensorScope.release(kept);
    }

    @Test
    void numberOfThreadsIsChecked() {
        assertThatThrownBy(() -> new ComputePool(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads must be 0 (one per processor) or more, but is -1");
        try (ComputePool all = new ComputePool(0)) {
            assertThat(all.workers()).isEqualTo(Runtime.getRuntime().availableProcessors());
        }
    }

    private static void throwAny(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives a caller that doesn't wait every chance to be seen. */
    private static void linger() {
        for (int i = 0; i < 1_000_000; i++) {
            Thread.onSpinWait();
        }
    }

    @Test
    void partsRunOnIdleWorkersToo() {
        CountDownLatch together = new CountDownLatch(3); // no part ends before three threads have one
        AtomicInteger sum = new AtomicInteger();
        pool.onOneWorker(() -> {
            ComputePool.inParts(3, part -> {
                together.countDown();
                await(together);
                sum.addAndGet(1 << part);
            });
            return sum;
        });
        assertThat(sum).hasValue(0b111);
    }

    @Test
    void partsNeedNoPoolAndNoIdleWorker() {
        AtomicInteger sum = new AtomicInteger();
        ComputePool.inParts(4, part -> sum.addAndGet(1 << part));
        assertThat(sum).hasValue(0b1111);
        List<Integer> all = pool.onEachWorker(worker -> {
            AtomicInteger own = new AtomicInteger();
            ComputePool.inParts(4, part -> own.addAndGet(1 << part));
            return own.get();
        });
        assertThat(all).containsExactly(0b1111, 0b1111, 0b1111);
    }

    @Test
    void aFailingPartFailsTheOperation() {
        assertThatThrownBy(() -> pool.onOneWorker(() -> {
                    ComputePool.inParts(8, part -> {
                        if (part == 5) {
                            throw new IllegalArgumentException("part 5");
                        }
                    });
                    return 0;
                }))
                .hasMessage("part 5");
        assertThat(pool.onEachWorker(worker -> worker)).containsExactly(0, 1, 2);
    }
}
