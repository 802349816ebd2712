using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Scheduler.Core.Datasets;
using Scheduler.Core.Net;
using Scheduler.Core.Pipelines.Files;

namespace Scheduler.Core.Pipelines;

/// <summary>Reads and checks the settings of pipelines; every message names the setting.</summary>
internal sealed class PipelineSettings : IValidateOptions<DatasetOptions>, IValidateOptions<FilesOptions>
{
    private const string AllowProbe = "Scheduler:AllowProbe";

    public static void Bind(PipelineOptions options, IConfiguration configuration)
    {
        options.TemplatesPath = configuration["Scheduler:Templates:Path"] ?? options.TemplatesPath;
        options.WorkerName = configuration["WORKER_ID"] is { Length: > 0 } name ? name : options.WorkerName;
        options.AllowProbe = configuration[AllowProbe] switch
        {
            null or "" => IsDevelopment(configuration),
            { } text when bool.TryParse(text, out var allowed) => allowed,
            _ => throw new OptionsValidationException(
                AllowProbe,
                typeof(PipelineOptions),
                ["Scheduler__AllowProbe must be true or false."]
            ),
        };
    }

    public static bool IsDevelopment(IConfiguration configuration) =>
        string.Equals(
            configuration["ASPNETCORE_ENVIRONMENT"]
                ?? configuration["DOTNET_ENVIRONMENT"]
                ?? configuration["ENVIRONMENT"],
            "Development",
            StringComparison.OrdinalIgnoreCase
        );

    public ValidateOptionsResult Validate(string? name, DatasetOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            return ValidateOptionsResult.Fail("Scheduler__Datasets__Path must name a folder.");
        }
        return options.LockWaitSeconds is < 0 or > 300
            ? ValidateOptionsResult.Fail("Scheduler__Datasets__LockWaitSeconds must be from 0 to 300.")
            : ValidateOptionsResult.Success;
    }

    public ValidateOptionsResult Validate(string? name, FilesOptions options)
    {
        if (options.Root is { Length: > 0 } root && !Directory.Exists(root))
        {
            return ValidateOptionsResult.Fail("Scheduler__Files__Root must name an existing folder, or be unset.");
        }
        if (HostList.TryParse(options.AllowedHosts, out _) is { } fault)
        {
            return ValidateOptionsResult.Fail($"Scheduler__Files__AllowedHosts {fault}.");
        }
        return options.MaxBytes <= 0
            ? ValidateOptionsResult.Fail("Scheduler__Files__MaxBytes must be a number of bytes above 0.")
            : ValidateOptionsResult.Success;
    }
}
