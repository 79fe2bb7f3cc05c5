package io.transformer4j.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60) // a member that is waited for in vain
class TeamTest {
    private final ComputePool pool = new ComputePool(3);
    private final Team team = new Team(3);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void contributionsComeInTheOrderOfTheMembersAndMeetingsOneAfterTheOther() {
        List<List<String>> results = pool.onEachWorker(worker -> {
            List<String> mine = new ArrayList<>();
            try (Team.Membership membership = team.join(worker)) {
                for (int round = 0; round < 100; round++) {
                    mine.add(Team.meet(worker + "/" + round, all -> String.join(" ", all)));
                }
            }
            return mine;
        });
        List<String> expected = IntStream.range(0, 100)
                .mapToObj(round -> "0/" + round + " 1/" + round + " 2/" + round)
                .toList();
        assertThat(results).containsExactly(expected, expected, expected);
    }

    @Test
    void theFirstMemberThatIsThereLeads() {
        List<String> threads = pool.onEachWorker(worker -> {
            try (Team.Membership membership = team.join(worker)) {
                return worker == 0
                        ? "away"
                        : Team.meet(worker, all -> Thread.currentThread().getName());
            }
        });
        assertThat(threads).containsExactly("away", "compute-1", "compute-1");
    }

    /** Worker 2 leaves after one meeting, worker 1 after two. */
    @Test
    void whoHasLeftIsNotWaitedFor() {
        List<List<Integer>> results = pool.onEachWorker(worker -> {
            List<Integer> sizes = new ArrayList<>();
            try (Team.Membership membership = team.join(worker)) {
                for (int round = worker; round < 3; round++) {
                    sizes.add(Team.meet(worker, List::size));
                }
            }
            return sizes;
        });
        assertThat(results).containsExactly(List.of(3, 2, 1), List.of(3, 2), List.of(3));
    }

    @Test
    void aFailureBeforeAMeetingReleasesTheOthers() {
        assertThatThrownBy(() -> pool.onEachWorker(worker -> {
                    try (Team.Membership membership = team.join(worker)) {
                        if (worker == 1) {
                            throw new IllegalArgumentException("worker 1");
                        }
                        return Team.meet(worker, List::size);
                    }
                }))
                .hasMessage("worker 1");
    }

    @Test
    void aFailureInAMeetingIsEverybodys() {
        AtomicInteger failures = new AtomicInteger();
        pool.onEachWorker(worker -> {
            try (Team.Membership membership = team.join(worker)) {
                Team.meet(worker, all -> {
                    throw new IllegalStateException("together");
                });
            } catch (IllegalStateException e) {
                failures.incrementAndGet();
            }
            return worker;
        });
        assertThat(failures).hasValue(3);
    }

    @Test
    void partsAreRunOnceEachAndAllAreDoneAfterwards() {
        List<Integer> sums = pool.onEachWorker(worker -> {
            try (Team.Membership membership = team.join(worker)) {
                AtomicInteger sum = Team.meet(worker, all -> new AtomicInteger());
                for (int round = 0; round < 50; round++) {
                    Team.inParts(7, part -> sum.addAndGet(1 << part));
                }
                return sum.get();
            }
        });
        assertThat(sums).containsOnly(50 * 127);
    }

    @Test
    void withoutATeamAThreadIsAlone() {
        try (Team.Membership membership = new Team(1).join(0)) {
            assertThat(Team.<Integer, Integer>meet(5, List::size)).isEqualTo(1);
        }
        assertThat(Team.<Integer, Integer>meet(6, List::size)).isEqualTo(1);
    }
}
