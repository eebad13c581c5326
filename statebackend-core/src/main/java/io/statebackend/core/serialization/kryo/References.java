// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.ReferenceResolver;
import com.esotericsoftware.kryo.util.IdentityObjectIntMap;
import com.esotericsoftware.kryo.util.Util;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the objects of a graph in the order in which they are met, but for those that are as good
 * as any equal one. The first ones that are written are looked up one after the other: most graphs
 * are that small, and to clear a hash table takes longer than to write them.
 */
final class References implements ReferenceResolver {
  private static final int SEARCHED_MAX = 16;
  private static final int CAPACITY_KEPT = 1 << 10;

  private final RegisteredOnlyKryo kryo;
  private List<@Nullable Object> read = new ArrayList<>();
  private final @Nullable Object[] written = new @Nullable Object[SEARCHED_MAX];
  private int writtenCount;

  /** The ids of written objects, when there are more than are looked up one after the other. */
  private final IdentityObjectIntMap<Object> ids = new IdentityObjectIntMap<>();

  /** Which class has been asked about last, and what the answer was. */
  private @Nullable Class<?> lastAsked;

  private boolean lastAnswer;

  References(RegisteredOnlyKryo kryo) {
    this.kryo = kryo;
  }

  @Override
  public void setKryo(Kryo owner) {
    // Kryo tells what is known already.
  }

  @Override
  @SuppressWarnings("rawtypes") // As Kryo declares it.
  public boolean useReferences(Class type) {
    if (type == String.class) {
      return false;
    }
    if (type != lastAsked) {
      Class<?> asked = type;
      lastAnswer =
          !Util.isWrapperClass(asked)
              && !Util.isEnum(asked)
              && asked != GoneSerializer.GoneConstant.class
              && !KryoClasses.isValue(asked);
      lastAsked = asked;
    }
    return lastAnswer;
  }

  @Override
  public int getWrittenId(Object object) {
    int id = find(object);
    if (id != -1) {
      kryo.graph().meet(object);
    }
    return id;
  }

  private int find(Object object) {
    if (writtenCount > SEARCHED_MAX) {
      return ids.get(object, -1);
    }
    for (int i = 0; i < writtenCount; i++) {
      if (written[i] == object) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public int addWrittenObject(Object object) {
    int id = writtenCount++;
    if (id < SEARCHED_MAX) {
      written[id] = object;
      return id;
    }
    if (id == SEARCHED_MAX) {
      for (int i = 0; i < id; i++) {
        ids.put(written[i], i);
      }
    }
    ids.put(object, id);
    return id;
  }

  @Override
  @SuppressWarnings("rawtypes") // As Kryo declares it.
  public int nextReadId(Class type) {
    read.add(null);
    return read.size() - 1;
  }

  @Override
  public void setReadObject(int id, @Nullable Object object) {
    read.set(id, object);
  }

  @Override
  @SuppressWarnings("rawtypes") // As Kryo declares it.
  public @Nullable Object getReadObject(Class type, int id) {
    Object object = read.get(id);
    kryo.graph().meet(object);
    if (object instanceof GoneSerializer.GoneObject gone) {
      kryo.onMissingClass(gone.className());
    }
    return object;
  }

  @Override
  public void reset() {
    if (writtenCount > SEARCHED_MAX) {
      ids.clear(CAPACITY_KEPT);
    }
    Arrays.fill(written, 0, Math.min(writtenCount, SEARCHED_MAX), null);
    writtenCount = 0;
    if (read.size() > CAPACITY_KEPT) {
      read = new ArrayList<>();
    } else {
      read.clear();
    }
  }
}
