package io.transformer4j.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A part of a model: named parameters and named children, in the order in which data flows through them. The name of a
 * parameter is the path to it, such as {@code layers.0.attention.output.weight}.
 *
 * <p>Modules are Java objects and not libtorch's: native code never calls them, and a Java tree has no pointers to lose.
 * Building and loading aren't thread-safe; a forward pass in evaluation mode is.
 */
public abstract class Module {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private final List<Parameter> matrices = new ArrayList<>();
    private boolean training;
    private boolean gradientCheckpointing;
    private OperatorObserver observer = OperatorObserver.NONE;

    /** Adds a parameter; the same one may be added in several places (weight tying). */
    protected final Parameter parameter(String name, Parameter parameter) {
        parameters.put(name, parameter);
        return parameter;
    }

    /** Says that inputs are multiplied with this parameter, as {@link Parameter#product} does. */
    protected final Parameter matrix(Parameter parameter) {
        matrices.add(parameter);
        return parameter;
    }

    /** Adds a child. */
    protected final <M extends Module> M child(String name, M module) {
        children.put(name, module);
        return module;
    }

    /** Takes a child out. */
    protected final void remove(String name) {
        children.remove(name);
    }

    /** Adds {@code count} children named {@code name.0}, {@code name.1} and so on. */
    protected final <M extends Module> List<M> children(String name, int count, IntFunction<M> factory) {
        List<M> modules = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            modules.add(child(name + "." + i, factory.apply(i)));
        }
        return List.copyOf(modules);
    }

    /** All parameters by path, in order of definition; a tied one once, under its first name. */
    public final Map<String, Parameter> namedParameters() {
        Map<String, Parameter> result = new LinkedHashMap<>();
        Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        visit(
                "",
                (path, module) -> module.parameters.forEach((name, parameter) -> {
                    if (seen.add(parameter)) {
                        result.put(path + name, parameter);
                    }
                }));
        return result;
    }

    /** All matrices that inputs are multiplied with, those of linear maps and of heads; each once. */
    public final Set<Parameter> matrices() {
        Set<Parameter> result = Collections.newSetFromMap(new IdentityHashMap<>());
        modules().forEach(module -> result.addAll(module.matrices));
        return Collections.unmodifiableSet(result);
    }

    /** This module and all below it, parents first. */
    public final List<Module> modules() {
        List<Module> result = new ArrayList<>();
        visit("", (path, module) -> result.add(module));
        return result;
    }

    /** The path of each module from here; this one's is empty. */
    public final Map<Module, String> paths() {
        Map<Module, String> result = new LinkedHashMap<>(); // modules are equal to themselves only
        visit("", (prefix, module) -> result.putIfAbsent(module, prefix.replaceAll("\\.$", "")));
        return result;
    }

    private void visit(String prefix, BiConsumer<String, Module> visitor) {
        visitor.accept(prefix, this);
        children.forEach((name, module) -> module.visit(prefix + name + ".", visitor));
    }

    /** Switches this module and all below it to training (dropout on) or evaluation. */
    public final void train(boolean on) {
        modules().forEach(module -> module.training = on);
    }

    /**
     * Switches {@linkplain GradientCheckpoint gradient checkpointing} of all blocks in here that have it: less memory in
     * training, for one more forward pass.
     */
    public final void setGradientCheckpointing(boolean on) {
        modules().forEach(module -> module.gradientCheckpointing = on);
    }

    /** Whether blocks run again in the backward pass instead of keeping what they computed. */
    public final boolean gradientCheckpointing() {
        return gradientCheckpointing;
    }

    /** Tells {@code told} of the operators of this module and all below it; {@link OperatorObserver#NONE} ends that. */
    public final void observe(OperatorObserver told) {
        modules().forEach(module -> module.observer = told);
    }

    /** Who is told of this module's operators. */
    public final OperatorObserver observer() {
        return observer;
    }

    /**
     * Runs an operator of this module, under observation if somebody observes.
     *
     * @param operator its cost; only asked for if somebody observes
     */
    public final Tensor observed(Supplier<Operator> operator, Tensor input, UnaryOperator<Tensor> forward) {
        return observer == OperatorObserver.NONE
                ? forward.apply(input)
                : OperatorObserver.run(
                        observer, this, operator.get(), List.of(input), inputs -> forward.apply(inputs.get(0)));
    }

    /** The same for an operator with several inputs. */
    public final Tensor observed(
            Supplier<Operator> operator, List<Tensor> inputs, Function<List<Tensor>, Tensor> forward) {
        return observer == OperatorObserver.NONE
                ? forward.apply(inputs)
                : OperatorObserver.run(observer, this, operator.get(), inputs, forward);
    }

    /** Whether dropout is on. Modules start in evaluation mode. */
    public final boolean isTraining() {
        return training;
    }
}
