using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Telemetry;

/// <summary>Whatever goes on, the number of time series stays what the code bounds it to.</summary>
[NonParallelizable]
public sealed class CardinalityTests
{
    private const int Customers = 60;

    [Test]
    public async Task A_busy_hour_of_many_customers_makes_few_series_and_none_by_customer()
    {
        var series = new ConcurrentDictionary<string, int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name.StartsWith("Scheduler.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();

        await LiveThroughAnHourAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                series.Keys.Select(key => key.Split(' ')[0]).Distinct(),
                Is.SupersetOf(
                    new[]
                    {
                        "scheduler.runs.ended",
                        "scheduler.claims",
                        "scheduler.leases.lost",
                        "scheduler.run.lateness",
                        "scheduler.quota.skips",
                        "scheduler.commit.batch_size",
                        "scheduler.store.duration",
                    }
                )
            );
            Assert.That(series, Has.Count.LessThan(60), string.Join('\n', series.Keys.Order()));
            Assert.That(series.Keys, Has.None.Match("customer[0-9]").And.None.Contains("worker-"));
        }

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            series[$"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"] = 1;
    }

    /// <summary>Runs that complete, that fail in every way there is, that lose their worker, and that a quota skips.</summary>
    private static async Task LiveThroughAnHourAsync()
    {
        await using var database = await SqliteDatabase.CreateFastAsync();
        var harness = new StoreHarness(database.Engine);
        for (var nth = 0; nth < Customers; nth++)
        {
            var customer = $"customer{nth}";
            await harness.OnboardAsync(customer, nth == 0 ? "STARTER" : "ENTERPRISE");
            await harness.ConfigureManyAsync(
                customer,
                Enumerable.Range(0, nth == 0 ? 12 : 2).Select(name => $"{name}")
            );
        }
        harness.AdvanceToNextHour();
        await harness.TriggerAsync();
        var errors = Enum.GetValues<ErrorType>();
        var left = 0;
        while (await harness.LeaseAsync(10, $"worker-{left}") is { Count: > 0 } items)
        {
            foreach (var item in items)
            {
                var outcome = left % 3 == 0 ? RunOutcome.Failed : RunOutcome.Completed;
                if (left++ % 20 != 7)
                {
                    await harness.ReportAsync(
                        item,
                        outcome,
                        outcome == RunOutcome.Failed ? errors[left % errors.Length] : null
                    );
                }
            }
        }
        harness.Advance(Duration.FromMinutes(5));
        await harness.Reaper.ReapAsync(default);
    }
}
