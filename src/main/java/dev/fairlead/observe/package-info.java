/**
 * What a member tells of itself: metrics and the access log. Plugged in by {@code member}; hears of
 * sessions through {@link dev.fairlead.session.SessionListener}.
 */
package dev.fairlead.observe;
