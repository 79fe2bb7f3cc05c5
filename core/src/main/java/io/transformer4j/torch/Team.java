package io.transformer4j.torch;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that each work on their own part of something and now and then meet to do a piece of work together. A thread is a
 * member while its {@link Membership} is open; members that call {@link #meet} wait for those that haven't called it yet,
 * until these either do or leave. So nobody waits for good, whatever happens to another, and a member that has nothing to
 * bring may stay away.
 *
 * <p>Every member must have a thread of its own, such as those of {@link ComputePool#onEachWorker}. Thread-safe.
 */
public final class Team {
    private static final ThreadLocal<Membership> CURRENT = new ThreadLocal<>();

    private final Set<Integer> members = new HashSet<>();
    private Meeting meeting = new Meeting();

    /** A team with members 0 to {@code size - 1}; each has to {@linkplain #join join} and to leave. */
    public Team(int size) {
        for (int member = 0; member < size; member++) {
            members.add(member);
        }
    }

    /** What members bring to a meeting, in the order of the members, and what it leads to. */
    private static final class Meeting {
        final TreeMap<Integer, Object> brought = new TreeMap<>();

        @Nullable
        Object result;

        @Nullable
        Throwable failure;

        boolean ended;

        int leader() {
            return brought.firstKey();
        }
    }

    /** A thread's membership in a team, which closing it ends. */
    public static final class Membership implements AutoCloseable {
        private final Team team;
        private final int number;
        private final @Nullable Membership outer = CURRENT.get();

        private Membership(Team team, int number) {
            this.team = team;
            this.number = number;
            CURRENT.set(this);
        }

        @Override
        public void close() {
            team.leave(number);
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    /** Makes the current thread act as a member until the membership is closed. */
    public Membership join(int member) {
        return new Membership(this, member);
    }

    private synchronized void leave(int member) {
        members.remove(member);
        notifyAll();
    }

    /**
     * Meets the other members of the current thread's team; without a team it is alone.
     *
     * @param brought what this member contributes
     * @param lead makes the result of all contributions, in the order of the members; runs once, on the thread of the first
     *     member that is there, which owns the native memory that is allocated
     * @return that result, for each member the same
     */
    public static <B, R> R meet(B brought, Function<List<B>, R> lead) {
        Membership membership = CURRENT.get();
        return membership == null
                ? lead.apply(List.of(brought))
                : membership.team.meet(membership.number, brought, lead);
    }

    /**
     * Runs the parts of an operation that all members are about to run, and waits until all are done: each member takes one
     * after the other. Parts must not write to the same memory; then the result doesn't depend on who ran what.
     */
    public static void inParts(int count, IntConsumer part) {
        Team.<Integer, Parts>meet(count, counts -> new Parts(count, part)).run();
    }

    @SuppressWarnings("unchecked") // members of a team run the same code
    private <B, R> R meet(int member, B brought, Function<List<B>, R> lead) {
        Meeting mine = comeTo(member, brought);
        if (mine.leader() != member) {
            return (R) outcome(mine);
        }
        try {
            mine.result = lead.apply((List<B>) List.copyOf(mine.brought.values()));
        } catch (RuntimeException | Error e) {
            mine.failure = e;
        }
        end(mine);
        return (R) outcome(mine);
    }

    /** Returns when all are there. */
    private synchronized Meeting comeTo(int member, Object brought) {
        Meeting mine = meeting;
        mine.brought.put(member, brought);
        notifyAll();
        await(() -> mine.brought.keySet().containsAll(members));
        return mine;
    }

    private synchronized void end(Meeting ended) {
        ended.ended = true;
        meeting = new Meeting();
        notifyAll();
    }

    private synchronized @Nullable Object outcome(Meeting of) {
        await(() -> of.ended);
        if (of.failure instanceof Error error) {
            throw error;
        }
        if (of.failure instanceof RuntimeException exception) {
            throw exception;
        }
        return of.result;
    }

    /** An interrupt doesn't end the wait, since tensors are in use; the thread's interrupt status is kept. */
    private void await(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
