using System.Collections.Frozen;
using Scheduler.Core.Pipelines.Extract;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>The templates of this process: read and validated at start, never changed after.</summary>
public sealed class TemplateCatalog
{
    private readonly FrozenDictionary<(string Provider, string Domain, string Name), PipelineTemplate> byName;
    private readonly FrozenDictionary<string, string> providers;

    private TemplateCatalog(
        IReadOnlyList<PipelineTemplate> templates,
        Dictionary<(string, string, string), PipelineTemplate> byName,
        FrozenDictionary<string, string> providers
    )
    {
        All = templates;
        this.byName = byName.ToFrozenDictionary();
        this.providers = providers;
    }

    /// <summary>Every template, by provider, domain and name.</summary>
    public IReadOnlyList<PipelineTemplate> All { get; }

    /// <summary>Reads every <c>*.yaml</c> file of a folder.</summary>
    /// <exception cref="TemplateException">The folder or a file is unusable; every fault is named.</exception>
    public static TemplateCatalog Load(string folder, IReadOnlyCollection<IExtractAdapter> adapters)
    {
        var errors = new List<TemplateError>();
        var templates = new List<(string File, PipelineTemplate Template)>();
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.yaml") : [];
        if (files.Length == 0)
        {
            throw new TemplateException([
                new(folder, 0, "Scheduler:Templates:Path", "is not a folder with *.yaml files"),
            ]);
        }
        foreach (var path in files.Order(StringComparer.Ordinal))
        {
            var file = Path.GetFileName(path);
            if (TemplateReader.Read(file, File.ReadAllText(path), adapters, out var faults, folder) is { } template)
            {
                templates.Add((file, template));
            }
            errors.AddRange(faults);
        }
        return Create(templates, errors);
    }

    /// <summary>Finds a template by its own name or an alias. Case does not matter.</summary>
    public PipelineTemplate? Find(string provider, string domain, string name) =>
        byName.GetValueOrDefault((ProviderOf(provider), domain.ToUpperInvariant(), name.ToLowerInvariant()));

    /// <summary>The provider's own name for a name or alias; an unknown name comes back in upper case.</summary>
    public string ProviderOf(string provider)
    {
        var upper = provider.ToUpperInvariant();
        return providers.GetValueOrDefault(upper, upper);
    }

    private static TemplateCatalog Create(
        List<(string File, PipelineTemplate Template)> templates,
        List<TemplateError> errors
    )
    {
        var providers = new Dictionary<string, string>(StringComparer.Ordinal);
        var byName = new Dictionary<(string, string, string), PipelineTemplate>();
        foreach (var (file, template) in templates)
        {
            foreach (var alias in template.ProviderAliases.Select(alias => alias.ToUpperInvariant()))
            {
                if (providers.TryAdd(alias, template.Provider) || providers[alias] == template.Provider)
                {
                    continue;
                }
                errors.Add(new(file, 0, "metadata.provider_aliases", $"{alias} already stands for {providers[alias]}"));
            }
            foreach (var name in template.Aliases.Select(alias => alias.ToLowerInvariant()).Prepend(template.Name))
            {
                if (!byName.TryAdd((template.Provider, template.Domain, name), template))
                {
                    errors.Add(
                        new(file, 0, "metadata.name", $"{name} exists twice in {template.Provider}/{template.Domain}")
                    );
                }
            }
        }
        foreach (var (file, template) in templates.Where(entry => providers.ContainsKey(entry.Template.Provider)))
        {
            errors.Add(new(file, 0, "metadata.provider", $"{template.Provider} is an alias of another provider"));
        }
        return errors.Count > 0
            ? throw new TemplateException(errors)
            : new TemplateCatalog(
                [.. templates.Select(entry => entry.Template)],
                byName,
                providers.ToFrozenDictionary()
            );
    }
}
