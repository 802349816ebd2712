namespace Scheduler.Api.Dashboard.Pages;

/// <summary>An action before it is done.</summary>
public sealed record ConfirmModel
{
    /// <summary>For how many hours an alert can be kept quiet.</summary>
    public static readonly IReadOnlyList<int> SilenceHours = [1, 4, 24, 168, 720, 2_160];

    /// <summary>As a question.</summary>
    public required string Title { get; init; }

    /// <summary>What will happen, in numbers and times.</summary>
    public required IReadOnlyList<string> Consequences { get; init; }

    /// <summary>What the button says.</summary>
    public required string Action { get; init; }

    /// <summary>Where the form goes.</summary>
    public required string Path { get; init; }

    /// <summary>The page that the action is about.</summary>
    public required string Back { get; init; }

    /// <summary>Whether it ends something.</summary>
    public bool IsDanger { get; init; }

    /// <summary>Makes the form safe to send twice; null where that is so anyhow.</summary>
    public string? Key { get; init; }

    /// <summary>What else the form asks for.</summary>
    public ConfirmFields Fields { get; init; }

    /// <summary>Why the last try was refused.</summary>
    public string? Fault { get; init; }
}
