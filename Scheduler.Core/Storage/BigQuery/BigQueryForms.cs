using System.Text.RegularExpressions;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>The forms of settings that name a place in BigQuery. They end up in addresses and in SQL, so they are checked.</summary>
public static partial class BigQueryForms
{
    public const string ProjectRule = "must be the id of a Google Cloud project, such as 'acme-billing-1'.";
    public const string DatasetRule = "must be letters, digits and '_'.";
    public const string LocationRule = "must be a location of BigQuery, such as US, EU or europe-west3.";
    public const string EndpointRule =
        "must be an https address without a path (http on loopback only, for an emulator).";

    public static bool IsProject(string? text) => text is not null && ProjectForm().IsMatch(text);

    public static bool IsDataset(string? text) => text is not null && DatasetForm().IsMatch(text);

    public static bool IsLocation(string? text) => text is not null && LocationForm().IsMatch(text);

    /// <summary>The address of the API, or null where the text is none that credentials may be sent to.</summary>
    public static Uri? Endpoint(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address is { UserInfo: "", PathAndQuery: "/", Fragment: "" }
            ? address
            : null;

    /// <summary>An older form has the organisation's domain in front.</summary>
    [GeneratedRegex(@"\A([a-z0-9.-]{1,63}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]\z")]
    private static partial Regex ProjectForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_]{1,1024}\z")]
    private static partial Regex DatasetForm();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9-]{1,39}\z")]
    private static partial Regex LocationForm();
}
