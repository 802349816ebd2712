namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>One change of state of a run, as the table has it.</summary>
internal sealed record JournalMove(string RunId, string? From, string To, string Actor, long Epoch, string? Note)
{
    public override string ToString() => $"{From} -> {To} by {Actor}, epoch {Epoch} {Note}";
}
