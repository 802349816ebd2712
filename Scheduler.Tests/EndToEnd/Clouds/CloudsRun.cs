using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using NodaTime;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Providers;
using Scheduler.Core.Runs;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Pipelines.Providers.Servers;

namespace Scheduler.Tests.EndToEnd.Clouds;

/// <summary>
/// One customer with a credential and a pipeline of each of the five providers; API and worker are the built programs, and the
/// providers are the test servers, which check what they receive.
/// </summary>
internal sealed class CloudsRun : IAsyncDisposable
{
    private const string Customer = "alder_shop";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly World world = new(StorageProvider.Sqlite, leaseSeconds: 120);
    private readonly OpenAiServer openAi = new();
    private readonly ClaudeServer claude = new();
    private readonly AwsServer aws = new();
    private readonly AzureServer azure = new();
    private readonly GcpServer gcp = new();
    private readonly LocalDate today = LocalDate.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    /// <summary>Every row of the customer's view: provider, service, day, billed, effective, currency.</summary>
    public async Task<IReadOnlyList<string[]>> RunAsync()
    {
        SetCosts();
        (string, string)[] settings =
        [
            ("Scheduler__Providers__OpenAi__Url", Url(openAi.Endpoint)),
            ("Scheduler__Providers__Claude__Url", Url(claude.Endpoint)),
            ("Scheduler__Providers__Aws__CostExplorerUrl", Url(aws.Endpoint)),
            ("Scheduler__Providers__Aws__StsUrl", Url(aws.Endpoint)),
            ("Scheduler__Providers__Azure__ManagementUrl", Url(azure.Endpoint)),
            ("Scheduler__Providers__Azure__AuthorityUrl", Url(azure.Endpoint)),
            ("Scheduler__Providers__Gcp__BigQueryUrl", Url(gcp.Endpoint)),
            ("Scheduler__Providers__Gcp__TokenUrl", Url(gcp.Endpoint)),
            ("Scheduler__Secrets__KeyFile", Path.Combine(world.Folder, "credentials.key")),
            // The identity that the customer's role trusts.
            ("AWS_ACCESS_KEY_ID", AwsServer.ProcessKeyId),
            ("AWS_SECRET_ACCESS_KEY", AwsServer.ProcessSecret),
        ];
        await world.StartApiAsync();
        await world.OnboardAsync(Customer, SubscriptionPlan.Professional);
        var pipelines = await ConfigureAsync();
        await world.StartWorkerAsync("worker-1", null, [.. settings, ("WORKER_CONCURRENCY", "5")]);
        await world.Journal.MakeDueAsync(pipelines);
        await world.Client.TriggerAsync();
        await EndedAsync(pipelines.Count);
        return await CostsAsync();
    }

    /// <summary>What the test servers would not have accepted of real callers.</summary>
    public IReadOnlyList<string> Complaints =>
        [.. new FakeProvider[] { openAi, claude, aws, azure, gcp }.SelectMany(server => server.Complaints)];

    /// <summary>The paces that the worker has taken turns from, by provider.</summary>
    public Task<List<string>> PacesAsync() => world.Journal.PacesAsync(Customer);

    public async ValueTask DisposeAsync()
    {
        await world.DisposeAsync();
        foreach (var server in new FakeProvider[] { openAi, claude, aws, azure, gcp })
        {
            server.Dispose();
        }
    }

    private void SetCosts()
    {
        var (first, second) = (today.PlusDays(-2), today.PlusDays(-1));
        openAi.SetCosts((first, "gpt-4o input", "12.5"), (second, "gpt-4o input", "9.75"));
        claude.SetCosts((first, "Claude Sonnet Usage - Input Tokens", "7.1234"), (second, "Web Search Usage", "0.8"));
        aws.SetCosts((first, "Amazon EC2", "120.04"), (first, "Amazon S3", "8.2"), (second, "Amazon EC2", "118.99"));
        aws.Others.Add((second, "Tax", "23.5"));
        azure.SetCosts((first, "Virtual Machines", "64.1"), (second, "Storage", "3.35"));
        gcp.SetCosts((first, "BigQuery", "41.2"), (first, "BigQuery", "-1.2"), (second, "Cloud Run", "17.05"));
    }

