using System.Globalization;
using System.Text.RegularExpressions;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using YamlDotNet.RepresentationModel;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Reads the list <c>steps</c>: extract, normalise and load in this order, or a single probe.</summary>
internal sealed partial class StepReader(
    TemplateFaults faults,
    IReadOnlyList<TemplateParameter> parameters,
    IReadOnlyCollection<IExtractAdapter> adapters,
    string credential,
    string? folder
)
{
    public IReadOnlyList<TemplateStep> Read(YamlMap root)
    {
        if (root.Find("steps") is not YamlSequenceNode list)
        {
            root.Fault("steps", "must be a list of steps");
            return [];
        }
        // What is normalised depends on the table, which the last step names.
        var table = TableOf(list);
        var before = faults.Errors.Count;
        var steps = list.Children.Select((node, number) => ReadStep(node, $"steps[{number}]", table)).ToList();
        var understood = faults.Errors.Count == before;
        var isOrdered =
            steps is [TemplateStep.Probe] or [TemplateStep.Extract, TemplateStep.Normalise, TemplateStep.Load];
        if (understood && !isOrdered)
        {
            root.Fault("steps", "must be extract, normalise, load, or a single probe");
        }
        return [.. steps.OfType<TemplateStep>()];
    }

    private static TargetTable TableOf(YamlSequenceNode list)
    {
        var names = list
            .Children.OfType<YamlMappingNode>()
            .Select(step => step.Children.TryGetValue("load", out var load) ? load as YamlMappingNode : null)
            .Select(load => load is not null && load.Children.TryGetValue("table", out var table) ? table : null)
            .OfType<YamlScalarNode>();
        return TargetTable.All.FirstOrDefault(table => names.Any(name => name.Value == table.Name))
            ?? TargetTable.Costs;
    }

    private TemplateStep? ReadStep(YamlNode node, string path, TargetTable table) =>
        YamlMap.Read(
            node,
            path,
            node.Start.Line,
            faults,
            step =>
            {
                switch (step.Keys.ToList())
                {
                    case ["extract"]:
                        return step.Map<TemplateStep?>("extract", ReadExtract);
                    case ["normalise"]:
                        return step.Map<TemplateStep?>("normalise", map => NormaliseReader.Read(map, faults, table));
                    case ["load"]:
                        return step.Map<TemplateStep?>("load", map => ReadLoad(map, table));
                    case ["probe"]:
                        return step.Map<TemplateStep?>("probe", ReadProbe);
                    default:
                        faults.Add(step.Line, path, "must be one of extract, normalise, load, probe");
                        step.Keys.ToList().ForEach(key => step.Find(key));
                        return null;
                }
            }
        );

    private TemplateStep.Extract ReadExtract(YamlMap map)
    {
        var name = map.RequiredText("adapter");
        var adapter = adapters.FirstOrDefault(candidate => candidate.Name == name);
        if (adapter is null)
        {
            if (name.Length > 0)
            {
                var known = string.Join(", ", adapters.Select(candidate => candidate.Name));
                map.Fault("adapter", $"is not a registered adapter; there are {known}");
            }
            map.Find("options");
            return new TemplateStep.Extract(name, new Dictionary<string, OptionValue>());
        }
        var mayGoWithout = CredentialNeed.TryParse(adapter.Credential) is { IsRequired: false };
        if (adapter.Credential != credential && !(mayGoWithout && credential == "none"))
        {
            map.Fault("adapter", $"needs credential: {adapter.Credential}");
        }
        var options = new Dictionary<string, OptionValue>(StringComparer.Ordinal);
        if (map.Find("options") is not null || adapter.Options.Any(option => option.Rule.Required))
        {
            map.Map("options", values => ReadOptions(values, adapter, options));
        }
        return new TemplateStep.Extract(name, options);
    }

    private bool ReadOptions(YamlMap map, IExtractAdapter adapter, Dictionary<string, OptionValue> options)
    {
        foreach (var option in adapter.Options)
        {
            var rule = option.Rule;
            var node = map.Find(rule.Name);
            if (node is null)
            {
                if (rule.Required)
                {
                    map.Fault(rule.Name, $"is required by {adapter.Name}");
                }
            }
            else if (option.IsList)
            {
                options[rule.Name] = new OptionValue.Literal(ReadWords(map, rule));
            }
            else if (option.IsFile)
            {
                options[rule.Name] = new OptionValue.Literal(ReadFile(map, rule.Name));
            }
            else if (node is YamlMappingNode)
            {
                var kind = rule.Kind;
                var name = map.Map(
                    rule.Name,
                    reference => WindowReader.Parameter(reference, "parameter", kind, parameters)
                );
                options[rule.Name] = new OptionValue.FromParameter(name ?? "");
            }
            else if (ParameterValue.TryParse(rule, map.Text(rule.Name) ?? "", out var value) is { } message)
            {
                map.Fault(rule.Name, $"{message}, or {{ parameter: name }}");
            }
            else
            {
                options[rule.Name] = new OptionValue.Literal(value!);
            }
        }
        return true;
    }

    private static string ReadWords(YamlMap map, TemplateParameter rule)
    {
        var words = map.Texts(rule.Name);
        if (
            words.Count == 0
            || words.Distinct().Count() < words.Count
            || words.Any(word => !rule.Values.Contains(word))
        )
        {
            map.Fault(rule.Name, $"must list one or more of {string.Join(", ", rule.Values)}, each once");
        }
        return string.Join(',', words);
    }

    private string ReadFile(YamlMap map, string key)
    {
        var name = map.Text(key) ?? "";
        if (!FileName().IsMatch(name))
        {
            map.Fault(key, "must be the name of a file beside the template: letters, digits, '.', '_' and '-'");
            return "";
        }
        var path = Path.Combine(folder ?? "", name);
        if (folder is null || !File.Exists(path))
        {
            map.Fault(key, $"there is no file {name} beside the template");
            return "";
        }
        return File.ReadAllText(path);
    }

    private TemplateStep.Load ReadLoad(YamlMap map, TargetTable table)
    {
        map.OneOf("table", [.. TargetTable.All.Select(known => known.Name)]);
        map.OneOf("mode", "replace_window");
        if (map.Find("key") is not null && !map.Texts("key").SequenceEqual(table.KeyColumns))
        {
            map.Fault("key", $"must be [{string.Join(", ", table.KeyColumns)}]");
        }
        var accounts = map.Texts("source_account");
        if (accounts.Count == 0 || accounts.Any(name => parameters.All(parameter => parameter.Name != name)))
        {
            map.Fault("source_account", "must list parameters; the first that is set names the source account");
        }
        if (map.Find("guards") is not null && table.Table != LoadTable.Costs)
        {
            map.Fault("guards", $"make no sense for {table.Name}: what was found yesterday may be mended today");
        }
        var (shrink, force) = map.Find("guards") is null ? (50, null) : map.Map("guards", ReadGuards);
        return new TemplateStep.Load
        {
            Table = table.Table,
            SourceAccount = accounts,
            ShrinkPercent = shrink,
            ForceParameter = force,
        };
    }

    private (int Shrink, string? Force) ReadGuards(YamlMap map)
    {
        var text = map.Text("shrink_percent") ?? "50";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) || percent > 100)
        {
            map.Fault("shrink_percent", "must be a whole number from 0 to 100");
        }
        return (percent, WindowReader.Parameter(map, "force", ParameterKind.Bool, parameters));
    }

    private TemplateStep.Probe ReadProbe(YamlMap map) =>
        new()
        {
            DurationMs = Named(map, "duration_ms", ParameterKind.Int),
            FailWith = Named(map, "fail_with", ParameterKind.Enum),
            FailAttempts = Named(map, "fail_attempts", ParameterKind.Int),
            RetryAfterSeconds = Named(map, "retry_after_seconds", ParameterKind.Int),
            Message = Named(map, "message", ParameterKind.String),
        };

    private string Named(YamlMap map, string key, ParameterKind kind)
    {
        if (map.Find(key) is null)
        {
            map.Fault(key, "is required");
        }
        return WindowReader.Parameter(map, key, kind, parameters) ?? "";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\z")]
    private static partial Regex FileName();
}
