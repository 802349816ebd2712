namespace Scheduler.Api.Dashboard.Pages;

/// <summary>The way in.</summary>
/// <param name="To">The page to show then.</param>
public sealed record SignInModel(string To)
{
    /// <summary>Why the last try was refused.</summary>
    public string? Fault { get; init; }
}
