// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

/** A record of the tutorial's log: somebody clicked. */
// tag::click
record Click(String user, long timeMillis) {}
// end::click
