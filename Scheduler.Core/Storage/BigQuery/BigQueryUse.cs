namespace Scheduler.Core.Storage.BigQuery;

/// <summary>What an operation has cost this process so far.</summary>
/// <param name="Operation">As <c>concept.name</c>.</param>
/// <param name="Jobs">Jobs that succeeded.</param>
/// <param name="Statements">Statements of those jobs: the parts of a script are counted each.</param>
/// <param name="BytesBilled">Bytes, at the floor of 10 MiB for each table of a statement.</param>
public sealed record BigQueryUse(string Operation, long Jobs, long Statements, long BytesBilled)
{
    private const double UsdPerTebibyte = 6.25;

    /// <summary>US dollars at the on-demand price, without the free part of a month.</summary>
    public double Usd => BytesBilled / (double)(1L << 40) * UsdPerTebibyte;
}
