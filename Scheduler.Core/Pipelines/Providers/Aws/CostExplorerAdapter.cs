using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using NodaTime;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Templates;
using ErrorType = Scheduler.Core.Retry.ErrorType;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>The costs of an AWS organization or account by Cost Explorer, one row per day, account and service or record type.</summary>
public sealed class CostExplorerAdapter(ProviderHttp http, IAwsIdentity identity, TimeProvider timeProvider)
    : IExtractAdapter
{
    private const string Target = "AWSInsightsIndexService.GetCostAndUsage";
    private const string MediaType = "application/x-amz-json-1.1";
    private const string Service = "ce";

    // Every page costs a cent; the account's own limit is not documented.
    private static readonly RatePolicy Rate = new(5, Duration.FromSeconds(1));

    public string Name => "aws.cost_explorer";

    public string Credential => "ACCESS_KEY";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        new(
            new TemplateParameter
            {
                Name = "metrics",
                Kind = ParameterKind.String,
                Values = ["UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost", "BlendedCost"],
                Required = true,
            }
        )
        {
            IsList = true,
        },
    ];

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var row = 1L;
        var login = new AwsLogin(http, identity, timeProvider);
        var session = await OpenAsync(login, request, cancellationToken);
        var mayRenew = true;
        try
        {
            foreach (var days in DayChunks.OfMonths(request.Days))
            {
                foreach (var query in CostExplorerQuery.All)
                {
                    List<ExtractPage> pages;
                    try
                    {
                        pages = await ReadAsync(session, query, days, request, row, cancellationToken);
                    }
                    catch (CredentialsExpiredException expired)
                    {
                        if (!mayRenew)
                        {
                            throw new PipelineException(ErrorType.AuthenticationFailed, expired.Message);
                        }
                        mayRenew = false;
                        session.Dispose();
                        session = await OpenAsync(login, request, cancellationToken);
                        pages = await ReadRenewedAsync(session, query, days, request, row, cancellationToken);
                    }
                    foreach (var page in pages)
                    {
                        row += page.Rows.Count;
                        yield return page;
                    }
                }
            }
        }
        finally
        {
            session.Dispose();
        }
    }

    private async Task<ProviderSession> OpenAsync(
        AwsLogin login,
        ExtractRequest request,
        CancellationToken cancellationToken
    ) => http.Open(Profile(await login.OpenAsync(request, cancellationToken)), request);

    private ProviderProfile Profile(AWSCredentials credentials) =>
        new()
        {
            Name = "AWS Cost Explorer",
            Endpoint = http.Options.AwsCostExplorer,
            Rate = Rate,
            Classify = AwsErrors.Classify,
            MediaTypes = [MediaType, "application/json"],
            Wrap = inner => new SigV4SigningHandler(
                credentials,
                RegionEndpoint.GetBySystemName(http.Options.AwsRegion),
                Service,
                inner
            ),
        };

    private static async Task<List<ExtractPage>> ReadRenewedAsync(
        ProviderSession session,
        CostExplorerQuery query,
        DayWindow days,
        ExtractRequest request,
        long row,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ReadAsync(session, query, days, request, row, cancellationToken);
        }
        catch (CredentialsExpiredException expired)
        {
            throw new PipelineException(ErrorType.AuthenticationFailed, expired.Message);
        }
    }

    /// <summary>Every page of one call, kept back until the last is in: a listing that restarts must leave no row behind.</summary>
    private static async Task<List<ExtractPage>> ReadAsync(
        ProviderSession session,
        CostExplorerQuery query,
        DayWindow days,
        ExtractRequest request,
        long row,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ReadOnceAsync(session, query, days, request, row, cancellationToken);
        }
        catch (RestartPagingException)
        {
            try
            {
                return await ReadOnceAsync(session, query, days, request, row, cancellationToken);
            }
            catch (RestartPagingException twice)
            {
                throw new PipelineException(ErrorType.ServiceUnavailable, twice.Message);
            }
        }
    }

    private static async Task<List<ExtractPage>> ReadOnceAsync(
        ProviderSession session,
        CostExplorerQuery query,
        DayWindow days,
        ExtractRequest request,
        long row,
        CancellationToken cancellationToken
    )
    {
        var pages = new List<ExtractPage>();
        var metrics = request.Options.Words("metrics");
        session.Pages.Begin();
        string? token = null;
        do
        {
            session.Pages.Count();
            var body = query.Body(days, metrics, token);
            var answer = await session.SendAsync(_ => ValueTask.FromResult(Request(session, body)), cancellationToken);
            var page = Page(session.Provider, query, metrics, answer, row);
            row += page.Rows.Count;
            pages.Add(page);
            token = session.Pages.Next(answer.Json.TextOrNull("NextPageToken"));
        } while (token is not null);
        return pages;
    }

    private static HttpRequestMessage Request(ProviderSession session, byte[] body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, session.Endpoint.Address)
        {
            Content = new ByteArrayContent(body),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        message.Headers.Add("X-Amz-Target", Target);
        return message;
    }

    private static ExtractPage Page(
        string provider,
        CostExplorerQuery query,
        IReadOnlyList<string> metrics,
        ProviderAnswer answer,
        long row
    )
    {
        var table = new RowTable();
        var names = AccountNames(answer.Json);
        foreach (var day in answer.Json.Items(provider, "ResultsByTime"))
        {
            var start = day.Object(provider, "TimePeriod").Scalar(provider, "Start");
            var estimated = day.Flag(provider, "Estimated") ? "true" : "false";
            // Grouped results have an empty Total; the groups have it all.
            foreach (var group in day.Items(provider, "Groups"))
            {
                var keys = group.Items(provider, "Keys").Select(key => key.Cell()).ToList();
                if (keys.Count != query.Grouping.Count)
                {
                    throw JsonFields.Drift(provider, "Keys", $"{query.Grouping.Count} values");
                }
                table.Row().Set("TimePeriod.Start", start).Set("Estimated", estimated);
                for (var place = 0; place < keys.Count; place++)
                {
                    table.Set(query.Grouping[place], keys[place]);
                }
                table.Set("LINKED_ACCOUNT.description", names.GetValueOrDefault(keys[0] ?? ""));
                AddMetrics(provider, table, metrics, group.Object(provider, "Metrics"));
            }
        }
        return table.Page(row, answer.Length);
    }

    /// <summary>The amounts, and the one unit of all of them.</summary>
    private static void AddMetrics(string provider, RowTable table, IReadOnlyList<string> metrics, JsonElement amounts)
    {
        string? unit = null;
        foreach (var metric in metrics)
        {
            var amount = amounts.Object(provider, metric);
            table.Set(metric, amount.Scalar(provider, "Amount"));
            var own = amount.Scalar(provider, "Unit");
            if (unit is not null && unit != own)
            {
                throw JsonFields.Drift(provider, $"{metric}.Unit", $"{unit}, like that of the other metrics");
            }
            unit = own;
        }
        table.Set("Unit", unit);
    }

    private static Dictionary<string, string?> AccountNames(JsonElement answer)
    {
        var names = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (answer.Field("DimensionValueAttributes") is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var entry in list.EnumerateArray())
            {
                if (entry.TextOrNull("Value") is { } account)
                {
                    names[account] = entry.Field("Attributes").TextOrNull("description");
                }
            }
        }
        return names;
    }
}
