/**
 * The admin listener: health, metrics, the API and the page. Sees the process only as a {@link
 * dev.fairlead.admin.MemberView}.
 */
package dev.fairlead.admin;
