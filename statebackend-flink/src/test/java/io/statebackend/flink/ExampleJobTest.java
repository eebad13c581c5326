// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExampleJobTest {
  @Test
  void wordsAreCounted(@TempDir Path directory) throws Exception {
    List<String> told = new ArrayList<>();
    CloseableIterator<String> results = ExampleJob.run(directory, "a", "b", "a", "a");
    try {
      results.forEachRemaining(told::add);
    } finally {
      results.close();
    }
    assertThat(told).containsExactlyInAnyOrder("a=1", "b=1", "a=2", "a=3");
  }
}
