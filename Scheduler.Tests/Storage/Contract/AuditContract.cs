using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>What changing scripts leave in the audit trail.</summary>
internal abstract class AuditContract : StoreContract
{
    [Test]
    public async Task A_change_is_written_down_with_what_was_before_and_after()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme");
        await H.ConfigureAsync("acme", change: it => it with { Priority = 9 });
        await H.Configs.DeactivateAsync("acme", config.ConfigId, H.Stamp(), H.Now, default);

        var entries = await EntriesAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                entries.Select(entry => entry.Split(' ')[0]),
                Is.EqualTo(["customer.onboard", "pipeline.create", "pipeline.update", "pipeline.deactivate"])
            );
            Assert.That(entries[2], Does.Contain("\"priority\":5").And.Contain("\"priority\":9"));
        }
    }

    [Test]
    public async Task What_changes_nothing_is_not_written_down()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme");
        await H.ConfigureAsync("acme");
        await H.Configs.DeactivateAsync("bolt", config.ConfigId, H.Stamp(), H.Now, default);
        await H.Configs.DeactivateAsync("acme", config.ConfigId, H.Stamp(), H.Now, default);
        await H.Configs.DeactivateAsync("acme", config.ConfigId, H.Stamp(), H.Now, default);

        Assert.That(await EntriesAsync(), Has.Count.EqualTo(3));
    }

    /// <summary>Every entry as "action target before → after", in the order of time, its documents without spaces.</summary>
    protected async Task<IReadOnlyList<string>> EntriesAsync() =>
        [
            .. (await QueryAsync($"select * from scheduler_audit_entries order by {Database.RowOrder}")).Select(row =>
                $"{row["action"]} {row["target"]} {Compact(row["before_json"])} → {Compact(row["after_json"])}"
            ),
        ];

    private static string? Compact(object? document) =>
        document is string text ? JsonNode.Parse(text)!.ToJsonString() : null;
}
