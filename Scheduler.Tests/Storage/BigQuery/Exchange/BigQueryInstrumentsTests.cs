using System.Diagnostics.Metrics;
using NUnit.Framework;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Tests.Storage.BigQuery.Exchange;

internal sealed class BigQueryInstrumentsTests
{
    [Test]
    public void A_listener_of_metrics_learns_what_each_operation_costs()
    {
        // Other tests count at the same time: the name is this test's own.
        var operation = $"instruments.{Guid.NewGuid():N}";
        var heard = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == BigQueryInstruments.MeterName)
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        listener.Start();
        var meter = new BigQueryMeter();

        meter.Count(new("instruments", operation.Split('.')[1]), 3, 1L << 40);
        meter.Count(new("instruments", operation.Split('.')[1]), 1, 1L << 40);

        Assert.That(
            heard,
            Is.EquivalentTo(
                new Dictionary<string, double>
                {
                    ["scheduler.bigquery.jobs"] = 2,
                    ["scheduler.bigquery.statements"] = 4,
                    ["scheduler.bigquery.bytes_billed"] = 2.0 * (1L << 40),
                    ["scheduler.bigquery.cost"] = 12.5,
                }
            )
        );

        void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length == 1 && Equals(tags[0].Value, operation))
            {
                heard[instrument.Name] = heard.GetValueOrDefault(instrument.Name) + value;
            }
        }
    }
}
