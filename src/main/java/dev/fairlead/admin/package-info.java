/**
 * The HTTP side of a member: health, metrics, the API, its event stream and the page. One verticle
 * on one event loop; bodies that take long to build come from worker threads. Reads the member
 * through {@link dev.fairlead.admin.MemberView} and forwards commands to {@link
 * dev.fairlead.event.Commands}; streams {@code fairlead.events}.
 */
@NullMarked
package dev.fairlead.admin;

import org.jspecify.annotations.NullMarked;
