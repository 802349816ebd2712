using System.Text.RegularExpressions;
using NodaTime;
using Scheduler.Core.Pipelines.Extract;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Reads and validates one template file. Every key is known, every name it mentions exists.</summary>
public static partial class TemplateReader
{
    private static readonly string[] Domains = ["COST", "SECURITY", "COMPLIANCE", "OBSERVABILITY", "TEST"];

    /// <summary>The template, or null and its faults.</summary>
    /// <param name="file">The file's name, for the faults.</param>
    /// <param name="yaml">Its text.</param>
    /// <param name="adapters">What the process can read.</param>
    /// <param name="errors">The faults.</param>
    /// <param name="folder">Where files that the template names lie beside it; null where there are none.</param>
    public static PipelineTemplate? Read(
        string file,
        string yaml,
        IReadOnlyCollection<IExtractAdapter> adapters,
        out IReadOnlyList<TemplateError> errors,
        string? folder = null
    )
    {
        var faults = new TemplateFaults(file);
        PipelineTemplate? template = null;
        if (Parse(yaml, faults) is { } root)
        {
            template = YamlMap.Read(root, "", 1, faults, map => ReadRoot(map, faults, adapters, folder));
        }
        errors = faults.Errors;
        return errors.Count == 0 ? template : null;
    }

    private static YamlNode? Parse(string yaml, TemplateFaults faults)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents.Count == 1)
            {
                return stream.Documents[0].RootNode;
            }
            faults.Add(1, "(file)", "must hold exactly one YAML document");
        }
        catch (YamlException exception)
        {
            faults.Add(exception.Start.Line, "(file)", $"is not YAML: {exception.Message.ReplaceLineEndings(" ")}");
        }
        return null;
    }

    private static PipelineTemplate ReadRoot(
        YamlMap map,
        TemplateFaults faults,
        IReadOnlyCollection<IExtractAdapter> adapters,
        string? folder
    )
    {
        Constant(map, "apiVersion", "pipelines/v1");
        Constant(map, "kind", "PipelineTemplate");
        var identity = map.Map("metadata", ReadIdentity);
        var parameters = map.Find("parameters") is null
            ? []
            : map.Map("parameters", list => ParameterReader.Read(list, faults));
        var credential = map.Text("credential") ?? "none";
        if (CredentialNeed.TryParse(credential) is null)
        {
            map.Fault("credential", $"must be {CredentialNeed.Words}");
        }
        var window = map.Find("window") is null ? null : map.Map("window", rule => WindowReader.Read(rule, parameters));
        var (run, call) = map.Map("timeouts", ReadTimeouts);
        var steps = new StepReader(faults, parameters, adapters, credential, folder).Read(map);
        if (window is null && steps.OfType<TemplateStep.Load>().Any())
        {
            map.Fault("window", "is required by a template that loads");
        }
        return identity with
        {
            Parameters = parameters,
            ExactlyOneOf = ReadExactlyOneOf(map, parameters),
            Credential = credential,
            Window = window,
            RunTimeout = run,
            CallTimeout = call,
            Steps = steps,
        };
    }

    private static IReadOnlyList<string> ReadExactlyOneOf(YamlMap map, IReadOnlyList<TemplateParameter> parameters)
    {
        const string key = "exactly_one_of";
        var names = map.Texts(key);
        var areOptional = names.All(name =>
            parameters.Any(parameter => parameter.Name == name && !parameter.Required && parameter.Default is null)
        );
        if (map.Find(key) is not null && (names.Distinct().Count() < 2 || !areOptional))
        {
            map.Fault(key, "must list two or more parameters that are not required and have no default");
        }
        return names;
    }

    private static PipelineTemplate ReadIdentity(YamlMap map) =>
        new()
        {
            Provider = Match(map, "provider", Upper(), "must be upper-case letters, digits and underscores"),
            Domain = map.OneOf("domain", Domains),
            Name = Match(map, "name", Lower(), "must be lower-case letters, digits and underscores"),
            Version = Match(map, "version", SemVer(), "must be three numbers, as in 1.0.0"),
            Description = map.Text("description"),
            Aliases = map.Texts("aliases"),
            ProviderAliases = map.Texts("provider_aliases"),
            Credential = "",
            RunTimeout = default,
            CallTimeout = default,
            Steps = [],
        };

    private static (Duration Run, Duration Call) ReadTimeouts(YamlMap map) =>
        (Length(map, "run", map.RequiredText("run")), Length(map, "call", map.Text("call") ?? "60s"));

    private static Duration Length(YamlMap map, string key, string text)
    {
        var match = LengthPattern().Match(text);
        if (!match.Success)
        {
            map.Fault(key, "must be a length such as 90s, 15m or 2h");
            return Duration.FromMinutes(1);
        }
        var number = int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "s" => Duration.FromSeconds(number),
            "m" => Duration.FromMinutes(number),
            _ => Duration.FromHours(number),
        };
    }

    private static void Constant(YamlMap map, string key, string wanted)
    {
        if (map.RequiredText(key) is { } text && text != wanted && text.Length > 0)
        {
            map.Fault(key, $"must be {wanted}");
        }
    }

    private static string Match(YamlMap map, string key, Regex pattern, string message)
    {
        var text = map.RequiredText(key);
        if (text.Length > 0 && !pattern.IsMatch(text))
        {
            map.Fault(key, message);
        }
        return text;
    }

    [GeneratedRegex(@"\A[A-Z][A-Z0-9_]{1,31}\z")]
    private static partial Regex Upper();

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{1,63}\z")]
    private static partial Regex Lower();

    [GeneratedRegex(@"\A[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}\z")]
    private static partial Regex SemVer();

    [GeneratedRegex(@"\A([1-9][0-9]{0,4})([smh])\z")]
    private static partial Regex LengthPattern();
}
