using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security.Secrets;
using Scheduler.Core.Storage;
using Scheduler.Tests.Api;

namespace Scheduler.Tests.Credentials;

/// <summary>The credential and provider configuration calls over HTTP, with canaries for secrets.</summary>
public sealed class CredentialCallTests : IDisposable
{
    private const string Canary = "canary-4711-secret";
    private const string Hook = "https://hooks.slack.com/services/T0/B0/canary4712hook";
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"scheduler-{Guid.NewGuid():N}");
    private readonly ApiHost host;
    private readonly StringBuilder answers = new();

    public CredentialCallTests() =>
        host = ApiHost.Development(
            ("Scheduler:Storage:ConnectionString", $"Data Source={Path.Combine(folder, "scheduler.db")}")
        );

    private static string Credentials => "/api/v1/customers/acme/credentials";

    private static string Configs => "/api/v1/customers/acme/provider-configs";

    public void Dispose()
    {
        host.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task The_life_of_a_credential_and_no_secret_anywhere()
    {
        await OnboardAsync();
        var (created, made) = await SendAsync("POST", Credentials, Key(Canary));
        var path = $"{Credentials}/{made.GetProperty("credential_id").GetString()}";
        var twice = await SendAsync("POST", Credentials, Key(Canary));
        var rotated = await SendAsync("PUT", path, new { credentials = Canary + "-2", region = "eu" });
        var listed = await SendAsync("GET", Credentials);
        var config = await SendAsync(
            "POST",
            Configs,
            new
            {
                provider = "FILE",
                domain = "COST",
                slack_webhook_url = Hook,
                default_parameters = new { max_rows = 9 },
            }
        );
        var configPath = $"{Configs}/{config.Body.GetProperty("config_id").GetString()}";
        var configTwice = await SendAsync("POST", Configs, new { provider = "file", domain = "cost" });
        var unchanged = await SendAsync("PUT", configPath, new { slack_webhook_url = "********", retention_days = 7 });
        var deleted = await SendAsync("DELETE", path);
        var late = await SendAsync("PUT", path, new { credentials = Canary });
        var wrong = await SendAsync(
            "POST",
            Credentials,
            new
            {
                provider = "GCP",
                credential_name = "x",
                credential_type = "SERVICE_ACCOUNT",
                credentials = new
                {
                    private_key = Canary,
                    type = Canary,
                    token_uri = $"https://{Canary}",
                },
            }
        );
        var unknown = await SendAsync(
            "POST",
            Credentials,
            new
            {
                provider = "GCP",
                credential_name = "x",
                credential_type = "API_KEY",
                credentials = Canary,
                secret = Canary,
            }
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                new[]
                {
                    created,
                    twice.Status,
                    rotated.Status,
                    listed.Status,
                    deleted.Status,
                    late.Status,
                    wrong.Status,
                    unknown.Status,
                },
                Is.EqualTo(new[] { 201, 409, 200, 200, 200, 409, 422, 422 })
            );
            Assert.That(
                new[] { config.Status, configTwice.Status, unchanged.Status },
                Is.EqualTo(new[] { 201, 409, 200 })
            );
            Assert.That(made.GetProperty("validation_status").GetString(), Is.EqualTo("PENDING"));
            Assert.That(rotated.Body.GetProperty("region").GetString(), Is.EqualTo("eu"));
            Assert.That(listed.Body.GetArrayLength(), Is.EqualTo(1));
            Assert.That(deleted.Body.GetProperty("is_active").GetBoolean(), Is.False);
            Assert.That(unchanged.Body.GetProperty("slack_webhook_url").GetString(), Is.EqualTo("********"));
            Assert.That(
                wrong.Body.GetProperty("errors").EnumerateObject().Select(field => field.Name),
                Is.EquivalentTo(
                    new[]
                    {
                        "credentials.project_id",
                        "credentials.client_email",
                        "credentials.type",
                        "credentials.private_key",
                        "credentials.token_uri",
                    }
                )
            );
            // The files are read while the store is open, so that the write-ahead log counts, too.
            foreach (var canary in (string[])["canary-4711", "canary4712"])
            {
                foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                {
                    Assert.That(Read(file), Does.Not.Contain(canary), file);
                }
                Assert.That(string.Join("\n", host.Logs.Lines), Does.Not.Contain(canary));
                Assert.That(answers.ToString(), Does.Not.Contain(canary));
            }
            Assert.That(
                Read(Path.Combine(folder, "scheduler.db-wal")) + Read(Path.Combine(folder, "scheduler.db")),
                Does.Contain("export key"),
                "The files are the right ones."
            );
            Assert.That(Key(Canary).ToString(), Does.Not.Contain("canary"));
        }
    }

    [Test]
    public async Task A_provider_too_many_is_refused_and_a_foreign_id_is_not_there()
    {
        await OnboardAsync("STARTER");
        for (var number = 0; number < 3; number++)
        {
            Assert.That(
                (await SendAsync("POST", Credentials, Key(Canary) with { Provider = $"P{number}" })).Status,
                Is.EqualTo(201)
            );
        }
        var over = await SendAsync("POST", Credentials, Key(Canary) with { Provider = "P4" });
        var missing = await SendAsync("GET", $"{Credentials}/nothing");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(over.Status, Is.EqualTo(403));
            Assert.That(over.Body.GetProperty("error_code").GetString(), Is.EqualTo("PROVIDER_LIMIT"));
            Assert.That(missing.Body.GetProperty("error_code").GetString(), Is.EqualTo("NOT_FOUND"));
        }
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public async Task Without_the_key_nothing_is_stored()
    {
        await OnboardAsync();
        File.Delete(Path.Combine(folder, "credentials.key"));

        var refused = await SendAsync("POST", Credentials, Key(Canary));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Status, Is.EqualTo(503));
            Assert.That(refused.Body.GetProperty("error_code").GetString(), Is.EqualTo("KEY_SERVICE_UNAVAILABLE"));
            Assert.That((await SendAsync("GET", Credentials)).Body.GetArrayLength(), Is.Zero);
        }
    }

    [TestCase("schedule_cron", "61 * * * *", 400)]
    [TestCase("schedule_timezone", "Mars/Phobos", 400)]
    [TestCase("slack_webhook_url", "https://169.254.169.254/services/x", 422)]
    [TestCase("slack_webhook_url", "http://hooks.slack.com/services/x", 422)]
    [TestCase("default_parameters", null, 422)]
    public async Task A_wrong_provider_configuration_is_refused(string field, string? value, int status)
    {
        await OnboardAsync();
        object given = value ?? (object)new { no_such_parameter = 1, max_rows = "many" };

        var refused = await SendAsync(
            "POST",
            Configs,
            new Dictionary<string, object>
            {
                ["provider"] = "FILE",
                ["domain"] = "COST",
                [field] = given,
            }
        );

        Assert.That(refused.Status, Is.EqualTo(status));
    }

    [Test]
    public async Task Every_envelope_moves_to_a_new_key_version()
    {
        await OnboardAsync();
        await SendAsync("POST", Credentials, Key(Canary));
        await SendAsync(
            "POST",
            Configs,
            new
            {
                provider = "FILE",
                domain = "COST",
                slack_webhook_url = Hook,
            }
        );
        var added = LocalKeys.Add(Path.Combine(folder, "credentials.key"));
        var rewrap = host.Services.GetRequiredService<SecretRewrap>();

        var first = await rewrap.RunAsync(_ => { }, default);
        var again = await rewrap.RunAsync(_ => { }, default);

        var credential = (
            await host.Services.GetRequiredService<CredentialStore>().ListAsync("acme", null, null, 10, default)
        ).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Is.EqualTo(new RewrapCount(added, 2, 0, 0)));
            Assert.That(again.Moved, Is.Zero);
            Assert.That(credential.KmsKeyVersion, Is.EqualTo(added));
        }
    }

    private static CreateCredentialRequest Key(string secret) =>
        new()
        {
            Provider = "FILE",
            CredentialType = CredentialType.ApiKey,
            CredentialName = "export key",
            Credentials = JsonSerializer.SerializeToElement(secret),
        };

    private async Task OnboardAsync(string plan = "ENTERPRISE") =>
        Assert.That(
            (
                await SendAsync(
                    "POST",
                    "/api/v1/customers/onboard",
                    new
                    {
                        customer_id = "acme",
                        company_name = "Acme",
                        admin_email = "a@example.com",
                        subscription_plan = plan,
                    }
                )
            ).Status,
            Is.EqualTo(201)
        );

    private async Task<(int Status, JsonElement Body)> SendAsync(string method, string path, object? body = null)
    {
        var content = body is null ? null : JsonContent.Create(body, body.GetType(), options: WireJson.Options);
        using var answer = await host.SendAsync(method, path, ApiHost.Admin(), content);
        var text = await answer.Content.ReadAsStringAsync();
        answers.AppendLine(text);
        return ((int)answer.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    private static string Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
