using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Scheduler.Api.Commands;
using Scheduler.Core.Audit;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Api;

/// <summary>The command that looks at the chains, with what it prints and its exit code.</summary>
public sealed class AuditCommandTests
{
    [Test]
    public async Task On_PostgreSQL_it_says_the_same()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await SeedAsync(database);
        var (whole, text) = await RunAsync(Postgres(database.ConnectionString), "audit", "verify");
        await database.ExecuteAsync(
            "drop trigger scheduler_audit_entries_are_final on scheduler_audit_entries;"
                + "update scheduler_audit_entries set key_id = 'x' where position = 2"
        );

        var (broken, said) = await RunAsync(Postgres(database.ConnectionString), "audit", "verify");

        Assert.That((whole, broken), Is.EqualTo((0, 1)), text + said);
        Assert.That(text, Does.Contain("2 chains, 0 faults"));
        Assert.That(said, Does.Contain("BROKEN  customer:acme  position 2: the row was changed or moved"));
    }

    [Test]
    public async Task A_database_that_is_not_the_schedulers_or_not_there_ends_with_2()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await database.ExecuteAsync("drop table scheduler_audit_entries cascade");

        var (other, said) = await RunAsync(Postgres(database.ConnectionString), "audit", "verify");
        var (nowhere, text) = await RunAsync(
            Postgres("Host=127.0.0.1;Port=1;Database=scheduler;Username=nobody"),
            "audit",
            "verify"
        );

        Assert.That((other, nowhere), Is.EqualTo((2, 2)));
        Assert.That(
            said,
            Is.EqualTo(text)
                .And.EqualTo(
                    "Scheduler__Storage__ConnectionString: the store cannot be read, or was never started by this version.\n"
                )
        );
    }

    [Test]
    public async Task Whole_chains_print_their_heads_and_end_with_0()
    {
        await using var database = await SeedAsync();

        var (code, text) = await RunAsync(database, "audit", "verify");

        Assert.That(code, Is.Zero, text);
        Assert.That(
            text,
            Does.Match(@"whole  customer:acme  2 rows  head [0-9a-f]{64}\n").And.Contain("2 chains, 0 faults")
        );
    }

    [Test]
    public async Task A_broken_chain_is_named_with_its_position_and_ends_with_1()
    {
        await using var database = await SeedAsync();
        await database.ExecuteAsync(
            "drop trigger scheduler_audit_entries_are_final; update scheduler_audit_entries set key_id = 'x' where position = 2"
        );

        var (code, text) = await RunAsync(database, "audit", "verify");
        var (other, _) = await RunAsync(database, "audit", "verify", "--customer", "bolt");

        Assert.That(text, Does.Contain("BROKEN  customer:acme  position 2: the row was changed or moved"));
        Assert.That((code, other), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task A_chain_that_is_not_there_is_not_whole()
    {
        await using var database = await SeedAsync();
        var (nobody, said) = await RunAsync(database, "audit", "verify", "--customer", "nobody");
        await database.ExecuteAsync(
            """
            drop trigger scheduler_audit_entries_stay; drop trigger scheduler_audit_heads_stay;
            delete from scheduler_audit_entries where chain = 'customer:acme';
            delete from scheduler_audit_heads where chain = 'customer:acme'
            """
        );

        var (gone, text) = await RunAsync(database, "audit", "verify");

        Assert.That((nobody, gone), Is.EqualTo((1, 1)));
        Assert.That(said, Does.Contain("there is no chain customer:nobody"));
        Assert.That(text, Does.Contain("BROKEN  customer:acme  the whole chain is missing"));
    }

    [Test]
    public async Task A_hash_kept_elsewhere_must_be_in_the_chain()
    {
        await using var database = await SeedAsync();
        var (_, text) = await RunAsync(database, "audit", "verify", "--customer", "acme");
        var head = text.Split("head ")[1][..64];

        var (good, _) = await RunAsync(database, "audit", "verify", "--customer", "acme", "--head", head);
        var (wrong, said) = await RunAsync(database, "audit", "verify", "--customer", "bolt", "--head", head);

        Assert.That((good, wrong), Is.EqualTo((0, 1)));
        Assert.That(said, Does.Contain(head));
    }

    [TestCase("audit")]
    [TestCase("audit", "verify", "--customer")]
    [TestCase("audit", "verify", "--all", "yes")]
    public async Task A_command_that_is_not_understood_ends_with_2(params string[] args)
    {
        await using var database = await SqliteDatabase.CreateAsync();

        var (code, text) = await RunAsync(database, args);

        Assert.That(
            (code, text),
            Is.EqualTo((2, "Usage: audit verify [--customer <id>] [--head <hash kept elsewhere>]\n"))
        );
    }

    [Test]
    public async Task It_makes_no_store_where_there_is_none()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        var path = database.File + ".none";

        var (code, _) = await RunAsync(Sqlite(path), "audit", "verify");

        Assert.That((code, File.Exists(path)), Is.EqualTo((2, false)));
    }

    private static async Task<SqliteDatabase> SeedAsync()
    {
        var database = await SqliteDatabase.CreateAsync();
        await SeedAsync(database);
        return database;
    }

    private static async Task SeedAsync(ITestDatabase database)
    {
        var harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme");
        await harness.OnboardAsync("bolt");
        await harness.ConfigureAsync("acme");
        await new AuditChaining(new AuditStore(database.Engine), harness.Clock).ExtendAsync(default);
    }

    private static Dictionary<string, string?> Sqlite(string file) =>
        new() { ["Scheduler:Storage:ConnectionString"] = $"Data Source={file}" };

    private static Dictionary<string, string?> Postgres(string connectionString) =>
        new()
        {
            ["Scheduler:Storage:Provider"] = "Postgres",
            ["Scheduler:Storage:ConnectionString"] = connectionString,
        };

    private static Task<(int Code, string Text)> RunAsync(SqliteDatabase database, params string[] args) =>
        RunAsync(Sqlite(database.File), args);

    private static async Task<(int Code, string Text)> RunAsync(
        Dictionary<string, string?> settings,
        params string[] args
    )
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        await using var text = new StringWriter { NewLine = "\n" };
        var code = await AuditCommand.RunAsync(args, configuration, text, text);
        return (code, text.ToString());
    }
}
