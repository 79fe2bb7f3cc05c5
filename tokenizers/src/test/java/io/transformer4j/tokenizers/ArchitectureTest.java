package io.transformer4j.tokenizers;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter(
                    java.util.List.of(new ImportOption.DoNotIncludeTests()))
            .importPackages("io.transformer4j.tokenizers");

    @Test
    void packagesHaveNoCycles() {
        assertThat(CLASSES).hasSizeGreaterThan(80);
        slices().matching("io.transformer4j.tokenizers.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void stagesDontKnowTheTokenizer() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..text", "..normalizers", "..pretokenizers", "..models", "..postprocessors", "..decoders")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.transformer4j.tokenizers", "..trainers", "..sentencepiece")
                .check(CLASSES);
    }

    @Test
    void nothingIsPrintedAndNothingIsNative() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.bytedeco..")
                .check(CLASSES);
    }
}
