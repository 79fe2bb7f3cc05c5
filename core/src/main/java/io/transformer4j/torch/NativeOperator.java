package io.transformer4j.torch;

import java.util.List;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Operator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** An operator of libtorch that has no method in JavaCPP's binding, called by its schema. Thread-safe; never closed. */
final class NativeOperator {
    private static final IValue NONE = TensorScope.retain(new IValue());

    private final Operator operator;

    /**
     * Looks the operator up.
     *
     * @param schema exactly as libtorch declares it
     */
    NativeOperator(String schema) {
        operator = TensorScope.retain(torch.getOperatorForLiteral(schema));
    }

    /** The operator's declaration. */
    Operator operator() {
        return operator;
    }

    /**
     * Calls the operator.
     *
     * @param arguments all of them, in the schema's order: a {@link Tensor}, a list of them, a {@link Double}, a {@link Boolean}, an
     *     {@link IValue} for any other, or null for none
     * @return what it returns, owned by the open scope
     */
    Tensor[] call(@Nullable Object... arguments) {
        IValueVector stack = new IValueVector();
        for (Object argument : arguments) {
            stack.push_back(value(argument));
        }
        operator.getOperation().apply(stack);
        Tensor[] results = new Tensor[(int) stack.size()];
        for (int i = 0; i < results.length; i++) {
            results[i] = stack.get(i).toTensor();
        }
        return results;
    }

    private static IValue value(@Nullable Object argument) {
        if (argument == null) {
            return NONE;
        } else if (argument instanceof IValue value) {
            return value;
        } else if (argument instanceof Tensor tensor) {
            return new IValue(tensor);
        } else if (argument instanceof Double number) {
            return new IValue(number.doubleValue());
        } else if (argument instanceof Boolean flag) {
            return new IValue(flag.booleanValue());
        } else if (argument instanceof List<?> tensors) {
            GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
            tensors.forEach(tensor -> list.push_back(new IValue((Tensor) tensor)));
            return new IValue(list);
        }
        throw new IllegalArgumentException("no argument of an operator: " + argument.getClass());
    }
}
