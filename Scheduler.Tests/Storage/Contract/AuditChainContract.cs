using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Audit;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>The hash chains over the audit trail, and what is found when somebody changes it behind the store's back.</summary>
internal abstract class AuditChainContract : StoreContract
{
    private const string Acme = "customer:acme";

    private AuditStore Store => new(H.Engine);

    private AuditChaining Chaining => new(Store, H.Clock);

    [Test]
    public async Task Every_customer_has_a_chain_and_all_of_them_are_whole()
    {
        await SeedAsync();
        await H.OnboardAsync("bolt");
        await Store.RecordAsync(H.Stamp(), "pipeline.import", "import-1", "{}", H.Now, default);

        var extended = await Chaining.ExtendAsync(default);

        var reports = await VerifyAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(extended, Is.EqualTo(2));
            Assert.That(reports.Select(report => report.Chain), Is.EqualTo([Acme, "customer:bolt", "operators"]));
            Assert.That(reports.Select(report => report.Fault), Is.All.Null);
            Assert.That(reports[0].Head.Position, Is.EqualTo(5));
        }
    }

    [Test]
    public async Task A_chain_goes_on_where_it_ended()
    {
        await SeedAsync();
        var before = (await VerifyAsync())[0].Head;

        await H.ConfigureAsync("acme", "one more");
        await Chaining.ExtendAsync(default);
        await Chaining.ExtendAsync(default);

        var verification = new AuditVerification(Store);
        var reports = await Reports(verification, before.Hash);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports[0].Fault, Is.Null);
            Assert.That(reports[0].Head.Position, Is.EqualTo(6));
            Assert.That(verification.HasMetKept, Is.True);
        }
    }

    [Test]
    public async Task Two_that_extend_at_once_put_each_row_in_one_place()
    {
        await H.OnboardAsync("acme");
        var waiting = await Store.ListUnchainedAsync("", 100, default);
        await H.ConfigureAsync("acme");
        var more = await Store.ListUnchainedAsync("", 100, default);

        var first = await Store.ExtendAsync(ChainExtension.Over(waiting), H.Now, default);
        var second = await Store.ExtendAsync(ChainExtension.Over(more), H.Now, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first, second), Is.EqualTo((1, 0)));
            Assert.That((await VerifyAsync())[0].Head.Position, Is.EqualTo(1));
        }
        await Chaining.ExtendAsync(default);
        Assert.That((await VerifyAsync())[0].Head.Position, Is.EqualTo(2));
    }

    [Test]
    public async Task Eight_that_extend_while_rows_come_leave_the_chains_whole()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(nth =>
                    Task.Run(async () =>
                    {
                        await H.ConfigureAsync(nth % 2 == 0 ? "acme" : "bolt", $"pipeline {nth}");
                        await Chaining.ExtendAsync(default);
                    })
                )
        );
        await Chaining.ExtendAsync(default);

        var reports = await VerifyAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports.Select(report => report.Fault), Is.All.Null);
            Assert.That(reports.Select(report => report.Head.Position), Is.EqualTo([5, 5]));
            Assert.That(await Store.ListUnchainedAsync("", 9, default), Is.Empty);
        }
    }

    [TestCase("after_json", "'{}'")]
    [TestCase("before_json", "'{}'")]
    [TestCase("at", "(select min(at) from scheduler_audit_entries)")]
    [TestCase("actor_kind", "'ADMIN'")]
    [TestCase("key_id", "'somebody else'")]
    [TestCase("request_id", "'another'")]
    [TestCase("action", "'pipeline.delete'")]
    [TestCase("target", "'another'")]
    [TestCase("customer_id", "'bolt'")]
    [TestCase("audit_id", "'0'")]
    [TestCase("entry_hash", "'0'")]
    public async Task A_changed_column_is_found(string column, string value)
    {
        await SeedAsync();
        await DropGuardsAsync();
        await ExecuteAsync(
            $"update scheduler_audit_entries set {column} = {value} where chain = '{Acme}' and position = 3"
        );

        await ShouldBeBrokenAsync(ChainFault.Changed, 3);
    }

    [Test]
    public async Task A_row_that_was_changed_together_with_its_hash_is_found_by_the_next_one()
    {
        await SeedAsync();
        await DropGuardsAsync();
        var row = (await Store.ListChainedAsync(Acme, 2, 1, default))[0] with { KeyId = "nobody" };
        await ExecuteAsync(
            $"""
            update scheduler_audit_entries
            set key_id = 'nobody', entry_hash = '{EntryHash.Of(row, 3, row.PreviousHash!)}'
            where chain = '{Acme}' and position = 3
            """
        );

        await ShouldBeBrokenAsync(ChainFault.Unlinked, 4);
    }

    [Test]
    public async Task A_missing_row_is_found()
    {
        await SeedAsync();
        await DropGuardsAsync();
        await ExecuteAsync($"delete from scheduler_audit_entries where chain = '{Acme}' and position = 2");

        await ShouldBeBrokenAsync(ChainFault.Missing, 2);
    }

    [Test]
    public async Task A_row_that_was_taken_out_and_the_gap_closed_is_found()
    {
        await SeedAsync();
        await DropGuardsAsync();
        await ExecuteAsync($"delete from scheduler_audit_entries where chain = '{Acme}' and position = 2");
        foreach (var position in new[] { 3, 4, 5 })
        {
            await MoveAsync(position, position - 1);
        }

        await ShouldBeBrokenAsync(ChainFault.Unlinked, 2);
    }

    [Test]
    public async Task Two_rows_that_changed_places_are_found()
    {
        await SeedAsync();
        await DropGuardsAsync();
        await MoveAsync(2, 99);
        await MoveAsync(3, 2);
        await MoveAsync(99, 3);

        await ShouldBeBrokenAsync(ChainFault.Unlinked, 2);
    }

    [Test]
    public async Task An_inserted_row_is_found()
    {
        await SeedAsync();
        await DropGuardsAsync();
        foreach (var position in new[] { 5, 4, 3 })
        {
            await MoveAsync(position, position + 1);
        }
        var before = (await Store.ListChainedAsync(Acme, 1, 1, default))[0];
        var forged = before with { AuditId = "forged", Position = 3 };
        await InsertAsync(forged, 3, before.EntryHash!);

        await ShouldBeBrokenAsync(ChainFault.Unlinked, 4);
    }

    [TestCase(5)]
    [TestCase(4)]
    [TestCase(1)]
    public async Task A_cut_tail_is_found(int from)
    {
        await SeedAsync();
        await DropGuardsAsync();
        await ExecuteAsync($"delete from scheduler_audit_entries where chain = '{Acme}' and position >= {from}");

        await ShouldBeBrokenAsync(ChainFault.CutTail, from);
    }

    [Test]
    public async Task A_row_behind_the_head_is_found()
    {
        await SeedAsync();
        var last = (await Store.ListChainedAsync(Acme, 4, 1, default))[0];
        await InsertAsync(last with { AuditId = "forged", Position = 6 }, 6, last.EntryHash!);

        await ShouldBeBrokenAsync(ChainFault.BeyondHead, 6);
    }

    [Test]
    public async Task A_head_that_was_taken_away_is_found_and_nothing_is_chained_over_it()
    {
        await SeedAsync();
        await DropGuardsAsync();
        await ExecuteAsync("delete from scheduler_audit_heads");
        await H.ConfigureAsync("acme", "one more");
        await H.OnboardAsync("bolt");

        var extended = await Chaining.ExtendAsync(default);

        Assert.That(extended, Is.EqualTo(1), "Another chain goes on.");
        await ShouldBeBrokenAsync(ChainFault.BeyondHead, 1);
    }

    [Test]
    public async Task A_trail_that_was_written_anew_from_the_beginning_lacks_the_hash_that_was_kept_elsewhere()
    {
        await SeedAsync();
        var kept = (await VerifyAsync())[0].Head.Hash;
        await DropGuardsAsync();
        await ExecuteAsync("update scheduler_audit_entries set key_id = 'nobody', position = null, entry_hash = null");
        await ExecuteAsync("delete from scheduler_audit_heads");
        await Chaining.ExtendAsync(default);

        var verification = new AuditVerification(Store);
        var reports = await Reports(verification, kept);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports.Select(report => report.Fault), Is.All.Null, "By itself it is whole.");
            Assert.That(verification.HasMetKept, Is.False);
        }
    }

    [Test]
    public async Task The_list_goes_from_the_newest_to_the_oldest_a_page_at_a_time()
    {
        await SeedAsync();
        await H.OnboardAsync("bolt");
        var all = await Store.ListAsync(new AuditFilter { Limit = 100 }, default);

        var acme = await Store.ListAsync(new AuditFilter { CustomerId = "acme", Limit = 2 }, default);
        var next = await Store.ListAsync(
            new AuditFilter
            {
                CustomerId = "acme",
                Limit = 100,
                AfterId = acme[^1].AuditId,
            },
            default
        );
        var window = await Store.ListAsync(
            new AuditFilter
            {
                From = StoreStart + Duration.FromMinutes(2),
                To = StoreStart + Duration.FromMinutes(4),
                Limit = 9,
            },
            default
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(all, Has.Count.EqualTo(6));
            Assert.That(all.Select(entry => entry.At), Is.Ordered.Descending);
            Assert.That(acme.Concat(next).Select(entry => entry.CustomerId), Is.EqualTo(Enumerable.Repeat("acme", 5)));
            Assert.That(window.Select(entry => (entry.At - StoreStart).TotalMinutes), Is.EqualTo([3, 2]));
        }
    }

    [Test]
    public async Task Refusals_add_up_in_memory_and_in_the_store()
    {
        var ledger = new RefusalLedger(Store);
        for (var round = 0; round < 2; round++)
        {
            ledger.Count(H.Now, "key-1", "GET /a", 403, "acme");
            ledger.Count(H.Now, "key-1", "GET /a", 403, "acme");
            ledger.Count(H.Now, "address:192.0.2.1", "GET /a", 401, null);
            await ledger.FlushAsync(H.Now, default);
        }
        H.Advance(Duration.FromMinutes(1));
        ledger.Count(H.Now, "key-1", "GET /a", 403, "acme");
        await ledger.FlushAsync(H.Now, default);

        var all = await Store.ListRefusalsAsync(new RefusalFilter { Limit = 2 }, default);
        var rest = await Store.ListRefusalsAsync(new RefusalFilter { Limit = 9, After = all[^1] }, default);
        var acme = await Store.ListRefusalsAsync(new RefusalFilter { CustomerId = "acme", Limit = 9 }, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(all.Concat(rest).Select(row => row.Calls), Is.EquivalentTo([1, 4, 2]));
            Assert.That(all[0].Minute, Is.EqualTo(H.Now));
            Assert.That(acme.Select(row => row.Calls), Is.EqualTo([1, 4]));
        }
    }

    [Test]
    public async Task Refusals_that_several_processes_count_at_once_add_up()
    {
        var minute = H.Now;
        RefusedCalls[] rows = [.. Enumerable.Range(0, 50).Select(i => Refused($"key-{i}"))];

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(nth =>
                    Task.Run(() => Store.CountRefusalsAsync(nth % 2 == 0 ? rows : [.. rows.Reverse()], minute, default))
                )
        );

        var counted = await Store.ListRefusalsAsync(new RefusalFilter { Limit = 100 }, default);
        Assert.That(counted.Select(row => row.Calls), Is.EqualTo(Enumerable.Repeat(8, 50)));

        RefusedCalls Refused(string caller) => new(minute, caller, "GET /a", 403, "acme", 1);
    }

    [Test]
    public async Task The_ledger_is_bounded_and_loses_no_count()
    {
        var ledger = new RefusalLedger(Store);
        for (var caller = 0; caller < RefusalLedger.Capacity + 50; caller++)
        {
            ledger.Count(H.Now, $"address:{caller}", "GET /a", 401, null);
        }

        await ledger.FlushAsync(H.Now, default);

        var rows = await QueryAsync(
            "select count(*) as n, sum(calls) as calls, sum(case caller when 'others' then calls end) as others from scheduler_refused_calls"
        );
        Assert.That(
            (rows[0]["n"], rows[0]["calls"], rows[0]["others"]),
            Is.EqualTo(((object)10_001L, (object)10_050L, (object)50L))
        );
    }

    private static Instant StoreStart => Support.StoreHarness.Start;

    /// <summary>Five rows of acme's, a minute apart, in their places.</summary>
    protected async Task SeedAsync()
    {
        await H.OnboardAsync("acme");
        for (var nth = 1; nth <= 4; nth++)
        {
            H.Advance(Duration.FromMinutes(1));
            await H.ConfigureAsync("acme", $"pipeline {nth}");
        }
        await Chaining.ExtendAsync(default);
    }

    /// <summary>Takes away what keeps the tables from being changed.</summary>
    private async Task DropGuardsAsync()
    {
        await Database.DropTriggerAsync("scheduler_audit_entries_stay", "scheduler_audit_entries");
        await Database.DropTriggerAsync("scheduler_audit_entries_are_final", "scheduler_audit_entries");
        await Database.DropTriggerAsync("scheduler_audit_heads_stay", "scheduler_audit_heads");
        await Database.DropTriggerAsync("scheduler_audit_heads_advance", "scheduler_audit_heads");
    }

    private async Task ShouldBeBrokenAsync(ChainFault fault, long position)
    {
        var report = (await VerifyAsync()).Single(report => report.Chain == Acme);
        Assert.That((report.Fault, report.Position), Is.EqualTo(((ChainFault?)fault, position)));
    }

    private Task<List<ChainReport>> VerifyAsync() => Reports(new AuditVerification(Store), kept: null);

    private static async Task<List<ChainReport>> Reports(AuditVerification verification, string? kept)
    {
        var reports = new List<ChainReport>();
        await foreach (var report in verification.VerifyAsync(null, kept, progress: null, default))
        {
            reports.Add(report);
        }
        return reports;
    }

    private Task MoveAsync(int from, int to) =>
        ExecuteAsync(
            $"update scheduler_audit_entries set position = {to} where chain = '{Acme}' and position = {from}"
        );

    /// <summary>As somebody would who knows how the hash is made.</summary>
    private Task InsertAsync(AuditEntry entry, long position, string previousHash) =>
        ExecuteAsync(
            $"""
            insert into scheduler_audit_entries (
              audit_id, chain, customer_id, at, actor_kind, key_id, action, target, before_json, after_json, position,
              previous_hash, entry_hash
            )
            select '{entry.AuditId}', chain, customer_id, at, actor_kind, key_id, action, target, before_json, after_json, {position},
              '{previousHash}', '{EntryHash.Of(entry, position, previousHash)}'
            from scheduler_audit_entries where chain = '{Acme}' and entry_hash = '{entry.EntryHash}'
            """
        );
}