    private async Task<IReadOnlyList<string>> ConfigureAsync()
    {
        string[] ids =
        [
            await ConfigureAsync("OPENAI", CredentialType.ApiKey, OpenAiServer.Key),
            await ConfigureAsync("ANTHROPIC", CredentialType.ApiKey, ClaudeServer.Key),
            await ConfigureAsync(
                "AWS",
                CredentialType.AccessKey,
                new { role_arn = AwsServer.RoleArn, external_id = AwsServer.ExternalId },
                ("source_account_id", AwsServer.Account)
            ),
            await ConfigureAsync(
                "AZURE",
                CredentialType.ServiceAccount,
                new
                {
                    tenant_id = AzureServer.Tenant,
                    client_id = AzureServer.Client,
                    client_secret = AzureServer.Secret,
                },
                ("scope", AzureServer.Scope)
            ),
            await ConfigureAsync(
                "GCP",
                CredentialType.ServiceAccount,
                JsonSerializer.Deserialize<JsonElement>(gcp.KeyFile()),
                ("billing_project", GcpServer.Project),
                ("billing_table", GcpServer.Table),
                ("location", "EU")
            ),
        ];
        return ids;
    }

    private async Task<string> ConfigureAsync(
        string provider,
        CredentialType type,
        object secret,
        params (string Name, string Value)[] parameters
    )
    {
        await world.Client.AddCredentialAsync(
            Customer,
            new CreateCredentialRequest
            {
                Provider = provider,
                CredentialType = type,
                CredentialName = "billing",
                Credentials = JsonSerializer.SerializeToElement(secret),
            }
        );
        var days = new[] { ("from", $"{today.PlusDays(-2):uuuu-MM-dd}"), ("to", $"{today:uuuu-MM-dd}") };
        var config = await world.Client.ConfigureAsync(
            Customer,
            new ConfigurePipelineRequest
            {
                Provider = provider,
                Domain = "COST",
                PipelineTemplate = "cost_billing",
                ScheduleCron = "0 4 * * *",
                Parameters = parameters
                    .Concat(days)
                    .ToDictionary(pair => pair.Item1, pair => JsonSerializer.SerializeToElement(pair.Item2)),
            }
        );
        return config.ConfigId;
    }

    private async Task EndedAsync(int count)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var runs = await world.Client.RunsAsync(Customer);
            if (runs.Find(run => run.State == RunState.Failed) is { } failed)
            {
                throw new InvalidOperationException(
                    $"{failed.PipelineTemplate} failed with {failed.ErrorType}: {failed.ErrorMessage}"
                );
            }
            if (runs.Count(run => run.State == RunState.Completed) == count)
            {
                return;
            }
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"The runs have not ended within {Patience.TotalMinutes} minutes.");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    private async Task<IReadOnlyList<string[]>> CostsAsync()
    {
        var file = Path.Combine(world.Folder, "datasets", $"{Customer}.duckdb");
        await using var connection = new DuckDBConnection($"DataSource={file};access_mode=READ_ONLY");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText =
            "select provider, coalesce(service_name, charge_description), usage_date, sum(billed_cost), sum(effective_cost), "
            + "billing_currency from cost_daily group by all order by all";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([
                reader.GetString(0),
                reader.GetString(1),
                reader.GetFieldValue<DateOnly>(2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                Money(reader.GetDecimal(3)),
                Money(reader.GetDecimal(4)),
                reader.GetString(5),
            ]);
        }
        return rows;
    }

    private static string Money(decimal amount) => amount.ToString("0.00##########", CultureInfo.InvariantCulture);

    private static string Url(ProviderEndpoint endpoint) => endpoint.Address.ToString();
}
