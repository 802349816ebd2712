using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Scheduler.Core.Telemetry;

/// <summary>Reads and checks the settings of telemetry, which API and worker share.</summary>
public static partial class TelemetrySettings
{
    private const string StandardEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string StandardProtocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string Endpoint = "Scheduler__Telemetry__OtlpEndpoint";
    private const string Ratio = "Scheduler__Telemetry__TraceRatio";
    private const string Project = "GOOGLE_CLOUD_PROJECT";

    /// <param name="refuse">Called with the name of each setting that is wrong and how it must be, as the end of a sentence.</param>
    public static TelemetryOptions Read(IConfiguration configuration, Action<string, string> refuse)
    {
        var own = ReadEndpoint(configuration, Endpoint, refuse);
        var standard = ReadEndpoint(configuration, StandardEndpoint, refuse);
        if (Text(configuration, StandardProtocol) is { } protocol && protocol is not ("grpc" or "http/protobuf"))
        {
            refuse(StandardProtocol, "must be grpc or http/protobuf");
        }
        var ratio = 1.0;
        if (
            Text(configuration, Ratio) is { } text
            && !(
                double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out ratio)
                && ratio is >= 0 and <= 1
            )
        )
        {
            refuse(Ratio, "must be a number from 0 to 1");
        }
        var project = Text(configuration, Project);
        if (project is not null && !ProjectId().IsMatch(project))
        {
            refuse(Project, "must be the id of a Google Cloud project, like my-project-1");
            project = null;
        }
        return new TelemetryOptions
        {
            OtlpEndpoint = own ?? standard,
            TraceRatio = ratio,
            Project = project,
        };
    }

    // The address is not repeated: somebody may have put a password into it.
    private static Uri? ReadEndpoint(IConfiguration configuration, string setting, Action<string, string> refuse)
    {
        if (Text(configuration, setting) is not { } text)
        {
            return null;
        }
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url is { UserInfo: "", Query: "", Fragment: "" }
        )
        {
            return url;
        }
        refuse(setting, "must be an http or https address without name, password or query, like http://localhost:4317");
        return null;
    }

    private static string? Text(IConfiguration configuration, string setting)
    {
        var text = configuration[setting.Replace("__", ":", StringComparison.Ordinal)]?.Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    // https://cloud.google.com/resource-manager/docs/creating-managing-projects; older ones have a domain before a colon.
    [GeneratedRegex(@"\A([a-z0-9.-]{1,63}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]\z")]
    private static partial Regex ProjectId();
}
