using System.Text.Json;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>Pipelines as the tests configure them.</summary>
internal static class PipelineRequests
{
    // Once a year: a pipeline is due only when a test makes it due, and then for one occurrence.
    private const string Yearly = "0 4 1 1 *";

    public static ConfigurePipelineRequest Focus(string file, string name = "costs") =>
        new()
        {
            Provider = "FILE",
            Domain = "COST",
            PipelineTemplate = "focus_csv",
            PipelineName = name,
            ScheduleCron = Yearly,
            Parameters = Parameters(("path", file)),
        };

    public static ConfigurePipelineRequest FocusAt(Uri url, string name, string? credentialId = null) =>
        Focus("", name) with
        {
            CredentialId = credentialId,
            Parameters = Parameters(("url", url.ToString())),
        };

    public static CreateCredentialRequest ApiKey(string provider, string secret) =>
        new()
        {
            Provider = provider,
            CredentialType = CredentialType.ApiKey,
            CredentialName = "export key",
            Credentials = JsonSerializer.SerializeToElement(secret),
        };

    public static ConfigurePipelineRequest Probe(string name, params (string Name, object Value)[] parameters) =>
        new()
        {
            Provider = "SYSTEM",
            Domain = "TEST",
            PipelineTemplate = "probe",
            PipelineName = name,
            ScheduleCron = Yearly,
            Parameters = Parameters(parameters),
        };

    /// <summary>Tries again after a second, up to 20 times.</summary>
    public static RetryConfig QuickRetries { get; } =
        new()
        {
            MaxRetries = 20,
            BaseSeconds = 1,
            BackoffMultiplier = 1,
            MaxBackoffSeconds = 1,
        };

    private static Dictionary<string, JsonElement> Parameters(params (string Name, object Value)[] parameters) =>
        parameters.ToDictionary(pair => pair.Name, pair => JsonSerializer.SerializeToElement(pair.Value));
}
