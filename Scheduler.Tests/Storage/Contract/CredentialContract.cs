using System.Text;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Credentials;
using Scheduler.Core.ProviderConfigs;
using Scheduler.Core.Retry;
using Scheduler.Core.Security.Secrets;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Credentials: names and providers within their limits, what runs say of them, envelopes under newer keys.</summary>
internal abstract class CredentialContract : StoreContract
{
    [Test]
    public async Task A_credential_begins_pending_and_is_its_customers_alone()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");

        var made = await MakeAsync("acme", "SYSTEM");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made.ValidationStatus, Is.EqualTo(ValidationStatus.Pending));
            Assert.That(made.Scopes, Is.EqualTo(["read"]));
            Assert.That(
                await H.Credentials.GetAsync("acme", made.CredentialId, default),
                Is.EqualTo(made).UsingPropertiesComparer()
            );
            Assert.That(await H.Credentials.GetAsync("bolt", made.CredentialId, default), Is.Null);
            Assert.That(await H.Credentials.ListAsync("bolt", null, null, 10, default), Is.Empty);
            Assert.That(
                await H.Credentials.UpdateAsync("bolt", made.CredentialId, new(), H.Stamp(), H.Now, default),
                Is.TypeOf<CredentialResult.NotFound>()
            );
            Assert.That(
                await H.Credentials.DeactivateAsync("bolt", made.CredentialId, H.Stamp(), H.Now, default),
                Is.Null
            );
            Assert.That(await TryMakeAsync("nobody", "SYSTEM", "x"), Is.TypeOf<CredentialResult.NotFound>());
        }
    }

    [Test]
    public async Task A_name_is_taken_while_its_credential_is_active()
    {
        await H.OnboardAsync("acme");
        var first = await MakeAsync("acme", "GCP", "main");
        var other = await MakeAsync("acme", "GCP", "other");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await TryMakeAsync("acme", "GCP", "main"), Is.TypeOf<CredentialResult.NameTaken>());
            Assert.That(
                await ChangeAsync(other, new CredentialChange { CredentialName = "main" }),
                Is.TypeOf<CredentialResult.NameTaken>()
            );
            Assert.That(await TryMakeAsync("acme", "AWS", "main"), Is.TypeOf<CredentialResult.Done>());
        }
        await H.Credentials.DeactivateAsync("acme", first.CredentialId, H.Stamp(), H.Now, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await TryMakeAsync("acme", "GCP", "main"), Is.TypeOf<CredentialResult.Done>());
            Assert.That(
                await ChangeAsync(first, new CredentialChange { Region = "eu" }),
                Is.TypeOf<CredentialResult.Deleted>()
            );
        }
    }

    /// <summary>STARTER has three providers. Many at once are no more than one after the other.</summary>
    [Test]
    public async Task Never_one_provider_more_than_the_plan_allows()
    {
        await H.OnboardAsync("acme", "STARTER");

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(number => Task.Run(() => TryMakeAsync("acme", $"P{number % 6}", $"n{number}")))
        );

        var made = results.OfType<CredentialResult.Done>().Select(done => done.Credential).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(made.Select(one => one.Provider).Distinct().Count(), Is.EqualTo(3));
            Assert.That(made, Has.Count.EqualTo(6), "Another credential of a provider that is there needs no place.");
        }
        foreach (var one in made.Where(one => one.Provider == made[0].Provider))
        {
            await H.Credentials.DeactivateAsync("acme", one.CredentialId, H.Stamp(), H.Now, default);
        }
        Assert.That(await TryMakeAsync("acme", "NEW", "n"), Is.TypeOf<CredentialResult.Done>());
    }

    [Test]
    public async Task Changes_are_written_down_without_a_secret()
    {
        await H.OnboardAsync("acme");
        var made = await MakeAsync("acme", "GCP");
        await ChangeAsync(made, new CredentialChange { Region = "eu" });
        await ChangeAsync(made, new CredentialChange { Region = "eu" });
        await ChangeAsync(made, new CredentialChange { Secret = Sealed("second") });
        await H.Credentials.DeactivateAsync("acme", made.CredentialId, H.Stamp(), H.Now, default);

        Assert.That(
            (await AuditActionsAsync()).Skip(1),
            Is.EqualTo(["credential.create", "credential.update", "credential.rotate", "credential.delete"])
        );
    }

    [Test]
    public async Task A_success_makes_it_valid_a_refusal_invalid_and_only_a_new_secret_pending_again()
    {
        var made = await WithPipelineAsync();

        await RunAsync(RunOutcome.Completed);
        var valid = await CurrentAsync(made);
        await RunAsync(RunOutcome.Failed, ErrorType.ServiceUnavailable);
        var stillValid = await CurrentAsync(made);
        await RunAsync(RunOutcome.Failed, ErrorType.AuthenticationFailed);
        var invalid = await CurrentAsync(made);
        var withheld = await RunAsync(RunOutcome.Completed);
        var stillInvalid = await CurrentAsync(made);
        await ChangeAsync(made, new CredentialChange { Secret = Sealed("second") });
        var rotated = await CurrentAsync(made);
        var item = await RunAsync(RunOutcome.Completed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (valid.ValidationStatus, valid.UsageCount, valid.LastUsedAt),
                Is.EqualTo((ValidationStatus.Valid, 1L, valid.LastValidatedAt))
            );
            Assert.That((stillValid.ValidationStatus, stillValid.UsageCount), Is.EqualTo((ValidationStatus.Valid, 2L)));
            Assert.That(
                (invalid.ValidationStatus, invalid.ValidationError),
                Is.EqualTo((ValidationStatus.Invalid, "made to fail"))
            );
            Assert.That(withheld.Credential, Is.Null, "What was refused is not handed out again.");
            Assert.That(
                (stillInvalid.ValidationStatus, stillInvalid.UsageCount),
                Is.EqualTo((ValidationStatus.Invalid, 3L))
            );
            Assert.That(
                (rotated.ValidationStatus, rotated.ValidationError, rotated.LastValidatedAt),
                Is.EqualTo((ValidationStatus.Pending, (string?)null, (Instant?)null))
            );
            Assert.That(
                Convert.FromBase64String(item.Credential!.EncryptedCredentials),
                Is.EqualTo(Encoding.UTF8.GetBytes("second"))
            );
            Assert.That((await CurrentAsync(made)).ValidationStatus, Is.EqualTo(ValidationStatus.Valid));
        }
    }

    [TestCase(RunOutcome.Completed, null)]
    [TestCase(RunOutcome.Failed, ErrorType.AuthenticationFailed)]
    public async Task A_run_with_the_old_secret_says_nothing_of_the_new_one(RunOutcome outcome, ErrorType? error)
    {
        var made = await WithPipelineAsync();
        var item = await LeaseOneAsync();
        await ChangeAsync(made, new CredentialChange { Secret = Sealed("second") });

        await H.ReportAsync(item, outcome, error);

        var after = await CurrentAsync(made);
        Assert.That((after.ValidationStatus, after.UsageCount), Is.EqualTo((ValidationStatus.Pending, 1L)));
    }

    [Test]
    public async Task A_run_that_did_not_present_it_says_nothing_of_it()
    {
        var made = await WithPipelineAsync();
        var item = await LeaseOneAsync();
        var result = new RunResult
        {
            QueueId = item.QueueId,
            LeaseToken = item.LeaseToken,
            Outcome = RunOutcome.Completed,
            Metrics = new RunMetrics { CredentialUsed = false },
        };
        await H.Desk.ReportAsync(new ResultsRequest { WorkerId = "worker-1", Results = [result] }, default);
        await H.ReportAsync(await LeaseOneAsync(), RunOutcome.Released);

        var after = await CurrentAsync(made);
        Assert.That((after.ValidationStatus, after.UsageCount), Is.EqualTo((ValidationStatus.Pending, 0L)));
    }

    [Test]
    public async Task Of_several_credentials_a_run_gets_the_named_one_or_none()
    {
        await WithPipelineAsync();
        var second = await MakeAsync("acme", "SYSTEM", "second");
        Assert.That((await LeaseOneAsync()).Credential, Is.Null);

        await H.ConfigureAsync("acme", change: it => it with { CredentialId = second.CredentialId });

        Assert.That((await LeaseOneAsync()).Credential?.CredentialId, Is.EqualTo(second.CredentialId));
    }

    [Test]
    public async Task Envelopes_move_to_the_newest_version_in_pages_and_what_was_rotated_meanwhile_stays()
    {
        await H.OnboardAsync("acme");
        var all = new List<StoredCredential>();
        for (var number = 0; number < 5; number++)
        {
            all.Add(await MakeAsync("acme", "GCP", $"n{number}"));
        }
        await H.Credentials.DeactivateAsync("acme", all[4].CredentialId, H.Stamp(), H.Now, default);
        var first = await H.Credentials.ListOutdatedAsync("test:2", null, 3, default);
        var rest = await H.Credentials.ListOutdatedAsync("test:2", first[^1].Binding.SecretId, 3, default);
        await ChangeAsync(all[1], new CredentialChange { Secret = Sealed("rotated") });

        var moved = await H.Credentials.RewrapAsync(
            [
                .. first
                    .Concat(rest)
                    .Select(one => new RewrappedSecret(
                        one.Binding.SecretId,
                        Convert.ToHexString(one.Envelope),
                        Convert.ToHexString("moved"u8),
                        "test:2"
                    )),
            ],
            default
        );

        var left = await H.Credentials.ListOutdatedAsync("test:2", null, 10, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Has.Count.EqualTo(3));
            Assert.That(rest, Has.Count.EqualTo(2), "A deleted credential is moved, too.");
            Assert.That(moved, Is.EquivalentTo(all.Where((_, place) => place != 1).Select(one => one.CredentialId)));
            Assert.That(left.Single().Envelope, Is.EqualTo(Encoding.UTF8.GetBytes("rotated")));
        }
    }

    [Test]
    public async Task A_provider_configuration_exists_once_and_keeps_its_webhook_until_it_is_changed()
    {
        await H.OnboardAsync("acme");
        var identity = new ProviderConfigIdentity("config-1", "acme", "GCP", "COST");
        var made = await CreateAsync(identity);
        var twice = await CreateAsync(identity with { ConfigId = "config-2" });
        var nobodys = await CreateAsync(identity with { ConfigId = "config-3", CustomerId = "nobody" });
        var kept = await UpdateAsync(
            identity,
            new()
            {
                RetentionDays = 30,
                Tags = ["a"],
                Description = "",
            }
        );
        var outdated = await H.ProviderConfigs.ListOutdatedAsync("test:2", null, 10, default);
        var moved = await H.ProviderConfigs.RewrapAsync(
            [new("config-1", Convert.ToHexString(outdated[0].Envelope), "AB", "test:2")],
            default
        );
        var removed = await UpdateAsync(identity, new() { SlackWebhookUrl = "" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made, Is.TypeOf<ProviderConfigResult.Done>());
            Assert.That(twice, Is.TypeOf<ProviderConfigResult.Exists>());
            Assert.That(nobodys, Is.TypeOf<ProviderConfigResult.NotFound>());
            Assert.That(
                (kept?.HasSlackWebhook, kept?.RetentionDays, kept?.Description, kept?.SourceDataset),
                Is.EqualTo((true, 30, (string?)null, "billing"))
            );
            Assert.That(moved, Is.EqualTo(["config-1"]));
            Assert.That(removed?.HasSlackWebhook, Is.False);
            Assert.That(await UpdateAsync(identity with { CustomerId = "bolt" }, new()), Is.Null);
            Assert.That(await H.ProviderConfigs.ListAsync("acme", null, 10, default), Has.Count.EqualTo(1));
            Assert.That(
                (await AuditActionsAsync()).Skip(1),
                Is.EqualTo(["provider_config.create", "provider_config.update", "provider_config.update"])
            );
        }
    }

    private Task<ProviderConfigResult> CreateAsync(ProviderConfigIdentity identity) =>
        H.ProviderConfigs.CreateAsync(
            identity,
            "costs",
            new CreateProviderConfigRequest
            {
                Provider = "GCP",
                Domain = "COST",
                SourceDataset = "billing",
                Description = "what",
            },
            Sealed("webhook"),
            H.Stamp(),
            H.Now,
            default
        );

    private Task<ProviderConfig?> UpdateAsync(ProviderConfigIdentity identity, UpdateProviderConfigRequest request) =>
        H.ProviderConfigs.UpdateAsync(identity, request, null, H.Stamp(), H.Now, default);

    private static SealedSecret Sealed(string text) => new(Encoding.UTF8.GetBytes(text), "test:1");

    /// <summary>An hourly pipeline whose provider has one credential.</summary>
    private async Task<StoredCredential> WithPipelineAsync()
    {
        await H.OnboardAsync("acme");
        var once = StoreHarness.Json("{\"max_retries\": 0}");
        await H.ConfigureAsync("acme", change: it => it with { RetryConfig = once });
        return await MakeAsync("acme", "SYSTEM");
    }

    private async Task<LeaseItem> LeaseOneAsync()
    {
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        return (await H.LeaseAsync()).Single();
    }

    private async Task<LeaseItem> RunAsync(RunOutcome outcome, ErrorType? error = null)
    {
        var item = await LeaseOneAsync();
        await H.ReportAsync(item, outcome, error);
        return item;
    }

    private async Task<StoredCredential> CurrentAsync(StoredCredential credential) =>
        (await H.Credentials.GetAsync(credential.CustomerId, credential.CredentialId, default))!;

    private Task<CredentialResult> ChangeAsync(StoredCredential credential, CredentialChange change) =>
        H.Credentials.UpdateAsync(credential.CustomerId, credential.CredentialId, change, H.Stamp(), H.Now, default);

    private async Task<StoredCredential> MakeAsync(string customerId, string provider, string name = "main") =>
        ((CredentialResult.Done)await TryMakeAsync(customerId, provider, name)).Credential;

    private Task<CredentialResult> TryMakeAsync(string customerId, string provider, string name) =>
        H.Credentials.CreateAsync(
            new NewCredential
            {
                CredentialId = H.Ids.NewId(H.Now),
                CustomerId = customerId,
                Provider = provider,
                CredentialType = CredentialType.ApiKey,
                CredentialName = name,
                Secret = Sealed($"first of {name}"),
                Scopes = ["read"],
            },
            H.Stamp(),
            H.Now,
            default
        );

    private async Task<IReadOnlyList<string>> AuditActionsAsync() =>
        [
            .. (await QueryAsync($"select action from scheduler_audit_entries order by {Database.RowOrder}")).Select(
                row => (string)row["action"]!
            ),
        ];
}
