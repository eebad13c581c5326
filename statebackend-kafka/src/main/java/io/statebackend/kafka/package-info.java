// SPDX-License-Identifier: Apache-2.0
/** Apache Kafka as source and exactly-once sink of jobs. */
@NullMarked
package io.statebackend.kafka;

import org.jspecify.annotations.NullMarked;
