using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Gcp;

/// <summary>
/// Runs a template's query in BigQuery with the customer's service account. A pipeline over another table needs a template and
/// its SQL, no code.
/// </summary>
/// <remarks><see href="https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query"/></remarks>
public sealed class BigQuerySqlAdapter(ProviderHttp http) : IExtractAdapter
{
    /// <summary>The one slot of a query: the customer's table, checked and quoted.</summary>
    public const string TableSlot = "{table}";

    /// <summary>The watermark: up to which instant the source has been looked at for changes.</summary>
    public const string Mark = "changed_until";

    // How long BigQuery itself waits for the query before it answers that it is not done yet.
    private static readonly Duration ServerWait = Duration.FromSeconds(10);

    private static readonly InstantPattern SinceFormat = InstantPattern.CreateWithInvariantCulture(
        "uuuu-MM-dd HH:mm:ss.FFFFFF'+00'"
    );

    private static readonly RatePolicy Rate = new(20, Duration.FromMilliseconds(100));

    public string Name => "bigquery.sql";

    public string Credential => "SERVICE_ACCOUNT";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        Required("project", ParameterKind.GcpProject),
        Required("table", ParameterKind.BigqueryTable),
        new(
            new TemplateParameter
            {
                Name = "location",
                Kind = ParameterKind.String,
                MaxLength = 64,
                Default = "US",
            }
        ),
        new(
            new TemplateParameter
            {
                Name = "query_file",
                Kind = ParameterKind.String,
                Required = true,
            }
        )
        {
            IsFile = true,
        },
        new(new TemplateParameter { Name = "changed_query_file", Kind = ParameterKind.String }) { IsFile = true },
        Number("changed_overlap_days", 1, 0, 400),
        Number("max_bytes_billed", 20_000_000_000, 1, long.MaxValue),
        Number("page_rows", 10_000, 1, 100_000),
    ];

    /// <summary>
    /// Asks the template's query for changed days about what came after the watermark. The mark that it answers, and not one that the rows
    /// show, becomes the next watermark: what the source gets between the two queries is then found by the next run.
    /// </summary>
    public async Task<SourceChanges?> FindChangesAsync(ExtractRequest request, CancellationToken cancellationToken)
    {
        if (request.Options.Text("changed_query_file") is not { } sql)
        {
            return null;
        }
        using var login = new GcpLogin(http, request.Credential, GcpLogin.BigQuery);
        using var session = http.Open(Profile(), request);
        var since = SinceFormat.Format(Since(request));
        var rows = 0;
        var (earliest, mark) = ((string?)null, (string?)null);
        await foreach (
            var page in ReadAsync(session, login, request, sql, ("changed_since", "TIMESTAMP", since))
                .WithCancellation(cancellationToken)
        )
        {
            foreach (var row in page.Rows)
            {
                if (++rows > 1 || row.Length != 2)
                {
                    throw JsonFields.Drift(session.Provider, "rows", "one row with a day and an instant");
                }
                (earliest, mark) = (row[0], row[1]);
            }
        }
        return new SourceChanges
        {
            EarliestDay = Read(session.Provider, LocalDatePattern.Iso, earliest),
            Watermarks = Read(session.Provider, SinceFormat, mark) is { } instant
                ? new Dictionary<string, string> { [Mark] = SinceFormat.Format(instant) }
                : new Dictionary<string, string>(),
        };
    }

    /// <summary>A little before the watermark: the source may show lines in another order than it stamps them.</summary>
    private static Instant Since(ExtractRequest request)
    {
        var overlap = Duration.FromDays((int)(request.Options.Integer("changed_overlap_days") ?? 0));
        var since =
            request.Watermarks.TryGetValue(Mark, out var text) && SinceFormat.Parse(text) is { Success: true } mark
                ? mark.Value
                : request.ChangedSince;
        return since - overlap;
    }

    private static T? Read<T>(string provider, IPattern<T> pattern, string? cell)
        where T : struct =>
        cell is null ? null
        : pattern.Parse(cell) is { Success: true } read ? read.Value
        : throw JsonFields.Drift(provider, "rows", "one row with a day and an instant");

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var login = new GcpLogin(http, request.Credential, GcpLogin.BigQuery);
        using var session = http.Open(Profile(), request);
        var (from, to) = (LocalDatePattern.Iso.Format(request.Days.From), LocalDatePattern.Iso.Format(request.Days.To));
        var sql = request.Options.Text("query_file")!;
        await foreach (
            var page in ReadAsync(session, login, request, sql, ("from", "DATE", from), ("to", "DATE", to))
                .WithCancellation(cancellationToken)
        )
        {
            yield return page;
        }
    }

    private ProviderProfile Profile() =>
        new()
        {
            Name = "BigQuery",
            Endpoint = http.Options.GcpBigQuery,
            Rate = Rate,
            Classify = GcpErrors.Classify,
        };

    /// <summary>Starts the query, waits for its end, and reads its pages.</summary>
    private static IAsyncEnumerable<ExtractPage> ReadAsync(
        ProviderSession session,
        GcpLogin login,
        ExtractRequest request,
        string sql,
        params (string Name, string Type, string Value)[] parameters
    ) => PagesAsync(session, login, request, Body(request.Options, sql, parameters), default);

    private static async IAsyncEnumerable<ExtractPage> PagesAsync(
        ProviderSession session,
        GcpLogin login,
        ExtractRequest request,
        byte[] body,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var queries = $"bigquery/v2/projects/{request.Options.Text("project")}/queries";
        session.Pages.Begin();
        session.Pages.Count();
        var answer = await session.SendAsync(
            async token => Post(session.Endpoint.At(queries), body, await login.TokenAsync(token)),
            cancellationToken
        );
        var row = 1L;
        while (true)
        {
            var isDone = answer.Json.Flag(session.Provider, "jobComplete");
            string? token = null;
            if (isDone)
            {
                var page = Page(answer, row);
                row += page.Rows.Count;
                CountBilled(request, answer.Json, row == page.Rows.Count + 1);
                yield return page;
                token = session.Pages.Next(answer.Json.TextOrNull("pageToken"));
                if (token is null)
                {
                    RequireAll(session.Provider, answer.Json, row - 1);
                    yield break;
                }
            }
            // Each answer counts: a query that is never done ends like pages without end.
            session.Pages.Count();
            var next = session.Endpoint.At(Poll(session.Provider, queries, answer.Json, request.Options, token));
            answer = await session.SendAsync(
                async cancel => Get(next, await login.TokenAsync(cancel)),
                cancellationToken
            );
        }
    }

    private static byte[] Body(
        ResolvedValues options,
        string sql,
        IReadOnlyList<(string Name, string Type, string Value)> parameters
    )
    {
        var table = $"`{options.Text("table")}`";
        var body = new JsonObject
        {
            ["query"] = sql.Replace(TableSlot, table, StringComparison.Ordinal),
            ["useLegacySql"] = false,
            ["parameterMode"] = "NAMED",
            ["queryParameters"] = new JsonArray([
                .. parameters.Select(parameter => new JsonObject
                {
                    ["name"] = parameter.Name,
                    ["parameterType"] = new JsonObject { ["type"] = parameter.Type },
                    ["parameterValue"] = new JsonObject { ["value"] = parameter.Value },
                }),
            ]),
            ["location"] = options.Text("location"),
            ["maxResults"] = options.Integer("page_rows"),
            ["timeoutMs"] = (long)ServerWait.TotalMilliseconds,
            ["maximumBytesBilled"] = Text(options.Integer("max_bytes_billed")),
            // The same for every try: a call whose answer was lost does not start, and bill, a second query.
            ["requestId"] = Guid.NewGuid().ToString(),
            ["labels"] = new JsonObject { ["started_by"] = "scheduler" },
            ["formatOptions"] = new JsonObject { ["useInt64Timestamp"] = true },
        };
        return Encoding.UTF8.GetBytes(body.ToJsonString(JsonSerializerOptions.Default));
    }

    private static string Poll(
        string provider,
        string queries,
        JsonElement answer,
        ResolvedValues options,
        string? token
    )
    {
        var job = answer.Object(provider, "jobReference");
        var query = new StringBuilder(queries)
            .Append('/')
            .Append(Uri.EscapeDataString(job.Scalar(provider, "jobId")))
            .Append("?location=")
            .Append(Uri.EscapeDataString(job.TextOrNull("location") ?? options.Text("location")!))
            .Append(CultureInfo.InvariantCulture, $"&maxResults={options.Integer("page_rows")}")
            .Append(CultureInfo.InvariantCulture, $"&timeoutMs={(long)ServerWait.TotalMilliseconds}")
            .Append("&formatOptions.useInt64Timestamp=true");
        return token is null
            ? query.ToString()
            : query.Append("&pageToken=").Append(Uri.EscapeDataString(token)).ToString();
    }

    private static HttpRequestMessage Post(Uri address, byte[] body, string token)
    {
        var message = Get(address, token);
        message.Method = HttpMethod.Post;
        message.Content = new ByteArrayContent(body);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return message;
    }

    private static HttpRequestMessage Get(Uri address, string token) =>
        new(HttpMethod.Get, address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    private static ExtractPage Page(ProviderAnswer answer, long row)
    {
        var cells = new QueryCells(answer.Json.Object("BigQuery", "schema"));
        // A query without rows has no such field.
        var rows =
            answer.Json.Field("rows").ValueKind == JsonValueKind.Array ? answer.Json.Items("BigQuery", "rows") : [];
        return new ExtractPage
        {
            Columns = cells.Names,
            Rows = [.. rows.Select(cells.Row)],
            FirstRow = row,
            BytesRead = answer.Length,
        };
    }

    /// <summary>Every page of a query says what the whole query was billed for.</summary>
    private static void CountBilled(ExtractRequest request, JsonElement answer, bool isFirst)
    {
        var text = answer.TextOrNull("totalBytesBilled") ?? answer.TextOrNull("totalBytesProcessed");
        if (isFirst && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
        {
            request.Meter.CountBilled(bytes);
        }
    }

    /// <summary>BigQuery says how many rows there are: fewer would be a bill that is too low.</summary>
    private static void RequireAll(string provider, JsonElement answer, long read)
    {
        if (answer.TextOrNull("totalRows") is { } total && total != Text(read))
        {
            throw new PipelineException(
                ErrorType.ServiceUnavailable,
                $"{provider} sent {read} rows of a result that it says has another number."
            );
        }
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static AdapterOption Required(string name, ParameterKind kind) =>
        new(
            new TemplateParameter
            {
                Name = name,
                Kind = kind,
                Required = true,
            }
        );

    private static AdapterOption Number(string name, long standard, long least, long most) =>
        new(
            new TemplateParameter
            {
                Name = name,
                Kind = ParameterKind.Int,
                Min = least,
                Max = most,
                Default = standard,
            }
        );
}
