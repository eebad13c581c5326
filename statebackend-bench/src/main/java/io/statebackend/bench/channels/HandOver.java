// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.channels;

import io.statebackend.runtime.AlignmentLimits;
import io.statebackend.runtime.BarrierAligner;
import io.statebackend.runtime.Channel;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;

/** What carries records from one thread to another. All wait while it is full or empty. */
public interface HandOver {
  int CAPACITY = 1024;

  /** Gives a record; called by one thread. */
  void put(Object record) throws InterruptedException;

  /** Takes a record; called by another thread. */
  Object take() throws InterruptedException;

  /** The candidates. */
  enum Kind {
    /** Our channel, read through the aligner, as operators do. */
    CHANNEL {
      @Override
      HandOver open() {
        Channel<Object> channel = new Channel<>("hop", CAPACITY);
        BarrierAligner<Object> inputs =
            new BarrierAligner<>("hop", List.of(channel), AlignmentLimits.NONE);
        return new HandOver() {
          @Override
          public void put(Object record) throws InterruptedException {
            channel.send(record);
          }

          @Override
          public Object take() throws InterruptedException {
            if (inputs.take() != BarrierAligner.Event.RECORD) {
              throw new IllegalStateException("nothing but records was sent");
            }
            return inputs.record();
          }
        };
      }
    },

    /** The queue alone; who waits spins, and burns a core by that. */
    JCTOOLS_SPINNING {
      @Override
      HandOver open() {
        SpscAtomicArrayQueue<Object> queue = new SpscAtomicArrayQueue<>(CAPACITY);
        return new HandOver() {
          @Override
          public void put(Object record) {
            while (!queue.offer(record)) {
              Thread.onSpinWait();
            }
          }

          @Override
          public Object take() {
            Object record;
            while ((record = queue.poll()) == null) {
              Thread.onSpinWait();
            }
            return record;
          }
        };
      }
    },

    /** The JDK's bounded queue. */
    ARRAY_BLOCKING_QUEUE {
      @Override
      HandOver open() {
        BlockingQueue<Object> queue = new ArrayBlockingQueue<>(CAPACITY);
        return new HandOver() {
          @Override
          public void put(Object record) throws InterruptedException {
            queue.put(record);
          }

          @Override
          public Object take() throws InterruptedException {
            return queue.take();
          }
        };
      }
    };

    abstract HandOver open();
  }
}
