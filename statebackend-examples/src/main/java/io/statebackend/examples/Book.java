// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.FileNotFoundException;
import java.io.InputStream;
import java.util.List;

/** The novel that comes with the examples; see moby-dick-NOTICE.txt. */
final class Book implements TextInput {
  private static final String FILE = "moby-dick.txt";

  @Override
  public List<String> files() {
    return List.of(FILE);
  }

  @Override
  public InputStream open(String file) throws FileNotFoundException {
    InputStream in = Book.class.getResourceAsStream(file);
    if (in == null) {
      throw new FileNotFoundException("no such resource: " + file);
    }
    return in;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public String identity() {
    return "the novel Moby-Dick";
  }
}
