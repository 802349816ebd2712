using System.Text.RegularExpressions;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Api.Settings;

/// <summary>Reads which BigQuery dataset keeps the scheduler's tables. Names end up in addresses and in SQL, so their form is checked.</summary>
internal static partial class BigQuerySettings
{
    private const string Project = "Scheduler__Storage__BigQuery__Project";
    private const string Dataset = "Scheduler__Storage__BigQuery__Dataset";
    private const string Location = "Scheduler__Storage__BigQuery__Location";
    private const string Endpoint = "Scheduler__Storage__BigQuery__Endpoint";
    private const string FlushSeconds = "Scheduler__Storage__BigQuery__FlushSeconds";
    private const string MaxGigabytes = "Scheduler__Storage__BigQuery__MaxGigabytesPerJob";

    public static BigQueryOptions Read(SettingsReader read) =>
        ReadPlace(read, (Project, Dataset, Location, Endpoint)) with
        {
            FlushInterval = TimeSpan.FromSeconds(read.Whole(FlushSeconds, 1, 0, 60)),
            MaximumBytesBilled = (long)read.Whole(MaxGigabytes, 100, 1, 100_000) << 30,
        };

    /// <summary>Which dataset it is, by settings of the given names.</summary>
    public static BigQueryOptions ReadPlace(
        SettingsReader read,
        (string Project, string Dataset, string Location, string Endpoint) names
    )
    {
        var project = read.Text(names.Project) ?? "";
        if (!ProjectForm().IsMatch(project))
        {
            read.Refuse(names.Project, "must be the id of a Google Cloud project, such as 'acme-billing-1'.");
        }
        return new BigQueryOptions
        {
            Project = project,
            Dataset = Named(
                read,
                names.Dataset,
                BigQueryOptions.DefaultDataset,
                DatasetForm(),
                "letters, digits and '_'"
            ),
            Location = Named(
                read,
                names.Location,
                BigQueryOptions.DefaultLocation,
                LocationForm(),
                "a location of BigQuery, such as US, EU or europe-west3"
            ),
            Endpoint = Address(read, names.Endpoint),
        };
    }

    private static string Named(SettingsReader read, string setting, string standard, Regex form, string rule)
    {
        var text = read.Text(setting) ?? standard;
        if (!form.IsMatch(text))
        {
            read.Refuse(setting, $"must be {rule}.");
        }
        return text;
    }

    private static Uri Address(SettingsReader read, string setting)
    {
        var standard = new Uri(BigQueryOptions.GoogleEndpoint);
        if (read.Text(setting) is not { } text)
        {
            return standard;
        }
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && address is { UserInfo: "", PathAndQuery: "/", Fragment: "" }
        )
        {
            return address;
        }
        read.Refuse(setting, "must be an https address without a path (http on loopback only, for an emulator).");
        return standard;
    }

    /// <summary>An older form has the organisation's domain in front.</summary>
    [GeneratedRegex(@"\A([a-z0-9.-]{1,63}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]\z")]
    private static partial Regex ProjectForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_]{1,1024}\z")]
    private static partial Regex DatasetForm();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9-]{1,39}\z")]
    private static partial Regex LocationForm();
}
