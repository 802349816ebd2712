using System.Text.RegularExpressions;
using Npgsql;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Postgres;

/// <summary>
/// Every statement of every script is prepared against the migrated schema: what a store calls seldom fails here, with its name, and
/// not at the customer's.
/// </summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
internal sealed partial class PostgresStatementTests
{
    // Where the server cannot tell from the statement alone. All others are text, or follow from what they are compared with.
    private static readonly Dictionary<string, string> Types = new()
    {
        ["now"] = "timestamptz",
        ["from"] = "timestamptz",
        ["to"] = "timestamptz",
        ["fromTime"] = "timestamptz",
        ["toTime"] = "timestamptz",
        ["expiresAt"] = "timestamptz",
        ["at"] = "timestamptz",
        ["afterAt"] = "timestamptz",
        ["until"] = "timestamptz",
        ["rows"] = "jsonb",
        ["heads"] = "jsonb",
        ["configs"] = "jsonb",
        ["occurrences"] = "jsonb",
        ["plans"] = "jsonb",
        ["leaseMicros"] = "bigint",
        ["count"] = "bigint",
        ["visit"] = "bigint",
        ["limit"] = "bigint",
        ["maxLosses"] = "bigint",
        ["requiresHipaa"] = "boolean",
        ["requiresSoc2"] = "boolean",
        ["isActive"] = "boolean",
        ["envelope"] = "bytea",
        ["memberId"] = "text",
        ["state"] = "text",
        ["configId"] = "text",
        ["customers.update_profile: status"] = "text",
        ["usageFrom"] = "text",
        ["usageTo"] = "text",
        ["role"] = "text",
        ["team_members.update: status"] = "text",
    };

    private PostgresDatabase database = null!;
    private NpgsqlConnection connection = null!;

    [OneTimeSetUp]
    public async Task OpenStore()
    {
        database = await PostgresDatabase.CreateAsync();
        connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
    }

    [OneTimeTearDown]
    public async Task CloseStore()
    {
        await connection.DisposeAsync();
        await database.DisposeAsync();
    }

    [Test]
    public async Task Every_statement_fits_the_schema()
    {
        var faults = new List<string>();
        foreach (var concept in SqlText.Concepts("postgres").Except(["schema", "connection"]))
        {
            foreach (var script in SqlText.Load("postgres", concept).Statements)
            {
                foreach (var statement in StatementsOf(script.Text))
                {
                    if (await FaultAsync($"{concept}.{script.Name}", statement) is { } fault)
                    {
                        faults.Add(fault);
                    }
                }
            }
        }

        Assert.That(faults, Is.Empty);
    }

    private static IEnumerable<string> StatementsOf(string script) =>
        EndOfStatement()
            .Split(Comment().Replace(script, ""))
            .Select(statement => statement.Trim().TrimEnd(';'))
            .Where(statement => statement.Length > 0 && !statement.StartsWith("listen", StringComparison.Ordinal));

    private async Task<string?> FaultAsync(string name, string statement)
    {
        var parameters = new List<string>();
        var numbered = Parameter()
            .Replace(
                statement,
                match =>
                {
                    var parameter = match.Groups[1].Value;
                    if (!parameters.Contains(parameter))
                    {
                        parameters.Add(parameter);
                    }
                    return $"${parameters.IndexOf(parameter) + 1}";
                }
            );
        var types = string.Join(", ", parameters.Select(parameter => TypeOf(name, parameter)));
        try
        {
            await ExecuteAsync($"prepare s{(types.Length > 0 ? $"({types})" : "")} as {numbered}");
            return null;
        }
        catch (PostgresException refused)
        {
            return $"{name}: {refused.SqlState} {refused.MessageText} at {refused.Position}";
        }
        finally
        {
            await ExecuteAsync("deallocate all");
        }
    }

    private static string TypeOf(string script, string parameter) =>
        Types.GetValueOrDefault($"{script}: {parameter}") ?? Types.GetValueOrDefault(parameter) ?? "unknown";

    private async Task ExecuteAsync(string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    [GeneratedRegex(@"^\s*--.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@";\s*(?:\n|$)")]
    private static partial Regex EndOfStatement();

    [GeneratedRegex(@"@(\w+)")]
    private static partial Regex Parameter();
}
