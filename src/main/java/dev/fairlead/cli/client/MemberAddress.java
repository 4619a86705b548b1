package dev.fairlead.cli.client;

/**
 * The admin address of a member and who chose it, for errors that say what to change.
 *
 * @param url without a slash at its end
 */
public record MemberAddress(String url, AddressChoice choice) {

  /** Who chose an address. */
  public enum AddressChoice {
    OPTION("the address of --admin"),
    VARIABLE("the address of FAIRLEAD_ADMIN"),
    DEFAULT("the default address");

    private final String text;

    AddressChoice(String text) {
      this.text = text;
    }
  }

  boolean isHttps() {
    return url.startsWith("https:");
  }

  /** What to do when nobody answers there. */
  String hint() {
    return " ("
        + choice.text
        + "; expected: that of a member's node.admin, by --admin URL or FAIRLEAD_ADMIN)";
  }
}
