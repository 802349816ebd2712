namespace Scheduler.Api.Dashboard;

/// <summary>A line above a page that tells what came of an action.</summary>
public sealed record Notice(string Text);
