using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Terraform;

/// <summary>
/// The definitions for Google Cloud, judged by Terraform itself with the schema of Google's provider (6.50.0). What it cannot judge is
/// what Google makes of it: allowed values, quotas, rights.
/// </summary>
[NonParallelizable]
public sealed partial class TerraformTests
{
    private static readonly string[] Offline = ["init", "-backend=false", "-input=false", "-no-color"];

    [Test]
    public async Task The_files_are_laid_out_as_terraform_lays_them_out()
    {
        await using var terraform = await TerraformFolder.CreateAsync();

        var (exitCode, said) = await terraform.RunAsync("", "fmt", "-check", "-recursive", "-diff");

        Assert.That(exitCode, Is.Zero, said);
    }

    [TestCase("")]
    [TestCase("examples/dev")]
    [TestCase("examples/prod")]
    public async Task Every_configuration_is_valid(string place)
    {
        await using var terraform = await TerraformFolder.CreateAsync();

        var (prepared, why) = await terraform.RunAsync(place, Offline);
        var (exitCode, said) = await terraform.RunAsync(place, "validate", "-no-color");

        Assert.That(prepared, Is.Zero, why);
        Assert.That(exitCode, Is.Zero, said);
    }

    [TestCase(
        "api.tf",
        "timeout = \"900s\"",
        "time_out = \"900s\"",
        "An argument named \"time_out\" is not expected here"
    )]
    [TestCase("workers.tf", "image = var.worker_image", "", "The argument \"image\" is required")]
    [TestCase("trigger.tf", "retry_count          = 3", "retry_count          = \"often\"", "a number is required")]
    [TestCase(
        "secrets.tf",
        "google_kms_key_ring.main.id",
        "google_kms_key_ring.main.identifier",
        "no argument, nested block, or exported attribute named \"identifier\""
    )]
    [TestCase("trigger.tf", "oidc_token {", "oidc_tokens {", "Blocks of type \"oidc_tokens\" are not expected here")]
    [TestCase(
        "main.tf",
        "google_artifact_registry_repository\" \"images\"",
        "google_artifact_store\" \"images\"",
        "google_artifact_store"
    )]
    public async Task A_mistake_is_found(string file, string before, string after, string complaint)
    {
        await using var terraform = await TerraformFolder.CreateAsync();
        terraform.Plant(file, before, after);

        var (_, why) = await terraform.RunAsync("", Offline);
        var (exitCode, said) = await terraform.RunAsync("", "validate", "-no-color");

        Assert.That(exitCode, Is.Not.Zero, why);
        Assert.That(OneLine(why + said), Does.Contain(complaint));
    }

    [Test]
    public async Task Each_profile_makes_what_it_should_and_the_table_of_grants_is_that_of_the_plans()
    {
        await using var terraform = await TerraformFolder.CreateAsync();
        await terraform.RunAsync("", Offline);

        var (exitCode, said) = await terraform.RunAsync("", "test", "-json", "-verbose");

        Assert.That(exitCode, Is.Zero, () => Complaints(said));
        Assert.That(Documented(), Is.EquivalentTo(Granted(said)));
    }

    /// <summary>The rows of the table in docs/deploy.md: account, role, on what.</summary>
    private static IEnumerable<(string Account, string Role, string On)> Documented() =>
        Row()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/deploy.md")))
            .Select(row => (row.Groups["account"].Value, row.Groups["role"].Value, row.Groups["on"].Value));

    /// <summary>All grants of all plans of the test run.</summary>
    private static HashSet<(string Account, string Role, string On)> Granted(string said)
    {
        var grants = new HashSet<(string, string, string)>();
        foreach (var line in said.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var message = JsonDocument.Parse(line);
            if (!message.RootElement.TryGetProperty("test_plan", out var plan))
            {
                continue;
            }
            foreach (var change in plan.GetProperty("resource_changes").EnumerateArray())
            {
                var type = change.GetProperty("type").GetString()!;
                if (type.EndsWith("_iam_member", StringComparison.Ordinal))
                {
                    var key = change.GetProperty("index").GetString()!.Split(' ');
                    var role = change.GetProperty("change").GetProperty("after").GetProperty("role").GetString()!;
                    grants.Add((key[0], role, OnWhat(type, change.GetProperty("name").GetString()!, key)));
                }
            }
        }
        return grants;
    }

    private static string OnWhat(string type, string name, string[] key) =>
        (type, name) switch
        {
            ("google_project_iam_member", "project") => "the project",
            ("google_project_iam_member", "customers_project") => "the customers' project",
            ("google_bigquery_dataset_iam_member", _) => "the scheduler's dataset",
            ("google_kms_crypto_key_iam_member", _) => "the key",
            ("google_secret_manager_secret_iam_member", _) => $"the secret {key[1]}",
            ("google_service_account_iam_member", "act_as") => $"the account {key[1]}",
            ("google_service_account_iam_member", "workflow") => "the account deployer",
            ("google_artifact_registry_repository_iam_member", _) => "the registry",
            ("google_cloud_run_v2_service_iam_member", _) => "the service",
            ("google_cloud_run_v2_worker_pool_iam_member", _) => "the worker pool",
            ("google_cloud_run_v2_job_iam_member", _) => "the maintenance job",
            _ => $"{type}.{name}",
        };

    private static string Complaints(string said) =>
        string.Join(
            '\n',
            said.Split('\n').Where(line => line.Contains("\"@level\":\"error\"", StringComparison.Ordinal))
        );

    private static string OneLine(string text) => Space().Replace(text, " ");

    [GeneratedRegex(@"[\s│]+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^\| `(?<account>\w+)` \| `(?<role>roles/[\w.]+)` \| (?<on>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
