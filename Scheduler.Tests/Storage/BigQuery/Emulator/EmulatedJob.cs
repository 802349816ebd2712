namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <param name="Id">As given with jobs.insert, or made up for jobs.query.</param>
/// <param name="Operation">The label that tells what it was for.</param>
/// <param name="Dataset">Its default dataset.</param>
/// <param name="Done">Its outcome; faulted with a <see cref="SqlFailure"/>.</param>
/// <param name="CreatedAt">On the emulator's clock.</param>
internal sealed record EmulatedJob(
    string Id,
    string Operation,
    string Dataset,
    Task<QueryOutcome> Done,
    DateTimeOffset CreatedAt
);
