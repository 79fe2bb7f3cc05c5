package io.transformer4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.bytedeco.javacpp.PointerScope;

/** The rules of the house; CONTRIBUTING.md has the picture. */
@AnalyzeClasses(packages = "io.transformer4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Else the rules below could pass on nothing. */
    @ArchTest
    static void enoughClassesWereRead(JavaClasses classes) {
        assertThat(classes.size()).isGreaterThan(150);
    }

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.transformer4j.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule DEPENDENCIES_POINT_DOWN = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.transformer4j..")
            .layer("tokenizers")
            .definedBy(
                    "io.transformer4j.tokenizers..",
                    "io.transformer4j.hub..",
                    "io.transformer4j.files..",
                    "io.transformer4j.progress..")
            .layer("foundation")
            .definedBy("io.transformer4j.torch..", "io.transformer4j.checkpoint..")
            .layer("layers")
            .definedBy("io.transformer4j.nn..", "io.transformer4j.attention..")
            .layer("models")
            .definedBy("io.transformer4j.models..")
            .layer("text")
            .definedBy("io.transformer4j.data..", "io.transformer4j.corpus..", "io.transformer4j.evaluation..")
            .layer("tracking")
            .definedBy("io.transformer4j.tracking..")
            .layer("work")
            .definedBy(
                    "io.transformer4j.training..",
                    "io.transformer4j.generation..",
                    "io.transformer4j.quantization..",
                    "io.transformer4j.profiling..")
            .layer("use")
            .definedBy(
                    "io.transformer4j.pretraining..",
                    "io.transformer4j.finetuning..",
                    "io.transformer4j.seq2seq..",
                    "io.transformer4j.pipelines..",
                    "io.transformer4j.scaling..",
                    "io.transformer4j.verification..")
            .whereLayer("use")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("work")
            .mayOnlyBeAccessedByLayers("use")
            .whereLayer("models")
            .mayOnlyBeAccessedByLayers("work", "use")
            .whereLayer("layers")
            .mayOnlyBeAccessedByLayers("models", "work", "use")
            .whereLayer("text")
            .mayOnlyBeAccessedByLayers("work", "use");

    @ArchTest
    static final ArchRule SCOPES_ARE_MADE_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackages("io.transformer4j.torch..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(PointerScope.class);

    @ArchTest
    static final ArchRule TEXT_NEEDS_NO_LIBTORCH = noClasses()
            .that(resideInAnyPackage(
                    "io.transformer4j.data..",
                    "io.transformer4j.corpus..",
                    "io.transformer4j.evaluation..",
                    "io.transformer4j.tracking..",
                    "io.transformer4j.scaling",
                    "io.transformer4j.tokenizers.."))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..");

    @ArchTest
    static final ArchRule NOBODY_PRINTS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
