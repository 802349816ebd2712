namespace Scheduler.Tests.Simulation.Model;

/// <summary>As what a column was read.</summary>
internal enum CellKind
{
    Null,
    Text,
    Number,
    Flag,
    Fraction,
    Instant,
    Bytes,
}
