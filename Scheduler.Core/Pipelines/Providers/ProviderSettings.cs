using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Scheduler.Core.Pipelines.Providers;

/// <summary>Reads and checks the settings of the providers; every message names the setting.</summary>
internal static partial class ProviderSettings
{
    private const string OpenAi = "Scheduler__Providers__OpenAi__Url";
    private const string Claude = "Scheduler__Providers__Claude__Url";
    private const string CostExplorer = "Scheduler__Providers__Aws__CostExplorerUrl";
    private const string Sts = "Scheduler__Providers__Aws__StsUrl";
    private const string S3 = "Scheduler__Providers__Aws__S3Url";
    private const string Region = "Scheduler__Providers__Aws__Region";
    private const string Management = "Scheduler__Providers__Azure__ManagementUrl";
    private const string Authority = "Scheduler__Providers__Azure__AuthorityUrl";
    private const string Blob = "Scheduler__Providers__Azure__BlobUrl";
    private const string BigQuery = "Scheduler__Providers__Gcp__BigQueryUrl";
    private const string Storage = "Scheduler__Providers__Gcp__StorageUrl";
    private const string SecurityCenter = "Scheduler__Providers__Gcp__SecurityCenterUrl";
    private const string Token = "Scheduler__Providers__Gcp__TokenUrl";
    private const string MaxResponseBytes = "Scheduler__Providers__MaxResponseBytes";
    private const string MaxRunBytes = "Scheduler__Providers__MaxRunBytes";
    private const string MaxPages = "Scheduler__Providers__MaxPages";

    /// <exception cref="OptionsValidationException">A setting is wrong.</exception>
    public static void Bind(ProviderOptions options, IConfiguration configuration)
    {
        options.OpenAi = Endpoint(configuration, OpenAi, options.OpenAi);
        options.Claude = Endpoint(configuration, Claude, options.Claude);
        options.AwsCostExplorer = Endpoint(configuration, CostExplorer, options.AwsCostExplorer);
        options.AwsSts = Endpoint(configuration, Sts, options.AwsSts);
        options.AwsS3 = Text(configuration, S3) is null ? null : Endpoint(configuration, S3, options.AwsSts);
        options.AwsRegion = Text(configuration, Region) switch
        {
            null => options.AwsRegion,
            { } text when RegionName().IsMatch(text) => text,
            _ => throw Wrong(Region, "must be a region such as us-east-1."),
        };
        options.AzureManagement = Endpoint(configuration, Management, options.AzureManagement);
        options.AzureAuthority = Endpoint(configuration, Authority, options.AzureAuthority);
        options.AzureBlob = Text(configuration, Blob) is null
            ? null
            : Endpoint(configuration, Blob, options.AzureManagement);
        options.GcpBigQuery = Endpoint(configuration, BigQuery, options.GcpBigQuery);
        options.GcpStorage = Endpoint(configuration, Storage, options.GcpStorage);
        options.GcpSecurityCenter = Endpoint(configuration, SecurityCenter, options.GcpSecurityCenter);
        options.GcpToken = Endpoint(configuration, Token, options.GcpToken);
        options.MaxResponseBytes = Number(configuration, MaxResponseBytes, options.MaxResponseBytes, 1L << 30);
        options.MaxRunBytes = Number(configuration, MaxRunBytes, options.MaxRunBytes, 1L << 40);
        options.MaxPages = (int)Number(configuration, MaxPages, options.MaxPages, 1_000_000);
    }

    private static ProviderEndpoint Endpoint(IConfiguration configuration, string setting, ProviderEndpoint missing) =>
        Text(configuration, setting) is not { } text ? missing
        : ProviderEndpoint.TryParse(text, out var endpoint) is { } refusal ? throw Wrong(setting, $"{refusal}.")
        : endpoint!;

    private static long Number(IConfiguration configuration, string setting, long missing, long most) =>
        Text(configuration, setting) switch
        {
            null => missing,
            { } text
                when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number >= 1
                    && number <= most => number,
            _ => throw Wrong(setting, $"must be a whole number from 1 to {most}."),
        };

    private static string? Text(IConfiguration configuration, string setting) =>
        configuration[setting.Replace("__", ":", StringComparison.Ordinal)]?.Trim() is { Length: > 0 } text
            ? text
            : null;

    private static OptionsValidationException Wrong(string setting, string rule) =>
        new(setting, typeof(ProviderSettings), [$"{setting} {rule}"]);

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z")]
    private static partial Regex RegionName();
}
