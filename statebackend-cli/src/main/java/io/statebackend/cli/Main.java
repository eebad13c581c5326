// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command line: looks into checkpoints, checks them, and makes new savepoints of them. */
@Command(
    name = "statebackend",
    description = {
      "Looks into checkpoints without the program that wrote them.",
      "",
      "LOCATION is the directory that holds the checkpoints, of which the latest complete one is"
          + " taken, or a checkpoint or savepoint itself. It is only read, and never locked: it may"
          + " be that of a running program.",
      ""
    },
    subcommands = {
      ListCommand.class,
      ShowCommand.class,
      SizesCommand.class,
      CatCommand.class,
      GetCommand.class,
      VerifyCommand.class,
      DiffCommand.class,
      CheckCommand.class,
      GcCommand.class,
      ExportCommand.class,
      ConvertCommand.class,
      RescaleCommand.class,
      DropCommand.class,
      EditCommand.class
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:all is well",
      "1:something is damaged, or what was compared is different",
      "2:the command was not used as it is to be",
      "3:a format or type that cannot be read here",
      "4:something cannot be read or written: it is gone, locked, or the storage fails"
    },
    footer = {
      "",
      "Colours are used on a terminal only, and never if NO_COLOR is set. Every command has"
          + " --help.",
      "",
      "Examples:",
      "  statebackend list /data/checkpoints",
      "  statebackend sizes /data/checkpoints --keys 10",
      "  statebackend get /data/checkpoints/chk-42 --state totals --key berlin",
      "  statebackend diff /data/checkpoints/chk-41 /data/checkpoints/chk-42"
    },
    versionProvider = Main.Version.class)
public final class Main {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  @SuppressWarnings("UnusedVariable") // Picocli does what it says.
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Shows the version.")
  @SuppressWarnings("UnusedVariable") // Picocli does what it says.
  private boolean version;

  private final Console console;

  private Main(Console console) {
    this.console = console;
  }

  /** Tells the version of the library. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"statebackend " + (version == null ? "(not packaged)" : version)};
    }
  }

  /**
   * Runs a command and ends the process with its status.
   *
   * @param args the command and its arguments
   */
  public static void main(String[] args) {
    // Picocli knows how each JDK tells whether it writes to a terminal.
    boolean isTerminal = Ansi.AUTO.enabled();
    Console console =
        new Console(writer(FileDescriptor.out), writer(FileDescriptor.err), Ansi.AUTO, isTerminal);
    int status = run(console, args);
    console.out().flush();
    console.err().flush();
    System.exit(status);
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    Writer writer =
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8);
    return new PrintWriter(new java.io.BufferedWriter(writer, 1 << 16));
  }

  /** Runs a command; returns its status. */
  static int run(Console console, String... args) {
    CommandLine line = new CommandLine(new Main(console));
    line.setOut(console.out());
    line.setErr(console.err());
    line.setColorScheme(CommandLine.Help.defaultColorScheme(console.ansi()));
    line.setParameterExceptionHandler(Main::usage);
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setUsageHelpWidth(100);
    if (args.length == 0) {
      line.usage(console.out());
      return ExitStatus.USAGE;
    }
    return line.execute(args);
  }

  Console console() {
    return console;
  }

  private static int usage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    error(
        command, e.getMessage() + "; see " + command.getCommandSpec().qualifiedName() + " --help");
    return ExitStatus.USAGE;
  }

  private static int failed(Exception e, CommandLine command) {
    error(
        command,
        e instanceof StateException || e instanceof UsageException ? text(e) : unexpected(e));
    if (e instanceof UsageException) {
      return ExitStatus.USAGE;
    } else if (e instanceof CorruptStateException) {
      return ExitStatus.DIFFERENT;
    } else if (e instanceof IncompatibleStateException) {
      return ExitStatus.INCOMPATIBLE;
    }
    return ExitStatus.UNAVAILABLE;
  }

  private static String text(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private static String unexpected(Exception e) {
    return "unexpected: " + e;
  }

  private static void error(CommandLine command, String message) {
    PrintWriter err = command.getErr();
    String line = message.strip().replaceAll("\\s*\\R\\s*", "; ");
    err.print(command.getColorScheme().errorText("error: ").toString() + line + "\n");
    err.flush();
  }
}
