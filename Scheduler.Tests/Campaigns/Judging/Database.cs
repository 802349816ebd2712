using System.Data.Common;
using NodaTime;
using NodaTime.Extensions;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Campaigns.Judging;

/// <summary>A campaign's database behind the instances' back, one question at a time, and again where it is away for a while.</summary>
internal sealed class Database(ITestDatabase database, bool isPostgres) : IAsyncDisposable
{
    private const int MostTries = 120;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly SemaphoreSlim turn = new(1);

    public bool IsPostgres => isPostgres;

    public ITestDatabase Inner => database;

    public Task<List<T>> QueryAsync<T>(string query, Func<IReadOnlyDictionary<string, object?>, T> map) =>
        InTurnAsync(async () => (await database.QueryAsync(query)).Select(map).ToList());

    /// <summary>Sends a script that may be carried out twice.</summary>
    public Task ExecuteAsync(string script) =>
        InTurnAsync(async () =>
        {
            await database.ExecuteAsync(script);
            return true;
        });

    /// <summary>The time by which the instances decide.</summary>
    public async Task<Instant> NowAsync() =>
        isPostgres
            ? (
                await QueryAsync(
                    "select clock_timestamp() as at",
                    row => Microseconds.FromMicroseconds((long)row["at"]!)
                )
            )[0]
            : TimeProvider.System.GetUtcNow().ToInstant();

    /// <summary>
    /// Sets the clock by which the instances decide so that in so many seconds a day ends in UTC. A function of the database's own stands
    /// before the server's <c>now()</c>; sessions that are opened from here on have it, and follow every later change.
    /// </summary>
    public async Task SetClockAsync(double secondsToMidnight)
    {
        await ExecuteAsync(
            $$"""
            create schema if not exists clock;
            create table if not exists clock.shift (by interval not null);
            delete from clock.shift;
            insert into clock.shift
              select date_trunc('day', t, 'UTC') + interval '1 day' - interval '{{secondsToMidnight.ToString(
                System.Globalization.CultureInfo.InvariantCulture
            )}} seconds' - t
              from (select pg_catalog.clock_timestamp() as t) as clock;
            create or replace function clock.now() returns timestamptz stable language sql
              as $$ select pg_catalog.now() + by from clock.shift $$;
            create or replace function clock.clock_timestamp() returns timestamptz volatile language sql
              as $$ select pg_catalog.clock_timestamp() + by from clock.shift $$;
            create or replace function clock.statement_timestamp() returns timestamptz stable language sql
              as $$ select pg_catalog.statement_timestamp() + by from clock.shift $$;
            grant usage on schema clock to public;
            grant select on clock.shift to public;
            do $$ begin execute format('alter database %I set search_path = clock, public, pg_catalog', current_database()); end $$;
            set search_path = clock, public, pg_catalog;
            """
        );
    }

    /// <summary>Every row of every table as text, for a look for what must not be there.</summary>
    public async Task<string> DumpAsync()
    {
        if (!isPostgres)
        {
            return string.Concat(
                Directory
                    .EnumerateFiles(Path.GetDirectoryName(((SqliteDatabase)database).File)!, "scheduler.db*")
                    .Select(file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)))
            );
        }
        var tables = await QueryAsync(
            "select table_name::text as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
            row => (string)row["name"]!
        );
        var dump = new List<string>();
        foreach (var table in tables)
        {
            dump.AddRange(await QueryAsync($"select t::text as line from {table} t", row => (string)row["line"]!));
        }
        return string.Join('\n', dump);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        turn.Dispose();
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> ask)
    {
        await turn.WaitAsync();
        try
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    return await ask();
                }
                catch (Exception failure) when (failure is DbException or IOException && tries < MostTries)
                {
                    await Task.Delay(Pause, TimeProvider.System);
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }
}
