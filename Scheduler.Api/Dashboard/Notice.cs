namespace Scheduler.Api.Dashboard;

/// <summary>A line above a page that tells what came of an action.</summary>
/// <param name="IsFault">Whether nothing was done.</param>
public sealed record Notice(string Text, bool IsFault = false);
