using YamlDotNet.RepresentationModel;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>A YAML mapping that remembers which keys were asked for: the others are faults.</summary>
internal sealed class YamlMap
{
    private readonly YamlMappingNode node;
    private readonly TemplateFaults faults;
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    private YamlMap(YamlMappingNode node, string path, TemplateFaults faults)
    {
        this.node = node;
        Path = path;
        this.faults = faults;
    }

    public string Path { get; }
    public long Line => node.Start.Line;
    public IEnumerable<string> Keys => node.Children.Keys.Select(Name);

    /// <summary>Reads <paramref name="node"/> as a mapping and checks that nothing in it went unread.</summary>
    public static T Read<T>(YamlNode? node, string path, long line, TemplateFaults faults, Func<YamlMap, T> read)
    {
        if (node is not YamlMappingNode mapping)
        {
            faults.Add(node?.Start.Line ?? line, path, "must be a mapping of keys to values");
            mapping = new YamlMappingNode();
        }
        var map = new YamlMap(mapping, path, faults);
        var value = read(map);
        foreach (var key in mapping.Children.Keys.Where(key => !map.asked.Contains(Name(key))))
        {
            var known = string.Join(", ", map.asked);
            faults.Add(
                key.Start.Line,
                map.At(Name(key)),
                $"unknown key{(known.Length == 0 ? "" : $"; known are {known}")}"
            );
        }
        return value;
    }

    public string At(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    public long LineOf(string key) => Find(key)?.Start.Line ?? Line;

    public YamlNode? Find(string key)
    {
        asked.Add(key);
        return node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
    }

    public T Map<T>(string key, Func<YamlMap, T> read) => Read(Find(key), At(key), Line, faults, read);

    /// <summary>The scalar's text; null when the key is absent or not a scalar.</summary>
    public string? Text(string key)
    {
        var found = Find(key);
        if (found is YamlScalarNode { Value: { } text })
        {
            return text;
        }
        if (found is not null)
        {
            Fault(key, "must be a single value");
        }
        return null;
    }

    public string RequiredText(string key)
    {
        if (Find(key) is null)
        {
            Fault(key, "is required");
        }
        return Text(key) ?? "";
    }

    public IReadOnlyList<string> Texts(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode):
                return [.. list.Children.Select(Name)];
            default:
                Fault(key, "must be a list of values, as in [a, b]");
                return [];
        }
    }

    /// <summary>One of the words given; the first of them when the key is absent.</summary>
    public string OneOf(string key, params IReadOnlyList<string> words)
    {
        var text = Text(key) ?? words[0];
        if (!words.Contains(text, StringComparer.Ordinal))
        {
            Fault(key, $"must be {(words.Count == 1 ? "" : "one of ")}{string.Join(", ", words)}");
        }
        return text;
    }

    public void Fault(string key, string message) => faults.Add(LineOf(key), At(key), message);

    private static string Name(YamlNode key) => (key as YamlScalarNode)?.Value ?? key.ToString();
}
