using Scheduler.Core.Datasets;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>
/// Looks up what a run has loaded. A mail does without it where the dataset is elsewhere, is in use or takes long.
/// </summary>
public sealed class RunFigureReader(IDatasetReader datasets, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs that are looked through: this one is among a pipeline's latest.</summary>
    private const int Latest = 50;

    /// <summary>Null where nothing is known of it.</summary>
    public async Task<RunFigures?> FindAsync(EndedRun run, CancellationToken cancellationToken)
    {
        if (!DatasetId.TryCreate(run.DatasetName, out var dataset, out _))
        {
            return null;
        }
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var runs = await datasets.ListRunsAsync(dataset, Latest, either.Token);
            if (runs.FirstOrDefault(row => row.RunId == run.RunId) is not { } found)
            {
                return null;
            }
            if (found.Window is not { } days)
            {
                return new RunFigures(found.RowsWritten, null, null, []);
            }
            var costs = await datasets.CostByServiceAsync(dataset, days.From, days.To, either.Token);
            var totals = costs
                .GroupBy(cost => cost.Currency, StringComparer.Ordinal)
                .Select(own => new CurrencyTotal(own.Key, own.Sum(cost => cost.Billed)))
                .OrderBy(total => total.Currency, StringComparer.Ordinal);
            return new RunFigures(found.RowsWritten, days.From, days.To, [.. totals]);
        }
        catch (DatasetUnavailableException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
