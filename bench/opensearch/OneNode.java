import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.cn.smart.SmartChineseAnalyzer;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.icu.segmentation.DefaultICUTokenizerConfig;
import org.apache.lucene.analysis.icu.segmentation.ICUTokenizer;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.opensearch.index.analysis.AnalyzerProvider;
import org.opensearch.index.analysis.TokenizerFactory;
import org.opensearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.AnalysisPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/** One OpenSearch node in a process of its own; its settings are the arguments, `name=value`. */
public class OneNode extends Node {
  private OneNode(Settings settings) {
    super(
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "node"),
        List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, ChineseAnalysis.class),
        false);
  }

  public static void main(String[] arguments) throws Exception {
    Settings.Builder settings = Settings.builder();
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      if (pair[1].contains(",")) {
        settings.putList(pair[0], pair[1].split(","));
      } else {
        settings.put(pair[0], pair[1]);
      }
    }
    new OneNode(settings.build()).start();
    Thread.sleep(Long.MAX_VALUE);
  }

  /** Lucene's smartcn analyzer and ICU tokenizer, which OpenSearch has in plugins outside Maven. */
  public static class ChineseAnalysis extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
      return Map.of(
          "smartcn",
          (index, environment, name, settings) ->
              new AbstractIndexAnalyzerProvider<SmartChineseAnalyzer>(index, name, settings) {
                private final SmartChineseAnalyzer analyzer = new SmartChineseAnalyzer();

                @Override
                public SmartChineseAnalyzer get() {
                  return analyzer;
                }
              });
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
      return Map.of(
          "icu_tokenizer",
          (index, environment, name, settings) ->
              TokenizerFactory.newFactory(
                  name, () -> new ICUTokenizer(new DefaultICUTokenizerConfig(true, true))));
    }
  }
}
