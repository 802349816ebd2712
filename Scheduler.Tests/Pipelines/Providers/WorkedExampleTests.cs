using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NUnit.Framework;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Security.Secrets;
using Scheduler.Tests.Support;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>The new API of docs/templates.md: its class is compiled as it stands there, and its template runs against a server.</summary>
[TestFixture]
internal sealed partial class WorkedExampleTests : IDisposable
{
    private const string Key = "example-canary-key";

    private readonly PipelineBench bench = new();
    private readonly WireMockServer server = WireMockServer.Start();
    private readonly DirectoryInfo templates = Directory.CreateTempSubdirectory("worked-example-");

    public void Dispose()
    {
        server.Dispose();
        bench.Dispose();
        templates.Delete(recursive: true);
    }

    [Test]
    public async Task The_class_of_the_documentation_compiles_and_its_template_loads()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "templates.md"));
        var code = Block(page, "csharp");
        File.WriteAllText(
            Path.Combine(templates.FullName, "example.yaml"),
            Block(page, "yaml", "adapter: example.costs")
        );
        ProviderEndpoint.TryParse(server.Url!, out var endpoint);
        bench.Templates = templates.FullName;
        bench.Adapter = (IExtractAdapter)Activator.CreateInstance(Compile(code), bench.Http(), endpoint)!;
        Answer(
            null,
            """{"costs":[{"day":"2026-10-30","team":"search","amount":"1.25","currency":"eur","note":"kept"}],"next":"2"}"""
        );
        Answer(
            "2",
            """{"costs":[{"day":"2026-10-31","team":"maps","amount":0.000000000001,"currency":"eur"}],"next":null}"""
        );

        var result = await bench.RunAsync(await ItemAsync());

        PipelineBench.Completed(result);
        Assert.That(
            await bench.QueryAsync(
                "select provider, usage_date, sub_account_id, billed_cost, effective_cost, billing_currency, x_extra from cost_daily order by usage_date"
            ),
            Is.EqualTo([
                "EXAMPLE|2026-10-30|search|1.25|1.25|EUR|{\"note\":\"kept\"}",
                "EXAMPLE|2026-10-31|maps|0.000000000001|0.000000000001|EUR|null",
            ])
        );
    }

    [Test]
    public async Task The_template_of_the_documentation_that_needs_no_code_is_valid_and_its_query_runs()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "templates.md"));
        var sql = Block(page, "sql");
        File.WriteAllText(Path.Combine(templates.FullName, "my.cost.pubsub.sql"), sql);
        File.WriteAllText(
            Path.Combine(templates.FullName, "my.cost.pubsub.yaml"),
            Block(page, "yaml", "adapter: bigquery.sql")
        );
        var export = BillingExport.Read(
            Fixtures.Require("providers/gcp/koku-billing-export-2020-11-08_2020-11-11.csv")
        );

        var template = TemplateCatalog.Load(templates.FullName, [.. bench.ProviderAdapters()]).All.Single();
        var rows = await export.ExecuteTextAsync(
            sql.Replace("Cloud Pub/Sub", "Security Command Center", StringComparison.Ordinal),
            ("@from", "date '2020-11-08'"),
            ("@to", "date '2020-11-11'")
        );

        var columns = template.Steps.OfType<TemplateStep.Normalise>().Single().Columns.Select(rule => rule.From);
        Assert.That(rows, Is.Not.Empty);
        Assert.That(columns.OfType<string>().Distinct(), Is.SubsetOf(rows[0].Keys));
    }

    private void Answer(string? page, string body)
    {
        var request = Request
            .Create()
            .WithPath("/v1/costs")
            .WithParam("from", "2026-10-30")
            .WithParam("to", "2026-10-31")
            .WithHeader("Authorization", $"Bearer {Key}");
        request = page is null ? request : request.WithParam("page", page);
        server
            .Given(request)
            .AtPriority(page is null ? 2 : 1)
            .RespondWith(Response.Create().WithHeader("Content-Type", "application/json").WithBody(body));
    }

    private async Task<Core.Contracts.LeaseItem> ItemAsync()
    {
        var made = await bench.Vault.SealAsync(
            new SecretBinding(PipelineBench.Customer, "cred-1", "EXAMPLE"),
            System.Text.Encoding.UTF8.GetBytes(Key),
            default
        );
        return PipelineBench.Item(
            "EXAMPLE",
            "COST",
            "team_costs",
            """{"account":"a-1","from":"2026-10-30","to":"2026-10-31"}"""
        ) with
        {
            Credential = new Core.Contracts.CredentialEnvelope
            {
                CredentialId = "cred-1",
                Provider = "EXAMPLE",
                CredentialType = "API_KEY",
                EncryptedCredentials = Convert.ToBase64String(made.Envelope),
                KmsKeyVersion = made.KeyVersion,
            },
        };
    }

    private static Type Compile(string code)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        const string implicitUsings =
            "global using System; global using System.Collections.Generic; global using System.Linq; "
            + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";
        var compilation = CSharpCompilation.Create(
            "WorkedExample",
            [CSharpSyntaxTree.ParseText(implicitUsings), CSharpSyntaxTree.ParseText(code)],
            references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable
            )
        );
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.That(
            result.Diagnostics.Where(one => one.Severity >= DiagnosticSeverity.Warning),
            Is.Empty,
            "the example of the documentation must compile without a warning"
        );
        image.Position = 0;
        return new AssemblyLoadContext("worked-example", isCollectible: true)
            .LoadFromStream(image)
            .GetExportedTypes()
            .Single(type => type.IsAssignableTo(typeof(IExtractAdapter)));
    }

    private static string Block(string page, string language, string with = "") =>
        Fence()
            .Matches(page)
            .First(block =>
                block.Groups[1].Value == language && block.Groups[2].Value.Contains(with, StringComparison.Ordinal)
            )
            .Groups[2]
            .Value;

    [GeneratedRegex("^```([a-z]+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
