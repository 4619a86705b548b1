package dev.fairlead.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes the pictures of docs/page.md from a cluster that runs. Arguments: the URL of a member's
 * page, which needs no token, and the directory for the pictures. On the class path of the tests:
 * {@code java -cp ... dev.fairlead.page.Pictures http://127.0.0.1:8081/ docs}.
 */
final class Pictures {
  private Pictures() {}

  public static void main(String[] arguments) throws IOException {
    String url = arguments[0];
    Path directory = Path.of(arguments[1]);
    try (Browser browser = Browser.start(Files.createTempDirectory("pictures"))) {
      take(browser.open(1400, 1080, false), url + "#overview", directory.resolve("page-light.png"));
      take(browser.open(1400, 760, true), url + "#pools", directory.resolve("page-dark.png"));
      take(browser.open(390, 844, false), url + "#overview", directory.resolve("page-narrow.png"));
    }
  }

  private static void take(BrowserTab tab, String url, Path file) throws IOException {
    tab.hideScrollbars();
    tab.goTo(url);
    tab.until("document.querySelector('#view table tbody tr')");
    if (url.endsWith("#overview")) {
      tab.until("document.querySelectorAll('.charts canvas').length === 4");
      tab.until("/Errors .s\\n[0-9]/.test(document.querySelector('.tiles').innerText)");
    }
    tab.screenshot(file);
  }
}
