// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.statebackend.bench.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/** The results as one page that needs nothing else: tables, and charts drawn by Chart.js. */
final class HtmlReport {
  private static final String CHART_VERSION =
      "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";
  private static final String CHART_LIBRARY =
      "/META-INF/resources/webjars/chart.js/%s/dist/chart.umd.min.js";

  private static final Gson GSON = new GsonBuilder().create();

  /** What the charts are drawn from. */
  private record Data(List<Backend> backends, List<Bar> measurements, List<RatioBar> ratios) {}

  private record Bar(String group, String benchmark, Backend backend, double median) {}

  private record RatioBar(
      String group, String benchmark, Backend ours, Backend peer, double low, double high) {}

  private HtmlReport() {}

  static String of(Results results) throws IOException {
    Properties chart = new Properties();
    try (InputStream in = open(CHART_VERSION)) {
      chart.load(in);
    }
    String library = resource(CHART_LIBRARY.formatted(chart.getProperty("version")));
    return resource("report.html")
        .replace("@environments@", environments(results))
        .replace("@ratios@", ratios(results.ratios()))
        .replace("@data@", data(results))
        .replace("@script@", resource("report.js"))
        .replace("@library@", library);
  }

  private static String group(Line line) {
    return String.format(
        Locale.ROOT,
        "%s, %,d keys, %s, %s",
        line.type(),
        line.keys(),
        line.distribution(),
        line.gc());
  }

  private static String data(Results results) {
    Data data =
        new Data(
            Arrays.asList(Backend.values()),
            results.measurements().stream()
                .map(
                    m ->
                        new Bar(
                            group(m.line()), m.line().benchmark().id(), m.backend(), m.median()))
                .toList(),
            results.ratios().stream()
                .map(
                    r ->
                        new RatioBar(
                            group(r.line()),
                            r.line().benchmark().id(),
                            r.ours().backend(),
                            r.peer().backend(),
                            r.low(),
                            r.high()))
                .toList());
    // Gson writes < as an escape, so that the text cannot end the script element that it is in.
    return GSON.toJson(data);
  }

  private static String environments(Results results) {
    StringBuilder html =
        new StringBuilder(
            "<table><tr><th>begun</th><th>commit</th><th>processor</th><th>cores</th>"
                + "<th>memory</th><th>system</th><th>JDK</th>"
                + "<th>forks</th><th>iterations</th></tr>\n");
    for (Results.Run run : results.runs()) {
      Environment environment = run.environment();
      JmhSettings settings = run.settings();
      html.append("<tr>");
      for (String cell :
          List.of(
              environment.time(),
              environment.commit(),
              environment.cpu(),
              Integer.toString(environment.cores()),
              environment.memoryGib() + " GiB",
              environment.os(),
              environment.jdk(),
              Integer.toString(settings.forks()),
              "%d + %d of %d ms"
                  .formatted(
                      settings.warmups(), settings.iterations(), settings.iterationMillis()))) {
        html.append("<td>").append(escape(cell)).append("</td>");
      }
      html.append("</tr>\n");
    }
    return html.append("</table>").toString();
  }

  private static String ratios(List<Ratio> ratios) {
    StringBuilder html =
        new StringBuilder(
            "<table><tr><th>benchmark</th><th>type</th><th>keys</th><th>distribution</th>"
                + "<th>gc</th><th>ours</th><th>peer</th><th>ours/ms</th><th>peer/ms</th>"
                + "<th>ratio</th><th>from</th><th>to</th></tr>\n");
    for (Ratio ratio : ratios) {
      Line line = ratio.line();
      html.append(
          String.format(
              Locale.ROOT,
              "<tr><td>%s</td><td>%s</td><td class=\"number\">%,d</td><td>%s</td><td>%s</td>"
                  + "<td>%s</td><td>%s</td><td class=\"number\">%,.0f</td>"
                  + "<td class=\"number\">%,.0f</td><td class=\"number%s\">%.2f</td>"
                  + "<td class=\"number\">%.2f</td><td class=\"number\">%.2f</td></tr>%n",
              line.benchmark(),
              line.type(),
              line.keys(),
              line.distribution(),
              line.gc(),
              ratio.ours().backend(),
              ratio.peer().backend(),
              ratio.ours().median(),
              ratio.peer().median(),
              ratio.value() < 1 ? " slower" : "",
              ratio.value(),
              ratio.low(),
              ratio.high()));
    }
    return html.append("</table>").toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = HtmlReport.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("missing in the class path: " + name);
    }
    return in;
  }
}
