import java.util.Scanner;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** A cluster in one process; a number on standard input takes the node of that number away. */
public class Cluster {
  public static void main(String[] arguments) throws Exception {
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.build(arguments);
    Scanner lines = new Scanner(System.in);
    while (lines.hasNextInt()) {
      runner.getNode(lines.nextInt() - 1).close();
    }
    runner.close();
    System.exit(0);
  }
}
