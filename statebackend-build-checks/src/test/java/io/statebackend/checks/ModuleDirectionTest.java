// SPDX-License-Identifier: Apache-2.0
package io.statebackend.checks;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Which module may see which, and what no published module may do. Judges class files, and the poms
 * for what a user of a module would get along with it. A new module is added to {@link #MODULES} or
 * the build fails.
 */
class ModuleDirectionTest {
  private static final Module API = Module.published("api");
  private static final Module CORE = Module.published("core", "api");
  private static final Module MEMORY = Module.published("memory", "api", "core");
  private static final Module FS = Module.published("fs", "api");
  private static final Module ROCKSDB = Module.published("rocksdb", "api").exposing("org.rocksdb");
  private static final Module TESTKIT =
      Module.published("testkit", "api", "core").exposing("org.junit.jupiter.api", "org.assertj");
  private static final Module S3 =
      Module.published("s3", "api").exposing("software.amazon.awssdk.services.s3");
  private static final Module FLINK =
      Module.published("flink", "api", "core", "memory", "fs", "rocksdb")
          .exposing("org.apache.flink");
  private static final Module HADOOP =
      Module.published("hadoop", "api").exposing("org.apache.hadoop.conf");

  /** The command line finds engines by name; its code uses none. */
  private static final Module CLI =
      Module.published("cli", "api", "core").bringing("fs", "rocksdb");

  private static final Module RUNTIME = Module.published("runtime", "api", "core");
  private static final Module KAFKA =
      Module.published("kafka", "api", "core", "runtime").exposing("org.apache.kafka.clients");
  private static final Module EXAMPLES =
      Module.internal("examples", "api", "core", "memory", "fs", "rocksdb", "runtime");
  private static final Module BENCH =
      Module.internal("bench", "api", "core", "memory", "fs", "rocksdb", "flink", "runtime");
  private static final Module STRESS =
      Module.internal("stress", "api", "core", "memory", "fs", "rocksdb");
  private static final Module CHECKS = Module.internal("build-checks");

  private static final List<Module> MODULES =
      List.of(
          API, CORE, MEMORY, FS, ROCKSDB, TESTKIT, S3, HADOOP, RUNTIME, KAFKA, CLI, FLINK, EXAMPLES,
          BENCH, STRESS, CHECKS);

  private static final Reactor REACTOR = Reactor.locate();
  private static final Map<Module, JavaClasses> CLASSES = importAll();

  @Test
  void everyModuleOfTheReactorIsNamedHere() {
    assertThat(MODULES.stream().map(Module::directory))
        .containsExactlyInAnyOrderElementsOf(REACTOR.modulesWithClasses());
  }

  @Test
  void classesWereFound() {
    assertThat(CLASSES.get(API)).as("classes of statebackend-api: compile it first").isNotEmpty();
  }

  @TestFactory
  Stream<DynamicTest> aModuleKeepsToItsRootPackage() {
    return MODULES.stream()
        .map(
            module ->
                rule(
                    module,
                    classes()
                        .that()
                        .doNotHaveSimpleName("module-info")
                        .should()
                        .resideInAPackage(module.packages())));
  }

  @TestFactory
  Stream<DynamicTest> aModuleUsesOnlyTheModulesBelowIt() {
    return MODULES.stream()
        .map(
            module ->
                rule(
                    module,
                    noClasses().should().dependOnClassesThat(oursBut(module.allowedPackages()))));
  }

  @Test
  void theApiUsesNothingButTheJdk() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideOutsideOfPackages("java..", "org.jspecify.annotations..", API.packages()))
        .check(CLASSES.get(API));
  }

  @Test
  void theApiBringsNoDependency() {
    assertThat(REACTOR.dependenciesOf(API.directory()))
        .filteredOn(Reactor.Dependency::isForUsers)
        .isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> aPomNamesOnlyTheModulesBelowIt() {
    return MODULES.stream()
        .map(
            module ->
                dynamicTest(
                    module.directory(),
                    () ->
                        assertThat(REACTOR.dependenciesOf(module.directory()))
                            .filteredOn(d -> d.isOurs() && !d.scope().equals("test"))
                            .extracting(Reactor.Dependency::artifactId)
                            .isSubsetOf(
                                Stream.concat(module.uses().stream(), module.brings().stream())
                                    .map(used -> "statebackend-" + used)
                                    .toList())));
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching("io.statebackend.(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(REACTOR.allMainClasses());
  }

  @TestFactory
  Stream<DynamicTest> noMethodThrowsEverything() {
    return published(
        noCodeUnits()
            .that(doNotThrowWhatTheCallerSays())
            .and()
            // The compiler makes them, with what the overridden method declares.
            .doNotHaveModifier(JavaModifier.BRIDGE)
            .should()
            .declareThrowableOfType(Exception.class)
            .orShould()
            .declareThrowableOfType(Throwable.class));
  }

  /** All but methods whose exception is a type parameter: they throw what their argument throws. */
  private static DescribedPredicate<JavaCodeUnit> doNotThrowWhatTheCallerSays() {
    return DescribedPredicate.describe(
        "do not throw a type parameter",
        unit ->
            !(unit instanceof JavaMethod method)
                || method.getExceptionTypes().isEmpty()
                || Arrays.stream(method.reflect().getGenericExceptionTypes())
                    .noneMatch(type -> type instanceof TypeVariable));
  }

  @TestFactory
  Stream<DynamicTest> nobodyPrints() {
    return published(
        noClasses()
            .that()
            // A process that is killed tells the contract by its output how far it has come.
            .doNotHaveSimpleName("KilledProgram")
            .should(ACCESS_STANDARD_STREAMS));
  }

  @TestFactory
  Stream<DynamicTest> nobodyUsesJavaSerialization() {
    return published(
        noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class));
  }

  /**
   * What javac's lint "exports" would find, without its wish that JSpecify be known to every user.
   */
  @TestFactory
  Stream<DynamicTest> theExportedApiNamesNoTypeOfOthers() {
    return MODULES.stream()
        .filter(Module::isPublished)
        .map(
            module ->
                dynamicTest(
                    module.directory(),
                    () ->
                        assertThat(leaksOf(module)).as("third-party types in the API").isEmpty()));
  }

  private static List<String> leaksOf(Module module) {
    Set<String> exported =
        REACTOR.descriptorOf(module.directory()).stream()
            .flatMap(descriptor -> descriptor.exports().stream())
            .filter(export -> !export.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toSet());
    List<String> leaks = new ArrayList<>();
    for (JavaClass type : CLASSES.get(module)) {
      if (!exported.contains(type.getPackageName()) || !isVisible(type)) {
        continue;
      }
      type.getRawSuperclass().ifPresent(parent -> addLeak(module, type.getName(), parent, leaks));
      type.getRawInterfaces().forEach(parent -> addLeak(module, type.getName(), parent, leaks));
      for (JavaMember member : type.getMembers()) {
        if (isVisible(member.getModifiers())) {
          namedBy(member).forEach(named -> addLeak(module, member.getFullName(), named, leaks));
        }
      }
    }
    return leaks;
  }

  private static Set<JavaClass> namedBy(JavaMember member) {
    Set<JavaClass> named = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
    if (member instanceof JavaField field) {
      named.addAll(field.getType().getAllInvolvedRawTypes());
    } else if (member instanceof JavaCodeUnit unit) {
      named.addAll(unit.getReturnType().getAllInvolvedRawTypes());
      unit.getParameterTypes().forEach(type -> named.addAll(type.getAllInvolvedRawTypes()));
      named.addAll(unit.getExceptionTypes());
    }
    return named;
  }

  private static void addLeak(Module module, String where, JavaClass named, List<String> leaks) {
    String name = named.getBaseComponentType().getName();
    boolean known =
        named.getBaseComponentType().isPrimitive()
            || name.startsWith("java.")
            || name.startsWith("io.statebackend.")
            || module.exposes().stream().anyMatch(prefix -> name.startsWith(prefix + "."));
    if (!known) {
      leaks.add(where + " names " + name);
    }
  }

  private static boolean isVisible(JavaClass type) {
    return isVisible(type.getModifiers())
        && type.getEnclosingClass().map(ModuleDirectionTest::isVisible).orElse(true);
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static Stream<DynamicTest> published(ArchRule rule) {
    return MODULES.stream().filter(Module::isPublished).map(module -> rule(module, rule));
  }

  private static DynamicTest rule(Module module, ArchRule rule) {
    return dynamicTest(
        module.directory(), () -> rule.allowEmptyShould(true).check(CLASSES.get(module)));
  }

  private static DescribedPredicate<JavaClass> oursBut(String... allowed) {
    return JavaClass.Predicates.resideInAPackage("io.statebackend..")
        .and(resideOutsideOfPackages(allowed));
  }

  private static Map<Module, JavaClasses> importAll() {
    Map<Module, JavaClasses> classes = new LinkedHashMap<>();
    for (Module module : MODULES) {
      classes.put(module, REACTOR.mainClassesOf(module.directory()));
    }
    return classes;
  }

  /**
   * A module of the reactor.
   *
   * @param uses the modules whose types its main code may name
   * @param brings the modules that come along with it, though its main code names none of their
   *     types
   * @param exposes the packages of others that its exported API may name
   */
  private record Module(
      String name, boolean isPublished, Set<String> uses, Set<String> brings, Set<String> exposes) {
    static Module published(String name, String... uses) {
      return new Module(name, true, Set.of(uses), Set.of(), Set.of());
    }

    static Module internal(String name, String... uses) {
      return new Module(name, false, Set.of(uses), Set.of(), Set.of());
    }

    Module exposing(String... packages) {
      return new Module(name, isPublished, uses, brings, Set.of(packages));
    }

    Module bringing(String... modules) {
      return new Module(name, isPublished, uses, Set.of(modules), exposes);
    }

    String directory() {
      return "statebackend-" + name;
    }

    String packages() {
      return "io.statebackend." + name.replace("build-", "") + "..";
    }

    String[] allowedPackages() {
      return Stream.concat(
              Stream.of(packages()), uses.stream().map(u -> "io.statebackend." + u + ".."))
          .toArray(String[]::new);
    }
  }
}
