package dev.fairlead.testkit;

import java.util.Locale;

/** Runs code with another default locale; only for tests that run alone. */
public final class DefaultLocale {
  private DefaultLocale() {}

  /** In a locale that writes numbers with other digits than those of ASCII. */
  public static void withOtherDigits(Runnable code) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      code.run();
    } finally {
      Locale.setDefault(before);
    }
  }
}
