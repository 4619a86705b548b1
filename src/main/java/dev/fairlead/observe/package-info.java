/**
 * The access log and the metrics of a member. Event loops only create records and update
 * preallocated meters; formatting and writing run on the thread of a {@link
 * dev.fairlead.observe.Batcher}, meters are read by the thread that scrapes.
 */
@NullMarked
package dev.fairlead.observe;

import org.jspecify.annotations.NullMarked;
