using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Core.Datasets;
using Scheduler.Core.Net;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Core.Pipelines;

/// <summary>Reads and checks the settings of pipelines; every message names the setting.</summary>
internal sealed class PipelineSettings : IValidateOptions<DatasetOptions>, IValidateOptions<FilesOptions>
{
    private const string AllowProbe = "Scheduler__AllowProbe";
    private const string DatasetsProvider = "Scheduler__Datasets__Provider";
    private const string DatasetsProject = "Scheduler__Datasets__Project";
    private const string DatasetsLocation = "Scheduler__Datasets__Location";
    private const string DatasetsEndpoint = "Scheduler__Datasets__Endpoint";
    private const string DatasetsMaxGigabytes = "Scheduler__Datasets__MaxGigabytesPerJob";
    private const string LockWaitSeconds = "Scheduler__Datasets__LockWaitSeconds";
    private const string MaxBytes = "Scheduler__Files__MaxBytes";

    /// <summary>Settings that name the scheduler's own datasets, in a process that has any.</summary>
    private static readonly string[] OwnDatasets =
    [
        "Scheduler__Storage__BigQuery__Dataset",
        "Scheduler__History__BigQuery__Dataset",
    ];

    public static void Bind(PipelineOptions options, IConfiguration configuration, IHostEnvironment environment)
    {
        options.TemplatesPath = Text(configuration, "Scheduler__Templates__Path") ?? options.TemplatesPath;
        options.WorkerName = Text(configuration, "WORKER_ID") ?? options.WorkerName;
        options.AllowProbe = Text(configuration, AllowProbe) switch
        {
            null => environment.IsDevelopment(),
            { } text when bool.TryParse(text, out var allowed) => allowed,
            _ => throw Wrong(AllowProbe, "must be true or false."),
        };
    }

    public static void Bind(DatasetOptions options, IConfiguration configuration)
    {
        options.Provider = Text(configuration, DatasetsProvider) switch
        {
            null => options.Provider,
            { } text when Enum.GetNames<DatasetProvider>().Contains(text, StringComparer.OrdinalIgnoreCase) =>
                Enum.Parse<DatasetProvider>(text, ignoreCase: true),
            _ => throw Wrong(
                DatasetsProvider,
                $"must be one of {string.Join(", ", Enum.GetNames<DatasetProvider>())}."
            ),
        };
        options.Path = configuration["Scheduler:Datasets:Path"] ?? options.Path;
        options.LockWaitSeconds = (int)Number(configuration, LockWaitSeconds, options.LockWaitSeconds, 0, 300);
        if (options.Provider == DatasetProvider.BigQuery)
        {
            options.BigQuery = Place(configuration);
            options.OwnDatasets = [.. OwnDatasets.Select(setting => Text(configuration, setting)).OfType<string>()];
        }
    }

    public static void Bind(FilesOptions options, IConfiguration configuration)
    {
        options.Root = Text(configuration, "Scheduler__Files__Root");
        options.MaxBytes = Number(configuration, MaxBytes, options.MaxBytes, 1, long.MaxValue);
        options.AllowedHosts = Text(configuration, "Scheduler__Files__AllowedHosts") ?? "";
    }

    private static BigQueryOptions Place(IConfiguration configuration)
    {
        var project = Text(configuration, DatasetsProject);
        if (!BigQueryForms.IsProject(project))
        {
            throw Wrong(DatasetsProject, BigQueryForms.ProjectRule);
        }
        var location = Text(configuration, DatasetsLocation) ?? BigQueryOptions.DefaultLocation;
        if (!BigQueryForms.IsLocation(location))
        {
            throw Wrong(DatasetsLocation, BigQueryForms.LocationRule);
        }
        return new BigQueryOptions
        {
            Project = project!,
            Location = location,
            Endpoint =
                BigQueryForms.Endpoint(Text(configuration, DatasetsEndpoint) ?? BigQueryOptions.GoogleEndpoint)
                ?? throw Wrong(DatasetsEndpoint, BigQueryForms.EndpointRule),
            MaximumBytesBilled = Number(configuration, DatasetsMaxGigabytes, 100, 1, 100_000) << 30,
        };
    }

    private static string? Text(IConfiguration configuration, string setting) =>
        configuration[setting.Replace("__", ":", StringComparison.Ordinal)]?.Trim() is { Length: > 0 } text
            ? text
            : null;

    private static long Number(IConfiguration configuration, string setting, long missing, long least, long most) =>
        Text(configuration, setting) switch
        {
            null => missing,
            { } text
                when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number >= least
                    && number <= most => number,
            _ => throw Wrong(setting, $"must be a whole number from {least} to {most}."),
        };

    private static OptionsValidationException Wrong(string setting, string rule) =>
        new(setting, typeof(PipelineSettings), [$"{setting} {rule}"]);

    public ValidateOptionsResult Validate(string? name, DatasetOptions options)
    {
        if (options.Provider == DatasetProvider.BigQuery)
        {
            return ValidateOptionsResult.Success;
        }
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            return ValidateOptionsResult.Fail("Scheduler__Datasets__Path must name a folder.");
        }
        try
        {
            PrivateFolder.Create(Path.GetFullPath(options.Path));
            using var probe = new FileStream(
                Path.Combine(options.Path, $".probe-{Guid.NewGuid():N}"),
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    Options = FileOptions.DeleteOnClose,
                }
            );
            return ValidateOptionsResult.Success;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail("Scheduler__Datasets__Path must name a folder that can be written.");
        }
    }

    public ValidateOptionsResult Validate(string? name, FilesOptions options)
    {
        if (options.Root is { Length: > 0 } root && !Directory.Exists(root))
        {
            return ValidateOptionsResult.Fail("Scheduler__Files__Root must name an existing folder, or be unset.");
        }
        return HostList.TryParse(options.AllowedHosts, out _) is { } fault
            ? ValidateOptionsResult.Fail($"Scheduler__Files__AllowedHosts {fault}.")
            : ValidateOptionsResult.Success;
    }
}
