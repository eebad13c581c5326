// SPDX-License-Identifier: Apache-2.0
package io.statebackend.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.checkpoint.CompatibilityCheck;
import io.statebackend.core.checkpoint.DeclaredOperator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.KryoSerializerBuilder;
import io.statebackend.core.serialization.RecordSerializerBuilder;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.rocksdb.Preset;
import io.statebackend.rocksdb.RocksDbStateBackend;
import io.statebackend.rocksdb.Tuning;
import io.statebackend.runtime.AlignmentLimits;
import io.statebackend.runtime.Job;
import io.statebackend.runtime.JobBuilder;
import io.statebackend.runtime.RestartPolicy;
import io.statebackend.s3.S3CheckpointStorage;
import io.statebackend.s3.S3CheckpointStorageBuilder;
import io.statebackend.testkit.ManualTimer;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every setter of every public builder refuses to be called twice, with an error that names it. A
 * new builder is added to {@link #BUILDERS}, a new setter to its builder, or the build fails.
 */
class BuildersTest {
  private static final Path DIRECTORY = Path.of("unused");

  private static final List<Builder<?>> BUILDERS =
      List.of(
          new Builder<>(
                  CheckpointCoordinatorBuilder.class,
                  () -> CheckpointCoordinator.builder(MemoryCheckpointStorage.create()))
              .setter("interval", builder -> builder.interval(Duration.ofSeconds(1)))
              .setter("minPause", builder -> builder.minPause(Duration.ofSeconds(1)))
              .setter("timeout", builder -> builder.timeout(Duration.ofSeconds(1)))
              .setter("retain", builder -> builder.retain(1))
              .setter("compression", builder -> builder.compression(Compression.NONE))
              .setter("executor", builder -> builder.executor(Runnable::run))
              .setter("cleanUpExecutor", builder -> builder.cleanUpExecutor(Runnable::run))
              .setter("clock", builder -> builder.clock(InstantSource.system()))
              .setter("timer", builder -> builder.timer(new ManualTimer()))
              .setter("restoreLatest", CheckpointCoordinatorBuilder::restoreLatest)
              .setter(
                  "restoreLatestOrFrom",
                  builder -> builder.restoreLatestOrFrom(MemoryCheckpointStorage.create(), "x"))
              .setter("restoreFrom", builder -> builder.restoreFrom(7))
              .setter(
                  "restoreFrom",
                  builder -> builder.restoreFrom(MemoryCheckpointStorage.create(), "x"))
              .setter("startEmpty", CheckpointCoordinatorBuilder::startEmpty)
              .setter("allowRewind", CheckpointCoordinatorBuilder::allowRewind)
              .setter("requireLatest", CheckpointCoordinatorBuilder::requireLatest)
              .setter("refuseUndeclared", CheckpointCoordinatorBuilder::refuseUndeclared)
              .setter("region", builder -> builder.region("a", "b"))
              .adders("listener", "dropOperator", "dropState"),
          new Builder<>(Subtask.Builder.class, BuildersTest::subtask)
              .setter("index", builder -> builder.index(0))
              .setter("parallelism", builder -> builder.parallelism(1))
              .setter("maxParallelism", builder -> builder.maxParallelism(128))
              .setter("source", Subtask.Builder::source),
          new Builder<>(DeclaredOperator.class, () -> new CompatibilityCheck().operator("a"))
              .setter("keys", operator -> operator.keys(Serializers.LONG))
              .adders("state", "timers", "splitList", "unionList", "broadcastMap", "dropState"),
          new Builder<>(KryoSerializerBuilder.class, () -> Serializers.kryoBuilder(Thing.class))
              .setter(
                  "register",
                  builder ->
                      builder.register(
                          Thing.class,
                          com.esotericsoftware.kryo.serializers.CompatibleFieldSerializer.class))
              .setter("formerName", builder -> builder.formerName(Thing.class, "Former"))
              .adders("register", "gone"),
          new Builder<>(RecordSerializerBuilder.class, () -> Serializers.recordBuilder(Point.class))
              .setter("defaultValue", builder -> builder.defaultValue("x", 7))
              .setter("component", builder -> builder.component("name", Serializers.STRING))
              .adders("formerName"),
          new Builder<>(FsStateBackend.Builder.class, () -> FsStateBackend.builder(DIRECTORY))
              .setter("memoryBudgetBytes", builder -> builder.memoryBudgetBytes(64 << 20))
              .setter("segmentSizeBytes", builder -> builder.segmentSizeBytes(64 << 10))
              .setter("spaceAmplification", builder -> builder.spaceAmplification(2)),
          new Builder<>(
                  RocksDbStateBackend.Builder.class, () -> RocksDbStateBackend.builder(DIRECTORY))
              .setter("memoryBudgetBytes", builder -> builder.memoryBudgetBytes(64 << 20))
              .setter("heapCacheBytes", builder -> builder.heapCacheBytes(0))
              .setter("transferThreads", builder -> builder.transferThreads(4))
              .setter("preset", builder -> builder.preset(Preset.SOLID_STATE_DISK))
              .setter("tuning", builder -> builder.tuning(Tuning.NONE)),
          new Builder<>(
                  JobBuilder.class,
                  () ->
                      Job.builder(
                          MemoryStateBackend.create(),
                          CheckpointCoordinator.builder(MemoryCheckpointStorage.create())))
              .setter("maxParallelism", builder -> builder.maxParallelism(128))
              .setter("channelCapacity", builder -> builder.channelCapacity(64))
              .setter("alignment", builder -> builder.alignment(AlignmentLimits.NONE))
              .setter("restarts", builder -> builder.restarts(RestartPolicy.none()))
              .setter("toleratedFailures", builder -> builder.toleratedFailures(3))
              .setter("idleAfter", builder -> builder.idleAfter(Duration.ofSeconds(1)))
              .setter("threads", builder -> builder.threads(Thread::new)),
          new Builder<>(
                  S3CheckpointStorageBuilder.class, () -> S3CheckpointStorage.builder("bucket"))
              .setter("prefix", builder -> builder.prefix("a"))
              .setter("region", builder -> builder.region("r"))
              .setter("endpoint", builder -> builder.endpoint(URI.create("http://localhost")))
              .setter("pathStyle", builder -> builder.pathStyle(true))
              .setter("trailingChecksums", builder -> builder.trailingChecksums(false))
              .setter(
                  "serverSideEncryption", builder -> builder.serverSideEncryption("AES256", null))
              .setter("partSizeBytes", builder -> builder.partSizeBytes(8 << 20))
              .setter("parallelism", builder -> builder.parallelism(2))
              .setter("timeout", builder -> builder.timeout(Duration.ofSeconds(1)))
              .setter("client", builder -> builder.client(client -> {})));

  /** What a serializer is built for. */
  static final class Thing {
    int value;
  }

  record Point(int x, String name) {}

  private static Subtask.Builder subtask() {
    try (CheckpointCoordinator coordinator =
        CheckpointCoordinator.builder(MemoryCheckpointStorage.create()).open()) {
      return coordinator.subtask("operator");
    }
  }

  /** A builder, how it is begun, and what its methods are for. */
  private static final class Builder<B> {
    private final Class<? super B> type;
    private final Supplier<B> begin;
    private final Map<String, List<Consumer<B>>> setters = new LinkedHashMap<>();

    /** The methods that add one more of a kind, so that several calls are no contradiction. */
    private final Set<String> adders = new TreeSet<>();

    Builder(Class<? super B> type, Supplier<B> begin) {
      this.type = type;
      this.begin = begin;
    }

    Builder<B> setter(String name, Consumer<B> call) {
      setters.computeIfAbsent(name, absent -> new ArrayList<>()).add(call);
      return this;
    }

    Builder<B> adders(String... names) {
      adders.addAll(List.of(names));
      return this;
    }

    /** Returns the names of the methods that return the builder. */
    Set<String> found() {
      return Arrays.stream(type.getDeclaredMethods())
          .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
          .filter(method -> method.getReturnType() == type)
          .map(Method::getName)
          .collect(Collectors.toCollection(TreeSet::new));
    }

    Stream<DynamicTest> tests() {
      List<DynamicTest> tests = new ArrayList<>();
      setters.forEach(
          (name, calls) ->
              calls.forEach(
                  call ->
                      tests.add(
                          dynamicTest(
                              type.getName() + "." + name, () -> refusesSecondCall(name, call)))));
      return tests.stream();
    }

    private void refusesSecondCall(String name, Consumer<B> call) {
      B builder = begin.get();
      call.accept(builder);
      assertThatThrownBy(() -> call.accept(builder))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(name);
    }
  }

  @TestFactory
  Stream<DynamicTest> aSetterRefusesASecondCall() {
    return BUILDERS.stream().flatMap(Builder::tests);
  }

  @Test
  void everySetterIsNamedHere() {
    for (Builder<?> builder : BUILDERS) {
      Set<String> named = new TreeSet<>(builder.setters.keySet());
      named.addAll(builder.adders);
      assertThat(named).as(builder.type.getName()).isEqualTo(builder.found());
    }
  }

  @Test
  void everyBuilderIsNamedHere() {
    Set<String> found =
        Reactor.locate().allMainClasses().stream()
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> type.getSimpleName().endsWith("Builder"))
            .map(JavaClass::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(BUILDERS.stream().map(builder -> builder.type.getName())).containsAll(found);
  }
}
