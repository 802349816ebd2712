namespace Scheduler.Core.Contracts;

/// <summary>How far a bulk has got, in pipelines.</summary>
public sealed record BulkProgressResponse
{
    public required long Pending { get; init; }
    public required long Done { get; init; }
    public required long Refused { get; init; }

    /// <summary>Taken back, or never done.</summary>
    public required long Undone { get; init; }

    /// <summary>Could not be taken back.</summary>
    public required long Kept { get; init; }

    /// <summary>0 to 100, of the work or of its undoing.</summary>
    public required double Percent { get; init; }
}
